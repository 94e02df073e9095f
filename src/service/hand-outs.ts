import { besidesOwnCall, type Ending, endingOfAbandoned, type HandOut, type RecordReport, resultOf, withReport } from '../record/hand-out.js';
import { selectChainRows } from '../store/statements/list-rows.js';
import { CallResult } from '../../protocol/dictionary/enumerations.js';
import { AgentGrace } from './agent-grace.js';
import { EndedRecords } from './ended-records.js';
import { endingOfCall } from './ending-of-call.js';
import type { GroupContext } from './group-context.js';
import type { ChainRequest, EndRequest, RecordRequest, ReportRequest } from './record-requests.js';
import { refused } from './refused.js';
import { toRecord } from './retriever.js';
import { listTable } from './runtime.js';

interface Held {
  handOut: HandOut;
  /** Where its call was connected; undefined where that was before a restart. */
  readonly dn: string | undefined;
  /** What ends it as soon as its call is over. */
  atRelease: EndRequest | undefined;
  /** The login that was sent the record; another one of the same agent has not seen it yet. */
  sentTo: number | undefined;
  /** Its end, or a report of it, is being written. */
  busy: boolean;
  /** Its agent has gone for good. */
  abandoned: boolean;
}

/**
 * The records of one campaign group that are with agents (completion.md 4): every one ends in exactly
 * one way, and is counted as out until that end is committed.
 */
export class HandOuts {
  readonly #held = new Map<number, Held>();
  /** The same by agent: at every turn of a group all of its agents are looked at. */
  readonly #ofAgent = new Map<string, Set<Held>>();
  readonly #grace: AgentGrace;
  readonly #endedRecords: EndedRecords;
  /** Requests about a record of which something is being written: looked at again when it is. */
  readonly #behind = new Map<number, RecordRequest[]>();

  constructor(
    private readonly context: GroupContext,
    private readonly ended: (handOut: HandOut, ending: Ending) => void,
  ) {
    this.#grace = new AgentGrace(context, (agentId) => this.agentGone(agentId));
    this.#endedRecords = new EndedRecords(context);
  }

  /** Records of a session that are with agents; those of an ended one hold nobody up. */
  sizeOf(session: string | undefined): number {
    let size = 0;
    for (const { handOut } of this.#held.values()) if (handOut.session === session) size += 1;
    return size;
  }

  find(handle: number): HandOut | undefined {
    return this.#held.get(handle)?.handOut;
  }

  all(): HandOut[] {
    return [...this.#held.values()].map(({ handOut }) => handOut);
  }

  /** Takes over a hand-out that is committed: `sentTo` is the login that is sent it now, `dn` where its call goes. */
  add(handOut: HandOut, { sentTo, dn }: { readonly sentTo?: number; readonly dn?: string } = {}): void {
    const { runtime } = this.context;
    const held: Held = { handOut, dn, atRelease: undefined, sentTo, busy: false, abandoned: false };
    // the store may have told of it before whoever has it written
    this.#forget(handOut.handle);
    this.#held.set(handOut.handle, held);
    this.#ofAgent.set(handOut.agentId, (this.#ofAgent.get(handOut.agentId) ?? new Set()).add(held));
    runtime.held.add(handOut.handle, handOut.agentId, handOut.groupDbid);
    if (handOut.call === 'answered') runtime.calls.set(handOut.handle, handOut.groupDbid);
  }

  /**
   * Takes over what the store says is out; what only this process knows of it stays. A call that was
   * connected and is not `up` any more was released.
   */
  replace(stored: readonly HandOut[], up: ReadonlySet<number>): void {
    const out = new Set(stored.map(({ handle }) => handle));
    for (const handOut of this.all()) if (!out.has(handOut.handle)) this.#remove(handOut);
    for (const handOut of stored) {
      const held = this.#held.get(handOut.handle);
      if (held !== undefined) held.handOut = { ...handOut, call: held.handOut.call };
      else if (handOut.call === 'answered' && !up.has(handOut.handle)) this.add({ ...handOut, call: 'released' });
      else this.add(handOut);
    }
    for (const { agentId } of stored) {
      if (this.context.runtime.agents.find(agentId) === undefined && !this.#grace.isRunning(agentId)) this.agentLost(agentId);
    }
  }

  /** Ends what nobody has to be waited for any more: a failed write of it is tried again here. */
  serve(): void {
    for (const held of this.#held.values()) this.#goOn(held);
  }

  /** The agents who have records of which that holds. */
  agentsWith(which: (handOut: HandOut) => boolean): ReadonlySet<string> {
    const agents = new Set<string>();
    for (const { handOut } of this.#held.values()) if (which(handOut)) agents.add(handOut.agentId);
    return agents;
  }

  /** A record of the agent that this login has not been sent, marked as sent. */
  resend(agentId: string, login: number, which: (handOut: HandOut) => boolean = () => true): HandOut | undefined {
    const unseen = this.#of(agentId).find(({ handOut, sentTo, busy }) => sentTo !== login && !busy && which(handOut));
    if (unseen !== undefined) unseen.sentTo = login;
    return unseen?.handOut;
  }

  /** Forgets what was ended in the store together with the session, and answers it. */
  clear(taken: ReadonlySet<number>): HandOut[] {
    const gone = this.all().filter((handOut) => taken.has(handOut.handle));
    for (const handOut of gone) this.#remove(handOut);
    return gone;
  }

  /** What the DN of its call is told. */
  tell(kind: 'ringing' | 'established', handle: number): void {
    const held = this.#held.get(handle);
    if (held !== undefined) this.#tell(kind, held);
  }

  /** A call that an agent had is over: the record ends now, if its agent has said how, or need not. */
  released(handle: number): void {
    const held = this.#held.get(handle);
    if (held === undefined || held.handOut.call === 'released') return;
    held.handOut = { ...held.handOut, call: 'released' };
    this.#tell('released', held);
    this.#goOn(held);
  }

  /** Nobody's time runs out any more. */
  stop(): void {
    this.#grace.stop();
  }

  /** Does with a record what its agent says, or says why not. */
  async take(request: RecordRequest): Promise<void> {
    const held = this.#held.get(request.handle);
    if (held === undefined) return this.#endedRecords.answer(request);
    if (held.handOut.agentId !== request.agentId) {
      request.answer(refused('RecordNotWithAgent', `record ${request.handle} is not with this agent`, request.handle));
      return;
    }
    if (held.busy || held.atRelease !== undefined) {
      this.#behind.set(request.handle, [...(this.#behind.get(request.handle) ?? []), request]);
      return;
    }
    switch (request.kind) {
      case 'end':
        return this.#end(held, request);
      case 'report':
        return this.#report(held, request);
      case 'chain':
        return this.#tellChain(held.handOut, request);
    }
  }

  /** Whether the agent has a record of this group. */
  holds(agentId: string): boolean {
    return this.#ofAgent.has(agentId);
  }

  /** The agent's line is gone: its records wait for it for agentGrace. */
  agentLost(agentId: string): void {
    if (this.holds(agentId)) this.#grace.begin(agentId);
  }

  /**
   * The agent is logged in again: its records stay with it. Of a call this login is told how it stands, since a
   * desktop that has not heard of it would never end its record.
   */
  agentBack(agentId: string): void {
    this.#grace.end(agentId);
    const login = this.context.runtime.agents.find(agentId)?.login;
    for (const held of this.#of(agentId)) {
      const { handOut, sentTo } = held;
      if (login === undefined || sentTo === login) continue;
      if (handOut.call === 'answered') this.#tell('established', held);
      else if (handOut.call === 'released') this.#tell('released', held);
    }
  }

  /** The agent will not come back in time, or has logged out: its records end without it. */
  agentGone(agentId: string): void {
    this.#grace.end(agentId);
    for (const held of this.#of(agentId)) {
      held.abandoned = true;
      if (held.handOut.call === 'answered') {
        this.context.runtime.dialer?.cancel(held.handOut.handle);
        this.released(held.handOut.handle);
      }
      this.#goOn(held);
    }
  }

  /** A call is told where its agent sits now; without the agent where it was connected, unless somebody else is there. */
  #tell(kind: 'ringing' | 'established' | 'released', { handOut, dn }: Held): void {
    const { announcer, agents } = this.context.runtime;
    const vacant = dn === undefined || agents.onDn(dn) !== undefined ? undefined : dn;
    const to = agents.find(handOut.agentId)?.dn ?? vacant;
    if (to !== undefined) announcer.call(kind, handOut, to);
  }

  /** Ends a record of which nothing is being written, where its agent has said how, or will not say any more. */
  #goOn(held: Held): void {
    const { handOut, atRelease } = held;
    if (held.busy || handOut.call === 'answered') return;
    if (atRelease !== undefined) {
      held.atRelease = undefined;
      this.#end(held, atRelease);
    } else if (held.abandoned) this.#write(held, endingOfAbandoned(handOut), undefined);
    else if (this.#endsByItself(held)) this.#write(held, endingOfCall(this.context.runtime, handOut, handOut.callResult ?? CallResult.Answer), undefined);
  }

  #endsByItself({ handOut }: Held): boolean {
    return handOut.call === 'released' && !this.context.group.recordProcessed;
  }

  #end(held: Held, request: EndRequest): void {
    const { handOut } = held;
    const ending = request.ending({ handOut, customFields: listTable(this.context.runtime, handOut.chain.listDbid).customFields });
    if (ending.kind === 'refused') request.answer({ ...ending, handle: request.handle });
    else if (ending.kind === 'ready' && handOut.call !== 'none') {
      request.answer(refused('WrongDialingMode', `record ${request.handle} was dialed; only a previewed record can be given back`, request.handle));
    } else if (handOut.call === 'answered') held.atRelease = request;
    else this.#write(held, besidesOwnCall(handOut, ending), request);
  }

  #report(held: Held, request: ReportRequest): void {
    const { runtime } = this.context;
    const { handOut } = held;
    const list = listTable(runtime, handOut.chain.listDbid);
    const report = request.report({ handOut, customFields: list.customFields });
    if ('kind' in report) return request.answer({ ...report, handle: request.handle });
    held.busy = true;
    void runtime.writer.report(list, handOut, besidesOwnCall(handOut, report)).then(
      (done) => this.context.post(() => this.#reported(held, report, request, done)),
      (error: unknown) => this.context.post(() => this.#failed(held, request, error)),
    );
  }

  async #reported(held: Held, report: RecordReport, request: ReportRequest, done: boolean): Promise<void> {
    held.busy = false;
    // the store may have been read again meanwhile
    const current = this.#held.get(request.handle);
    if (!done) {
      await this.#endedRecords.answer(request);
    } else {
      const handOut = withReport(held.handOut, report);
      if (current !== undefined) current.handOut = handOut;
      request.answer({ kind: 'reported', handOut, group: this.context.group });
    }
    if (current !== undefined) this.#goOn(current);
    await this.#lookAgain(request.handle);
  }

  async #tellChain(handOut: HandOut, request: ChainRequest): Promise<void> {
    const { runtime, group } = this.context;
    const { listDbid, chainId } = handOut.chain;
    const inHand = handOut.chain.records[0].recordId;
    try {
      const rows = await selectChainRows(runtime.client, listTable(runtime, listDbid), chainId);
      const others = rows.map(toRecord).filter(({ recordId }) => recordId !== inHand);
      request.answer({ kind: 'chain', handOut, group, others });
    } catch (error) {
      request.answer(refused('StoreAway', 'the store is away, try again', request.handle));
      this.context.doubt(error);
    }
  }

  #write(held: Held, ending: Ending, request: EndRequest | undefined): void {
    const { runtime } = this.context;
    const { handOut } = held;
    held.busy = true;
    const list = listTable(runtime, handOut.chain.listDbid);
    const by = request === undefined ? null : { content: request.content, acknowledgment: request.acknowledgment(handOut) };
    void runtime.writer.end(list, handOut, ending, by).then(
      (done) => this.context.post(() => this.#written(held, ending, request, done)),
      (error: unknown) => this.context.post(() => this.#failed(held, request, error)),
    );
  }

  async #written(held: Held, ending: Ending, request: EndRequest | undefined, done: boolean): Promise<void> {
    const { handOut } = held;
    this.#remove(handOut);
    if (done) {
      request?.answer(this.#endedRecords.outcome(handOut.handle, handOut.chain.listDbid, resultOf(handOut, ending), request.acknowledgment(handOut)));
      this.ended(handOut, ending);
    } else if (request !== undefined) {
      await this.#endedRecords.answer(request);
    }
    await this.#lookAgain(handOut.handle);
  }

  async #failed(held: Held, request: EndRequest | ReportRequest | undefined, error: unknown): Promise<void> {
    held.busy = false;
    request?.answer(refused('StoreAway', 'the store is away; the record stays with the agent, try again', held.handOut.handle));
    this.context.doubt(error);
    // nobody will ask for it again, so the grace begins anew, unless its agent is back
    const { agentId } = held.handOut;
    const isGone = this.context.runtime.agents.find(agentId) === undefined;
    if ((request === undefined || held.abandoned) && isGone) this.agentLost(agentId);
    held.abandoned = false;
    // what was said is written when the store is back, where nobody may come to say it again
    if (request?.kind === 'end' && (isGone || this.#endsByItself(held))) held.atRelease = { ...request, answer: () => undefined };
    await this.#lookAgain(held.handOut.handle);
  }

  async #lookAgain(handle: number): Promise<void> {
    const behind = this.#behind.get(handle) ?? [];
    this.#behind.delete(handle);
    for (const request of behind) await this.take(request);
  }

  /** Of an agent, oldest first. */
  #of(agentId: string): Held[] {
    return [...(this.#ofAgent.get(agentId) ?? [])];
  }

  #forget(handle: number): void {
    const held = this.#held.get(handle);
    if (held === undefined) return;
    this.#held.delete(handle);
    const { agentId } = held.handOut;
    const others = this.#ofAgent.get(agentId);
    others?.delete(held);
    if (others?.size === 0) this.#ofAgent.delete(agentId);
  }

  #remove(handOut: HandOut): void {
    this.#forget(handOut.handle);
    const { runtime } = this.context;
    runtime.held.remove(handOut.handle, handOut.agentId);
    runtime.calls.delete(handOut.handle);
    runtime.agents.freed(handOut.agentId);
    runtime.agentFreed(handOut.agentId);
  }
}
