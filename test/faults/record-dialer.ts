import { appendFileSync } from 'node:fs';
import type { CallAttempt, CallEvent } from '../../src/dialer/dialer.js';
import { SimulatedDialer } from '../../src/dialer/simulated.js';

/**
 * Loaded into a gateway's process before its program (`--import`): writes down what the dialer is asked and what it tells, each
 * before it is done, so that a file has it however the process ends. What the gateway itself has written of its calls can
 * be compared with that.
 */

/** The variable that names the file; without it nothing is written. */
export const DIALED_FILE = 'OCM_TEST_DIALED';

/** A line of the file, as JSON. */
export interface Dialed {
  /** Which process. */
  readonly life: number;
  readonly what: 'place' | 'connect' | 'cancel' | CallEvent['kind'];
  readonly id: number;
  readonly phone?: string;
  readonly result?: number;
}

const file = process.env[DIALED_FILE];

function record(file: string): void {
  const note = (entry: Omit<Dialed, 'life'>): void => appendFileSync(file, `${JSON.stringify({ life: process.pid, ...entry })}\n`);
  const { place, connect, cancel, onEvent } = methodsOf(SimulatedDialer.prototype);
  Object.assign(SimulatedDialer.prototype, {
    place(this: SimulatedDialer, attempt: CallAttempt): void {
      note({ what: 'place', ...attempt });
      place.call(this, attempt);
    },
    connect(this: SimulatedDialer, id: number): void {
      note({ what: 'connect', id });
      connect.call(this, id);
    },
    cancel(this: SimulatedDialer, id: number): void {
      note({ what: 'cancel', id });
      cancel.call(this, id);
    },
    onEvent(this: SimulatedDialer, listener: (event: CallEvent) => void): void {
      onEvent.call(this, (event) => {
        note({ what: event.kind, id: event.attemptId, ...('result' in event && { result: event.result }) });
        listener(event);
      });
    },
  });
}

/** As they are now: they are replaced. */
function methodsOf({ place, connect, cancel, onEvent }: SimulatedDialer): Pick<SimulatedDialer, 'place' | 'connect' | 'cancel' | 'onEvent'> {
  return { place, connect, cancel, onEvent };
}

if (file !== undefined) record(file);
