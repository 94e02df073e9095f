import { randomUUID } from 'node:crypto';
import { DialMode } from '../../protocol/dictionary/enumerations.js';
import type { Seat } from '../agent/pool.js';
import type { RecordBuffer } from '../record/buffer.js';
import type { Chain } from '../record/chain.js';
import type { HandOut } from '../record/hand-out.js';
import type { TimerHandle } from '../util/clock.js';
import { type GroupContext, sessionOf, takerOf } from './group-context.js';
import type { HandOuts } from './hand-outs.js';
import type { PreviewOutcome, UserEventRefusal } from './ports.js';
import { putChainsBack } from './put-back.js';
import { toRecordOut } from './record-out.js';
import { refused } from './refused.js';
import { listTable } from './runtime.js';

/** How long an answer waits for a retrieval that is under way (engine.md, Preview). */
const WAIT_FOR_RETRIEVAL_MS = 500;

interface Waiter {
  readonly seat: Seat<object>;
  readonly timer: TimerHandle;
  /** The wait is over; it is answered as soon as the record on its way has come, or has not. */
  expired: boolean;
  /** It has not asked: with this record or without, there is no other for it. */
  readonly given?: true;
  answer(outcome: PreviewOutcome): void;
}

/** Agents who have asked one campaign group for a record, and the records on their way to them. */
export class PreviewDesk {
  #waiting: Waiter[] = [];
  /** Agents to whom hand-outs are being written. */
  readonly #comingTo: string[] = [];
  #run = 0;

  constructor(
    private readonly context: GroupContext,
    private readonly buffer: RecordBuffer,
    private readonly handOuts: HandOuts,
  ) {}

  get coming(): number {
    return this.#comingTo.length;
  }

  /** Whether a record is on its way to the agent. */
  isComingTo(agentId: string): boolean {
    return this.#comingTo.includes(agentId);
  }

  /** Agents who wait for an answer. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Why the group gives no records in Preview now; undefined where it does. */
  refusal(): UserEventRefusal | undefined {
    const state = this.context.state();
    const { name } = this.context.group;
    if (state.status === 'NotLoaded') return refused('CampaignNotLoaded', `campaign group ${name} is not loaded`);
    if (state.status !== 'Running') return refused('CampaignNotRunning', `campaign group ${name} is not dialing`);
    if (state.load.dialMode !== DialMode.Preview) return refused('WrongDialingMode', `campaign group ${name} does not dial in Preview`);
    return undefined;
  }

  /** An agent asks for a record. It is answered by `serve`, which the group calls after every job. */
  ask(seat: Seat<object>, answer: (outcome: PreviewOutcome) => void): void {
    const { runtime } = this.context;
    if (this.refusal() === undefined && seat.state === 'notReady') runtime.agents.setState(seat.agentId, 'asking');
    const timer = runtime.clock.after(WAIT_FOR_RETRIEVAL_MS, () => this.context.post(() => this.#giveUp(waiter)));
    const waiter: Waiter = { seat, timer, expired: false, answer };
    this.#waiting.push(waiter);
  }

  /** Hands a record to an agent who has not asked; `given` is called when it is durable and the agent is still there. */
  give(seat: Seat<object>, chain: Chain, given: (handOut: HandOut) => void): void {
    const answer = (outcome: PreviewOutcome): void => (outcome.kind === 'record' ? given(outcome.handOut) : undefined);
    this.#handOut({ seat, timer: { cancel: () => undefined }, expired: false, given: true, answer }, chain);
  }

  /** Hands out what there is; with no retrieval under way, whoever is left is told that there is none. */
  serve(retrievalInFlight: boolean): void {
    for (const waiter of this.#waiting.splice(0)) {
      if (!this.#serve(waiter, retrievalInFlight)) this.#waiting.push(waiter);
    }
  }

  /** The end of a run: the records on their way belong to it. */
  reset(): void {
    this.#run += 1;
  }

  /** Whether the waiter is done with. */
  #serve(waiter: Waiter, retrievalInFlight: boolean): boolean {
    const { runtime, group } = this.context;
    const { agentId, login } = waiter.seat;
    if (runtime.agents.find(agentId)?.login !== login) return this.#done(waiter, refused('NotAllowed', `agent ${agentId} is not logged in`));
    // a record in hand is sent again whatever the group does by now, also one that was dialed
    const unseen = this.handOuts.resend(agentId, login);
    if (unseen !== undefined) return this.#done(waiter, { kind: 'record', handOut: unseen, group });
    const refusal = this.refusal();
    if (refusal !== undefined) return this.#done(waiter, refusal);
    if (runtime.left.has(agentId, group.campaign.dbid)) {
      return this.#done(waiter, refused('NotAllowed', `agent ${agentId} is logging out of campaign '${group.campaign.name}'`));
    }
    const [inHand] = runtime.held.of(agentId);
    if (runtime.held.count(agentId) >= group.maxPreviewRecords) {
      // one that is on its way to this agent will have a handle to name in a moment
      if (inHand === undefined) return false;
      return this.#done(waiter, refused('TooManyRecords', `agent ${agentId} has as many records as it may`, inHand));
    }
    const chain = this.buffer.takeFor(agentId);
    if (chain !== undefined) {
      this.#handOut(waiter, chain);
      return true;
    }
    return retrievalInFlight ? false : this.#done(waiter, { kind: 'empty', group });
  }

  #handOut(waiter: Waiter, chain: Chain): void {
    const { runtime, group } = this.context;
    const session = sessionOf(this.context.state());
    if (session === undefined) return;
    const { agentId } = waiter.seat;
    const run = this.#run;
    this.#comingTo.push(agentId);
    runtime.held.expect(agentId);
    const { recordId, phone } = chain.records[0];
    const ask = { groupDbid: group.dbid, ...takerOf(this.context), session, recordId, phone, agentId, attemptGuid: randomUUID() };
    const settle = (job: () => void | Promise<void>): void =>
      this.context.post(() => {
        this.#comingTo.splice(this.#comingTo.indexOf(agentId), 1);
        runtime.held.arrived(agentId);
        return job();
      });
    void runtime.writer.handOut(listTable(runtime, chain.listDbid), ask).then(
      (row) => settle(() => (row === undefined ? this.#notDialable(waiter, chain, run) : this.#handedOut(waiter, { ...toRecordOut(row, chain), agentId }))),
      (error: unknown) =>
        settle(() => {
          if (run === this.#run) this.buffer.add(chain);
          this.#done(waiter, refused('StoreAway', 'the store is away, try again'));
          this.context.doubt(error);
        }),
    );
  }

  #handedOut(waiter: Waiter, handOut: HandOut): void {
    const { runtime, group } = this.context;
    if (sessionOf(this.context.state()) !== handOut.session) {
      // the session ended after the hand-out, and ended it too
      this.#done(waiter, refused('CampaignNotLoaded', `campaign group ${group.name} is not loaded`));
      return;
    }
    const { agentId, login } = waiter.seat;
    if (runtime.agents.find(agentId)?.login === login) {
      this.handOuts.add(handOut, { sentTo: login });
      this.#done(waiter, { kind: 'record', handOut, group });
      return;
    }
    this.handOuts.add(handOut);
    this.#done(waiter, refused('NotAllowed', `agent ${agentId} is not logged in`));
    if (runtime.agents.find(agentId) !== undefined) return;
    if (runtime.agents.away(agentId) === undefined) this.handOuts.agentGone(agentId);
    else this.handOuts.agentLost(agentId);
  }

  /** Its window has closed, or its number is forbidden, since it was retrieved: back, and the next one. */
  async #notDialable(waiter: Waiter, chain: Chain, run: number): Promise<void> {
    if (waiter.given !== true) this.#waiting.unshift(waiter);
    if (waiter.expired) this.#giveUp(waiter);
    if (run !== this.#run) return;
    try {
      await putChainsBack(this.context, [chain]);
    } catch (error) {
      this.context.doubt(error);
    }
  }

  #giveUp(waiter: Waiter): void {
    waiter.expired = true;
    const index = this.#waiting.indexOf(waiter);
    if (index === -1) return;
    this.#waiting.splice(index, 1);
    waiter.answer(this.context.inDoubt ? refused('StoreAway', 'the store is away, try again') : { kind: 'empty', group: this.context.group });
  }

  #done(waiter: Waiter, outcome: PreviewOutcome): true {
    waiter.timer.cancel();
    waiter.answer(outcome);
    return true;
  }
}
