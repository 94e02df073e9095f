/**
 * The port behind which calls are made. The engine places attempts, is told what becomes of them, and
 * connects an answered one to an agent; it never knows how.
 *
 * How others sit on it: a SIP dialer sends an INVITE for `place`, a CANCEL or BYE for `cancel`, and for
 * `connect` a second INVITE (or REFER) to the agent's DN whose 180, 200 and BYE are `ringing`, `established` and
 * `released`; `stillUp` asks its proxy, or its own store, which dialogs outlived the restart. A predictive
 * pacer needs nothing of this port: it is another function of the same statistics (pacer.ts), and
 * the answered calls that find no agent are already waited for and abandoned by the engine.
 */
export interface Dialer {
  /** Calls a number. What comes of it is told by events with this attempt's id, none of them before this returns. Never throws. */
  place(attempt: CallAttempt): void;
  /** Gives an attempt up, or drops a call that is up. No event of it follows. */
  cancel(attemptId: number): void;
  /** Connects an answered attempt to an agent; one that is over by now is left alone. */
  connect(attemptId: number, dn: string): void;
  /** Which of the attempts that an earlier life of this process placed are still up. */
  stillUp(): Promise<ReadonlySet<number>>;
  /** Where the events go; there is one listener, and it is set before the first attempt. It never throws. */
  onEvent(listener: (event: CallEvent) => void): void;
  /** Drops every call. */
  close(): void;
}

export interface CallAttempt {
  /** The record's handle: unique over lists and restarts. */
  readonly id: number;
  readonly phone: string;
}

export type CallEvent =
  /** The customer has answered; the attempt waits for an agent. */
  | { readonly kind: 'answered'; readonly attemptId: number }
  /** Not answered by a person: a number of the CallResult enumeration. The attempt is over. */
  | { readonly kind: 'failed'; readonly attemptId: number; readonly result: number }
  /** The agent's DN rings, is connected, is free again. `released` without an agent: the customer has hung up before. */
  | { readonly kind: 'ringing' | 'established' | 'released'; readonly attemptId: number };
