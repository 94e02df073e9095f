import type { RecordField } from '../lists/record-fields.js';
import { type Ending, endingOfAbandoned, type HandOut, resultOf } from '../record/hand-out.js';
import { selectEndedHandOut } from '../store/statements/hand-outs.js';
import type { TimerHandle } from '../util/clock.js';
import { CallResult, UserEventError } from '../../protocol/dictionary/enumerations.js';
import type { GroupContext } from './group-context.js';
import type { EndOutcome, UserEventRefusal } from './ports.js';
import { listTable } from './runtime.js';

interface Held {
  handOut: HandOut;
  /** What ends it as soon as its call is over. */
  atRelease: EndRequest | undefined;
  /** The login that was sent the record; another one of the same agent has not seen it yet. */
  sentTo: number | undefined;
  /** Its end is being written. */
  ending: boolean;
}

/** A desktop's request that ends a record. */
export interface EndRequest {
  readonly handle: number;
  readonly agentId: string;
  /** How the record ends, given the custom fields of its list; or why it cannot end so. */
  readonly ending: (customFields: readonly RecordField[]) => Ending | UserEventRefusal;
  /** The request in a form that can be compared, so that the same one sent again is known. */
  readonly content: string;
  answer(outcome: EndOutcome): void;
}

/**
 * The records of one campaign group that are with agents (completion.md 4): every one ends in exactly
 * one way, and is counted as out until that end is committed.
 */
export class HandOuts {
  readonly #held = new Map<number, Held>();
  readonly #grace = new Map<string, TimerHandle>();
  /** Requests about a record whose end is being written: looked at again when it is. */
  readonly #behind = new Map<number, EndRequest[]>();

  constructor(
    private readonly context: GroupContext,
    private readonly ended: (handOut: HandOut, ending: Ending) => void,
  ) {}

  /** Records of a session that are with agents; those of an ended one hold nobody up. */
  sizeOf(session: string | undefined): number {
    return this.all().filter((handOut) => handOut.session === session).length;
  }

  find(handle: number): HandOut | undefined {
    return this.#held.get(handle)?.handOut;
  }

  all(): HandOut[] {
    return [...this.#held.values()].map(({ handOut }) => handOut);
  }

  /** Takes over a hand-out that is committed. `sentTo` is the login that is sent it now, if one is. */
  add(handOut: HandOut, sentTo?: number): void {
    this.#held.set(handOut.handle, { handOut, atRelease: undefined, sentTo, ending: false });
    this.context.runtime.held.add(handOut.handle, handOut.agentId, handOut.groupDbid);
  }

  /** Takes over what the store says is out; whom it was sent to, and whose grace runs, stays known. */
  replace(stored: readonly HandOut[]): void {
    const sentTo = new Map([...this.#held].map(([handle, held]) => [handle, held.sentTo]));
    for (const handOut of this.all()) this.#remove(handOut);
    for (const handOut of stored) this.add(handOut, sentTo.get(handOut.handle));
    for (const { agentId } of stored) {
      if (this.context.runtime.agents.find(agentId) === undefined && !this.#grace.has(agentId)) this.agentLost(agentId);
    }
  }

  /** A record of the agent that this login has not been sent, marked as sent. */
  resend(agentId: string, login: number): HandOut | undefined {
    const unseen = [...this.#held.values()].find(({ handOut, sentTo, ending }) => handOut.agentId === agentId && sentTo !== login && !ending);
    if (unseen !== undefined) unseen.sentTo = login;
    return unseen?.handOut;
  }

  /** Forgets what was ended in the store together with the session, and answers it. */
  clear(taken: ReadonlySet<number>): HandOut[] {
    const gone = this.all().filter((handOut) => taken.has(handOut.handle));
    for (const handOut of gone) this.#remove(handOut);
    return gone;
  }

  /** A call that an agent had is over: the record ends now, if its agent has said how, or need not. */
  released(handle: number): void {
    const held = this.#held.get(handle);
    if (held === undefined) return;
    held.handOut = { ...held.handOut, call: 'released' };
    const { atRelease } = held;
    held.atRelease = undefined;
    if (held.ending) return;
    if (atRelease !== undefined) void this.end(atRelease);
    else if (!this.context.group.recordProcessed) this.#write(held, this.context.endingOfCall(held.handOut, CallResult.Answer), undefined);
  }

  /** Nobody's time runs out any more. */
  stopGraces(): void {
    for (const timer of this.#grace.values()) timer.cancel();
    this.#grace.clear();
  }

  /** Ends a record as its agent says, or says why not. */
  async end(request: EndRequest): Promise<void> {
    const held = this.#held.get(request.handle);
    if (held === undefined) return this.#endedBefore(request);
    if (held.handOut.agentId !== request.agentId) {
      request.answer(refused('RecordNotWithAgent', `record ${request.handle} is not with this agent`, request.handle));
      return;
    }
    if (held.ending || held.atRelease !== undefined) {
      this.#behind.set(request.handle, [...(this.#behind.get(request.handle) ?? []), request]);
      return;
    }
    const ending = request.ending(listTable(this.context.runtime, held.handOut.chain.listDbid).customFields);
    if (ending.kind === 'refused') request.answer({ ...ending, handle: request.handle });
    else if (ending.kind === 'ready' && held.handOut.call !== 'none') {
      request.answer(refused('WrongDialingMode', `record ${request.handle} was dialed; only a previewed record can be given back`, request.handle));
    } else if (held.handOut.call === 'answered') held.atRelease = request;
    else this.#write(held, ending, request);
  }

  /** The agent's line is gone: its records wait for it for agentGrace. */
  agentLost(agentId: string): void {
    if (!this.#holds(agentId)) return;
    const { runtime, group } = this.context;
    this.#grace.get(agentId)?.cancel();
    const timer = runtime.clock.after(group.agentGraceMs, () =>
      this.context.post(() => {
        // the agent may have come back while this waited in the mailbox
        if (this.#grace.get(agentId) === timer) this.agentGone(agentId);
      }),
    );
    this.#grace.set(agentId, timer);
  }

  /** The agent is logged in again: its records stay with it. */
  agentBack(agentId: string): void {
    this.#grace.get(agentId)?.cancel();
    this.#grace.delete(agentId);
  }

  /** The agent will not come back in time, or has logged out: its records end without it. */
  agentGone(agentId: string): void {
    this.agentBack(agentId);
    for (const held of this.#held.values()) {
      if (held.handOut.agentId !== agentId || held.ending) continue;
      if (held.handOut.call === 'answered') this.context.runtime.dialer?.cancel(held.handOut.handle);
      this.#write(held, endingOfAbandoned(held.handOut), undefined);
    }
  }

  #holds(agentId: string): boolean {
    return this.all().some((handOut) => handOut.agentId === agentId);
  }

  #write(held: Held, ending: Ending, request: EndRequest | undefined): void {
    const { runtime } = this.context;
    const { handOut } = held;
    held.ending = true;
    const list = listTable(runtime, handOut.chain.listDbid);
    void runtime.writer.end(list, handOut, ending, request?.content ?? null).then(
      (done) => this.context.post(() => this.#written(held, ending, request, done)),
      (error: unknown) => this.context.post(() => this.#failed(held, request, error)),
    );
  }

  async #written(held: Held, ending: Ending, request: EndRequest | undefined, done: boolean): Promise<void> {
    const { handOut } = held;
    this.#remove(handOut);
    if (done) {
      request?.answer(this.#outcome(handOut.handle, handOut.chain.listDbid, resultOf(handOut, ending)));
      this.ended(handOut, ending);
    } else if (request !== undefined) {
      await this.#endedBefore(request);
    }
    await this.#lookAgain(handOut.handle);
  }

  async #failed(held: Held, request: EndRequest | undefined, error: unknown): Promise<void> {
    held.ending = false;
    request?.answer(refused('StoreAway', 'the store is away; the record stays with the agent, try again', held.handOut.handle));
    this.context.doubt(error);
    // nobody will ask for it again, so the grace begins anew, unless its agent is back
    const { agentId } = held.handOut;
    if (request === undefined && this.context.runtime.agents.find(agentId) === undefined) this.agentLost(agentId);
    await this.#lookAgain(held.handOut.handle);
  }

  async #lookAgain(handle: number): Promise<void> {
    const behind = this.#behind.get(handle) ?? [];
    this.#behind.delete(handle);
    for (const request of behind) await this.end(request);
  }

  /**
   * The same content from the same agent is acknowledged again for replayWindow; anything else is
   * refused. The record may have been another group's: a handle that is not out says nothing of that.
   */
  async #endedBefore(request: EndRequest): Promise<void> {
    const { runtime } = this.context;
    try {
      const before = await selectEndedHandOut(runtime.client, request.handle);
      const group = runtime.deployment.campaignGroups.find(({ dbid }) => dbid === before?.group_dbid);
      const known =
        before !== undefined &&
        group !== undefined &&
        before.agent_id === request.agentId &&
        before.ending === request.content &&
        before.ended_at >= runtime.clock.now() - group.replayWindowMs;
      request.answer(
        known
          ? { ...this.#outcome(request.handle, before.list_dbid, before.end_result), group }
          : refused('UnknownRecordHandle', `record handle ${request.handle} is not with any agent`, request.handle),
      );
    } catch (error) {
      request.answer(refused('StoreAway', 'the store is away, try again', request.handle));
      this.context.doubt(error);
    }
  }

  #outcome(handle: number, listDbid: number, callResult: number | null): Extract<EndOutcome, { kind: 'ended' }> {
    return { kind: 'ended', handle, listDbid, callResult, group: this.context.group };
  }

  #remove(handOut: HandOut): void {
    this.#held.delete(handOut.handle);
    const { runtime } = this.context;
    runtime.held.remove(handOut.handle, handOut.agentId);
    runtime.calls.delete(handOut.handle);
    runtime.agents.freed(handOut.agentId);
    runtime.agentFreed(handOut.agentId);
  }
}

/** A refusal in the words of tevents.md. */
export function refused(
  number: keyof typeof UserEventError,
  message: string,
  handle?: number,
): Extract<EndOutcome, { kind: 'refused' }> {
  const refusal = { kind: 'refused' as const, number: UserEventError[number], message };
  return handle === undefined ? refusal : { ...refusal, handle };
}
