import { randomUUID } from 'node:crypto';
import { CallResult, DialMode } from '../../protocol/dictionary/enumerations.js';
import type { CallEvent } from '../dialer/dialer.js';
import { type Pacer, progressPacer } from '../dialer/pacer.js';
import type { RecordBuffer } from '../record/buffer.js';
import type { Chain } from '../record/chain.js';
import type { Ending, KnownOut, RecordOut } from '../record/hand-out.js';
import { CallAttempts } from './call-attempts.js';
import { type GroupContext, listTableOf, sessionOf, takerOf } from './group-context.js';
import type { HandOuts } from './hand-outs.js';
import { putChainsBack } from './put-back.js';
import { isWithAgent, toRecordOut } from './record-out.js';

/** Which dial modes place calls, and how many. */
const PACERS: ReadonlyMap<number, Pacer> = new Map([[DialMode.Progress, progressPacer]]);

/**
 * Where the calls of one campaign group are placed (engine.md, Progress), as many as its mode's pacer asks
 * for. Before the dialer hears of a number, that its record is out and its attempt are durable.
 */
export class CallDesk {
  readonly #attempts: CallAttempts;
  /** Calls that are being written before they are placed, by the attempt's GUID. */
  readonly #coming = new Set<string>();
  #run = 0;

  constructor(
    private readonly context: GroupContext,
    private readonly buffer: RecordBuffer,
    private readonly handOuts: HandOuts,
    ended: (record: RecordOut, ending: Ending) => void,
  ) {
    this.#attempts = new CallAttempts(context, handOuts, ended, () => this.#changed());
  }

  /** Records on calls that no agent has, and those on their way to a call. */
  get out(): number {
    return this.#attempts.size + this.#coming.size;
  }

  /** Whether a call is on its way to the agent. */
  isComingTo(agentId: string): boolean {
    return this.#attempts.isComingTo(agentId);
  }

  /** Records on calls that no agent has. */
  all(): KnownOut[] {
    return this.#attempts.all();
  }

  /** Gives answered calls to agents, and, while it is `placing`, places as many as the pacer asks for while the buffer has records. */
  serve(placing: boolean): void {
    this.#attempts.serve();
    const { runtime, group } = this.context;
    const pacer = placing ? this.#pacer() : undefined;
    const wants = pacer !== undefined && this.buffer.hasForCall;
    runtime.callLoad.wants(group.dbid, wants);
    if (!wants) return;
    // asked again after each call, since groups that share agents take turns
    while (pacer({ readyAgents: runtime.callLoad.agentsFor(group), outstandingCalls: this.#needingAgents }, runtime.clock.now()) > 0) {
      const chain = this.buffer.takeForCall();
      if (chain === undefined) break;
      this.#place(chain);
    }
    runtime.callLoad.wants(group.dbid, this.buffer.hasForCall);
  }

  /** The end of a run: chains on their way to a call belong to it; calls that ring or talk go on. */
  reset(): void {
    this.#run += 1;
  }

  /** These were ended in the store together with the session. */
  clear(taken: ReadonlySet<number>): void {
    this.#attempts.clear(taken);
  }

  /** Takes over what the store says is out; `up` are calls of an earlier life that the dialer still has. */
  replace(stored: readonly RecordOut[], up: ReadonlySet<number>): void {
    // one that is being written will be heard of in its own turn
    const known = stored.filter(({ attemptGuid }) => !this.#coming.has(attemptGuid));
    const stillUp = new Set([...up, ...this.#attempts.handles()]);
    // a call that this process has given to no agent yet is given once more, whatever was written of it before
    const calls = new Set(this.#attempts.handles());
    this.handOuts.replace(known.filter(isWithAgent).filter(({ handle }) => !calls.has(handle)), stillUp);
    this.#attempts.replace(known.filter((record) => !isWithAgent(record) || calls.has(record.handle)), stillUp);
  }

  /** What the dialer says of one of this group's calls. */
  onEvent(event: CallEvent): void {
    const { attemptId } = event;
    switch (event.kind) {
      case 'answered':
        this.#attempts.answered(attemptId);
        return;
      case 'failed':
        this.#attempts.over(attemptId, event.result);
        return;
      case 'ringing':
      case 'established':
        this.handOuts.tell(event.kind, attemptId);
        return;
      case 'released':
        // without an agent it is the customer who has hung up
        if (!this.#attempts.over(attemptId, CallResult.Abandoned)) this.handOuts.released(attemptId);
    }
  }

  stop(): void {
    this.#attempts.stop();
  }

  #pacer(): Pacer | undefined {
    const state = this.context.state();
    return state.status === 'Running' ? PACERS.get(state.load.dialMode) : undefined;
  }

  get #needingAgents(): number {
    return this.#attempts.withoutAgent + this.#coming.size;
  }

  #changed(): void {
    this.context.runtime.callLoad.set(this.context.group.dbid, this.#needingAgents);
  }

  #place(chain: Chain): void {
    const { runtime, group } = this.context;
    const session = sessionOf(this.context.state());
    if (session === undefined) return;
    const run = this.#run;
    const attemptGuid = randomUUID();
    this.#coming.add(attemptGuid);
    this.#changed();
    const { recordId, phone } = chain.records[0];
    const ask = { groupDbid: group.dbid, ...takerOf(this.context), session, recordId, phone, agentId: null, attemptGuid };
    const settle = (job: () => void | Promise<void>): void =>
      this.context.post(async () => {
        this.#coming.delete(attemptGuid);
        await job();
        this.#changed();
      });
    void runtime.writer.handOut(listTableOf(this.context, chain), ask).then(
      (row) => settle(() => (row === undefined ? this.#notDialable(chain, run) : this.#placed(toRecordOut(row, chain)))),
      (error: unknown) =>
        settle(() => {
          if (run === this.#run) this.buffer.add(chain);
          this.context.doubt(error);
        }),
    );
  }

  /** It is durable and its attempt counted: now the number is called, unless the group has been stopped meanwhile. */
  #placed(record: RecordOut): void {
    // the session ended after the record was written, and ended it too
    if (sessionOf(this.context.state()) !== record.session) return;
    if (this.#pacer() === undefined) return this.#attempts.add(record, { kind: 'ready' });
    this.#attempts.add(record);
    this.context.runtime.dialer?.place({ id: record.handle, phone: record.chain.records[0].phone });
  }

  /** Its window has closed, or its number is forbidden, since it was retrieved. */
  async #notDialable(chain: Chain, run: number): Promise<void> {
    if (run !== this.#run) return;
    try {
      await putChainsBack(this.context, [chain]);
    } catch (error) {
      this.context.doubt(error);
    }
  }
}
