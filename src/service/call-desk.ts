import { randomUUID } from 'node:crypto';
import { CallResult, DialMode, RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { type Pacer, progressPacer } from '../dialer/pacer.js';
import type { CallEvent } from '../dialer/dialer.js';
import type { RecordBuffer } from '../record/buffer.js';
import type { Chain } from '../record/chain.js';
import type { Ending, HandOut, RecordOut } from '../record/hand-out.js';
import { ownedTransaction } from '../store/owner.js';
import { releaseUnheld } from '../store/statements/list-rows.js';
import type { TimerHandle } from '../util/clock.js';
import { type GroupContext, sessionOf, takerOf } from './group-context.js';
import type { HandOuts } from './hand-outs.js';
import { toRecordOut } from './record-out.js';
import { listTable } from './runtime.js';

/** A call that no agent has yet. */
interface Attempt {
  readonly record: RecordOut;
  /** Runs while an answered call waits for an agent. */
  abandon: TimerHandle | undefined;
  /** Something about it is being written. */
  busy: boolean;
  /** Nobody was free in time: it is dropped as soon as it is not busy. */
  expired: boolean;
}

/** Which dial modes place calls, and how many. */
const PACERS: ReadonlyMap<number, Pacer> = new Map([[DialMode.Progress, progressPacer]]);

/**
 * The calls of one campaign group (engine.md, Progress): how many to place, and whom an answered one
 * goes to. An attempt has no agent until it is answered; then it is a record in hand like any other.
 */
export class CallDesk {
  readonly #attempts = new Map<number, Attempt>();
  /** Calls that are being written before they are placed. */
  #coming = 0;
  #run = 0;

  constructor(
    private readonly context: GroupContext,
    private readonly buffer: RecordBuffer,
    private readonly handOuts: HandOuts,
    private readonly ended: (record: RecordOut, ending: Ending) => void,
  ) {}

  /** Calls without an agent: being written, placed, or answered and waiting. */
  get outstanding(): number {
    return this.#attempts.size + this.#coming;
  }

  /** Records on calls that no agent has. */
  all(): RecordOut[] {
    return [...this.#attempts.values()].map(({ record }) => record);
  }

  /** Places as many calls as the mode's pacer asks for, while the buffer has records. */
  serve(): void {
    this.#giveToAgents();
    const pacer = this.#pacer();
    if (pacer === undefined) return;
    const { runtime, group } = this.context;
    const statistics = { readyAgents: runtime.callLoad.agentsFor(group), outstandingCalls: this.outstanding };
    for (let left = pacer(statistics, runtime.clock.now()); left > 0; left -= 1) {
      const chain = this.buffer.takeForCall();
      if (chain === undefined) return;
      this.#place(chain);
    }
  }

  /** Whether the group's mode places calls by itself. */
  get dials(): boolean {
    return this.#pacer() !== undefined;
  }

  #pacer(): Pacer | undefined {
    const state = this.context.state();
    return state.status === 'Running' ? PACERS.get(state.load.dialMode) : undefined;
  }

  /** The end of a run: chains on their way to a call belong to it; calls that ring or talk go on. */
  reset(): void {
    this.#run += 1;
  }

  /** These were ended in the store together with the session: their calls are given up. */
  clear(taken: ReadonlySet<number>): void {
    for (const handle of taken) {
      if (!this.#attempts.has(handle)) continue;
      this.context.runtime.dialer?.cancel(handle);
      this.#forget(handle);
    }
  }

  /**
   * Takes over what the store says is on a call: one that is no longer up is over. Answered, it was
   * abandoned by the crash and is final; else it is Ready again, its attempt counted.
   */
  replace(stored: readonly RecordOut[], stillUp: ReadonlySet<number>): void {
    for (const record of stored) {
      if (this.#attempts.has(record.handle)) continue;
      this.#attempts.set(record.handle, { record, abandon: undefined, busy: false, expired: false });
      if (!stillUp.has(record.handle)) this.#end(record.handle, record.call === 'placed' ? { kind: 'ready' } : finalEnding(CallResult.Abandoned));
    }
    const known = new Set(stored.map(({ handle }) => handle));
    for (const handle of this.#attempts.keys()) if (!known.has(handle)) this.#forget(handle);
  }

  /** What the dialer says of one of this group's calls. */
  onEvent(event: CallEvent): void {
    const attempt = this.#attempts.get(event.attemptId);
    switch (event.kind) {
      case 'answered':
        if (attempt !== undefined) this.#answered(attempt);
        return;
      case 'failed':
        if (attempt !== undefined) this.#end(event.attemptId, this.context.endingOfCall(attempt.record, event.result));
        return;
      case 'ringing':
      case 'established':
        this.#tell(event.kind, event.attemptId);
        return;
      case 'released':
        this.#tell('released', event.attemptId);
        this.handOuts.released(event.attemptId);
    }
  }

  #tell(kind: 'ringing' | 'established' | 'released', handle: number): void {
    const handOut = this.handOuts.find(handle);
    if (handOut !== undefined) this.context.runtime.announcer.call(kind, handOut);
  }

  #place(chain: Chain): void {
    const { runtime, group } = this.context;
    const session = sessionOf(this.context.state());
    if (session === undefined) return;
    const run = this.#run;
    this.#coming += 1;
    runtime.callLoad.set(group.dbid, this.outstanding);
    const ask = { groupDbid: group.dbid, ...takerOf(this.context), session, recordId: chain.records[0].recordId, agentId: null, attemptGuid: randomUUID() };
    const settle = (job: () => void | Promise<void>): void =>
      this.context.post(() => {
        this.#coming -= 1;
        runtime.callLoad.set(group.dbid, this.outstanding);
        return job();
      });
    void runtime.writer.handOut(listTable(runtime, chain.listDbid), ask).then(
      (row) => settle(() => (row === undefined ? this.#notDialable(chain, run) : this.#placed(toRecordOut(row, chain)))),
      (error: unknown) =>
        settle(() => {
          if (run === this.#run) this.buffer.add(chain);
          this.context.doubt(error);
        }),
    );
  }

  /** It is durable and its attempt counted: now the number is called. */
  #placed(record: RecordOut): void {
    const { runtime } = this.context;
    // the session ended after the record was written, and ended it too
    if (sessionOf(this.context.state()) !== record.session) return;
    this.#attempts.set(record.handle, { record, abandon: undefined, busy: false, expired: false });
    runtime.callLoad.set(this.context.group.dbid, this.outstanding);
    runtime.calls.set(record.handle, this.context.group.dbid);
    runtime.dialer?.place({ id: record.handle, phone: record.chain.records[0].phone });
  }

  /** Its window has closed, or its number is forbidden, since it was retrieved. */
  async #notDialable(chain: Chain, run: number): Promise<void> {
    if (run !== this.#run) return;
    const { runtime } = this.context;
    const { client, owner } = runtime;
    const back = { ...takerOf(this.context), chainIds: [chain.chainId] };
    try {
      await ownedTransaction(client, owner, (sql) => releaseUnheld(sql, listTable(runtime, chain.listDbid), owner.serverDbid, back));
    } catch (error) {
      this.context.doubt(error);
    }
  }

  #answered(attempt: Attempt): void {
    const { runtime, group } = this.context;
    const { handle } = attempt.record;
    attempt.abandon = runtime.clock.after(group.abandonTimeoutMs, () =>
      this.context.post(() => {
        attempt.expired = true;
      }),
    );
    this.#attempts.set(handle, attempt);
    if (!this.#giveToAgent(attempt)) this.#noteAnswered(attempt);
  }

  #giveToAgents(): void {
    for (const attempt of this.#attempts.values()) {
      if (attempt.abandon === undefined || attempt.busy || this.#giveToAgent(attempt)) continue;
      if (attempt.expired) this.#abandon(attempt);
    }
  }

  /** Connects an answered call to the agent who has been ready longest; false where none is. */
  #giveToAgent(attempt: Attempt): boolean {
    const { runtime, group } = this.context;
    const seat = runtime.agents.longestReady(group.group.agentIds, (agentId) => runtime.held.count(agentId) > 0 || runtime.left.has(agentId, group.campaign.dbid));
    if (seat === undefined) return false;
    const { handle } = attempt.record;
    attempt.busy = true;
    runtime.held.expect(seat.agentId);
    void runtime.writer.call(attempt.record, { handle, callState: 'answered', agentId: seat.agentId }).then(
      (out) =>
        this.context.post(() => {
          runtime.held.arrived(seat.agentId);
          attempt.busy = false;
          if (!out || this.#attempts.get(handle) !== attempt) return;
          this.#forget(handle);
          this.#connect({ ...attempt.record, agentId: seat.agentId, call: 'answered' }, seat.dn, seat.login);
        }),
      (error: unknown) =>
        this.context.post(() => {
          runtime.held.arrived(seat.agentId);
          attempt.busy = false;
          this.context.doubt(error);
        }),
    );
    return true;
  }

  #connect(handOut: HandOut, dn: string, login: number): void {
    const { runtime, group } = this.context;
    this.handOuts.add(handOut, login);
    runtime.calls.set(handOut.handle, group.dbid);
    if (runtime.agents.find(handOut.agentId)?.login === login) runtime.dialer?.connect(handOut.handle, dn);
    else if (runtime.agents.away(handOut.agentId) === undefined) this.handOuts.agentGone(handOut.agentId);
    else this.handOuts.agentLost(handOut.agentId);
  }

  /** That the customer has answered is durable before anything else: the number is never dialed again. */
  #noteAnswered(attempt: Attempt): void {
    attempt.busy = true;
    void this.context.runtime.writer.call(attempt.record, { handle: attempt.record.handle, callState: 'answered', agentId: null }).then(
      () => this.context.post(() => void (attempt.busy = false)),
      (error: unknown) =>
        this.context.post(() => {
          attempt.busy = false;
          this.context.doubt(error);
        }),
    );
  }

  /** Nobody was free in time. */
  #abandon(attempt: Attempt): void {
    this.context.runtime.dialer?.cancel(attempt.record.handle);
    this.#end(attempt.record.handle, finalEnding(CallResult.Abandoned));
  }

  #end(handle: number, ending: Ending): void {
    const { runtime } = this.context;
    const attempt = this.#attempts.get(handle);
    if (attempt === undefined) return;
    attempt.busy = true;
    const { record } = attempt;
    void runtime.writer.end(listTable(runtime, record.chain.listDbid), record, ending, null).then(
      (done) =>
        this.context.post(() => {
          this.#forget(handle);
          if (done) this.ended(record, ending);
        }),
      (error: unknown) =>
        this.context.post(() => {
          this.context.doubt(error);
          // once the store is back, its record is found without a call and ends then
          this.#forget(handle);
        }),
    );
  }

  #forget(handle: number): void {
    const { runtime, group } = this.context;
    this.#attempts.get(handle)?.abandon?.cancel();
    this.#attempts.delete(handle);
    runtime.calls.delete(handle);
    runtime.callLoad.set(group.dbid, this.outstanding);
  }
}

function finalEnding(callResult: number): Ending {
  return { kind: 'final', status: RecordStatus.Updated, callResult, attempts: 0, calledAt: null, customFields: {} };
}
