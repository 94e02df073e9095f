import { CallResult } from '../../protocol/dictionary/enumerations.js';
import type { Seat } from '../agent/pool.js';
import type { Ending, KnownOut, RecordOut } from '../record/hand-out.js';
import type { TimerHandle } from '../util/clock.js';
import { endingOfCall } from './ending-of-call.js';
import { type GroupContext, listTableOf } from './group-context.js';
import type { HandOuts } from './hand-outs.js';

/** A call that no agent has yet. */
interface Attempt {
  record: RecordOut;
  /** Something about it is being written. */
  busy: boolean;
  /** Who gets it as soon as that is durable. */
  reserved: Seat<object> | undefined;
  /** Runs while an answered call waits for an agent. */
  abandon: TimerHandle | undefined;
  /** Nobody was free in time. */
  expired: boolean;
  /** That it was answered is durable. */
  noted: boolean;
  /** It is over: what becomes of its record, as soon as that can be written. */
  ending: Ending | undefined;
}

/**
 * The calls of one campaign group that no agent has (engine.md, Progress): an answered one goes to the agent
 * who has then been ready longest, and is a record in hand from then on; any other ends its record.
 */
export class CallAttempts {
  readonly #attempts = new Map<number, Attempt>();

  constructor(
    private readonly context: GroupContext,
    private readonly handOuts: HandOuts,
    private readonly ended: (record: RecordOut, ending: Ending) => void,
    /** How many there are that need an agent may have changed. */
    private readonly changed: () => void,
  ) {}

  get size(): number {
    return this.#attempts.size;
  }

  /** Calls that are not over and that no agent is meant for. */
  get withoutAgent(): number {
    return [...this.#attempts.values()].filter(({ ending, reserved }) => ending === undefined && reserved === undefined).length;
  }

  handles(): number[] {
    return [...this.#attempts.keys()];
  }

  /** Whether a call is on its way to the agent. */
  isComingTo(agentId: string): boolean {
    return [...this.#attempts.values()].some(({ reserved }) => reserved?.agentId === agentId);
  }

  all(): KnownOut[] {
    return [...this.#attempts.values()].map(({ record, ending }) => ({ record, ending }));
  }

  /** A call that is durable and, unless it has an ending at once, is going to be made. */
  add(record: RecordOut, ending?: Ending): void {
    const { runtime, group } = this.context;
    this.#attempts.set(record.handle, { record, busy: false, reserved: undefined, abandon: undefined, expired: false, noted: record.call === 'answered', ending });
    runtime.calls.set(record.handle, group.dbid);
    this.changed();
  }

  /** Does with every call what can be done now. */
  serve(): void {
    for (const attempt of this.#attempts.values()) this.#serve(attempt);
  }

  /** Somebody has answered. */
  answered(handle: number): void {
    const attempt = this.#attempts.get(handle);
    if (attempt === undefined || attempt.abandon !== undefined) return;
    const { runtime, group } = this.context;
    attempt.record = { ...attempt.record, call: 'answered', callResult: CallResult.Answer };
    attempt.abandon = runtime.clock.after(group.abandonTimeoutMs, () => this.context.post(() => this.#expire(attempt)));
  }

  /** It came to a result without an agent: nobody has answered, or who has has hung up. Answers whether it was one of these calls. */
  over(handle: number, callResult: number): boolean {
    const attempt = this.#attempts.get(handle);
    if (attempt === undefined) return false;
    attempt.ending ??= endingOfCall(this.context.runtime, attempt.record, callResult);
    this.changed();
    return true;
  }

  /** These were ended in the store together with the session: their calls are given up. */
  clear(taken: ReadonlySet<number>): void {
    for (const handle of taken) if (this.#attempts.has(handle)) this.#giveUp(handle);
  }

  /**
   * Takes over what the store says is out and no agent has. A call that is not `up` any more is over: answered,
   * it was abandoned and is final; else its record is Ready again, with its attempt counted.
   */
  replace(stored: readonly RecordOut[], up: ReadonlySet<number>): void {
    const out = new Set(stored.map(({ handle }) => handle));
    for (const handle of this.handles()) if (!out.has(handle)) this.#giveUp(handle);
    for (const record of stored) {
      if (this.#attempts.has(record.handle)) continue;
      const isUp = up.has(record.handle);
      this.add(record, isUp ? undefined : record.call === 'answered' ? endingOfCall(this.context.runtime, record, CallResult.Abandoned) : { kind: 'ready' });
      if (isUp && record.call === 'answered') this.answered(record.handle);
    }
  }

  /** Nobody waits any more. */
  stop(): void {
    for (const { abandon } of this.#attempts.values()) abandon?.cancel();
  }

  #serve(attempt: Attempt): void {
    if (attempt.busy) return;
    if (attempt.ending === undefined) {
      if (attempt.record.call !== 'answered' || this.#giveToAgent(attempt)) return;
      if (!attempt.expired) return this.#note(attempt);
      this.#abandon(attempt);
    }
    if (attempt.ending !== undefined) this.#end(attempt, attempt.ending);
  }

  /** It has waited long enough; whether an agent is there for it now is seen next, where the store can be told of it. */
  #expire(attempt: Attempt): void {
    attempt.expired = true;
    if (this.context.inDoubt && !attempt.busy && attempt.ending === undefined) this.#abandon(attempt);
  }

  #abandon({ record: { handle } }: Attempt): void {
    this.context.runtime.dialer?.cancel(handle);
    this.over(handle, CallResult.Abandoned);
  }

  /** Gives an answered call to the agent who has been ready longest; false where nobody is. */
  #giveToAgent(attempt: Attempt): boolean {
    const { runtime, group } = this.context;
    const seat = runtime.agents.longestReady(group.group.agentIds, (agentId) => !runtime.callLoad.isFree(agentId, group));
    if (seat === undefined) return false;
    attempt.reserved = seat;
    runtime.held.expect(seat.agentId);
    this.changed();
    this.#write(attempt, seat.agentId, (isOut) => {
      runtime.held.arrived(seat.agentId);
      attempt.reserved = undefined;
      this.changed();
      const now = runtime.agents.find(seat.agentId);
      // who has gone, or said NotReady, while it was written gets no call; the next one does
      if (isOut && attempt.ending === undefined && now?.login === seat.login && now.state === 'ready') this.#connect(attempt, now);
      else runtime.agentFreed(seat.agentId);
    });
    return true;
  }

  /** That it was answered is durable before anything else: the number is never dialed again. */
  #note(attempt: Attempt): void {
    if (!attempt.noted) this.#write(attempt, null, () => undefined);
  }

  /** Notes that a call was answered, and for whom; `then` is told whether its record is still out. */
  #write(attempt: Attempt, agentId: string | null, then: (isOut: boolean) => void): void {
    const { handle } = attempt.record;
    attempt.busy = true;
    const settle = (job: () => void): void =>
      this.context.post(() => {
        attempt.busy = false;
        job();
      });
    void this.context.runtime.writer.call(attempt.record, { handle, callState: 'answered', agentId }).then(
      (isOut) =>
        settle(() => {
          attempt.noted = true;
          then(isOut && this.#attempts.get(handle) === attempt);
        }),
      (error: unknown) =>
        settle(() => {
          then(false);
          this.context.doubt(error);
          // nobody keeps a customer waiting for a store
          if (attempt.expired && attempt.ending === undefined && this.#attempts.get(handle) === attempt) this.#abandon(attempt);
        }),
    );
  }

  /** It is the agent's, durably: a record in hand from now on. */
  #connect({ record }: Attempt, seat: Seat<object>): void {
    const { handle } = record;
    this.#forget(handle);
    this.handOuts.add({ ...record, agentId: seat.agentId }, { sentTo: seat.login, dn: seat.dn });
    this.context.runtime.dialer?.connect(handle, seat.dn);
  }

  #end(attempt: Attempt, ending: Ending): void {
    const { record } = attempt;
    const { runtime } = this.context;
    attempt.busy = true;
    void runtime.writer.end(listTableOf(this.context, record.chain), record, ending, null).then(
      (done) =>
        this.context.post(() => {
          attempt.busy = false;
          if (this.#attempts.get(record.handle) !== attempt) return;
          this.#giveUp(record.handle);
          if (done) this.ended(record, ending);
        }),
      (error: unknown) =>
        // its ending stays, and is written when the store is back
        this.context.post(() => {
          attempt.busy = false;
          this.context.doubt(error);
        }),
    );
  }

  /** Its record is nothing of ours any more, so its call is nothing either. */
  #giveUp(handle: number): void {
    const { runtime } = this.context;
    if (this.#attempts.get(handle)?.ending === undefined) runtime.dialer?.cancel(handle);
    this.#forget(handle);
    runtime.calls.delete(handle);
  }

  #forget(handle: number): void {
    this.#attempts.get(handle)?.abandon?.cancel();
    this.#attempts.delete(handle);
    this.changed();
  }
}
