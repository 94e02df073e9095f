import type { RecordField } from '../lists/record-fields.js';
import { type Ending, endingOfAbandoned, type HandOut } from '../record/hand-out.js';
import { selectEndedHandOut } from '../store/statements/hand-outs.js';
import type { TimerHandle } from '../util/clock.js';
import { UserEventError } from '../../protocol/dictionary/enumerations.js';
import type { GroupContext } from './group-context.js';
import type { EndOutcome, UserEventRefusal } from './ports.js';
import { listTable } from './runtime.js';

interface Held {
  readonly handOut: HandOut;
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

  get size(): number {
    return this.#held.size;
  }

  all(): HandOut[] {
    return [...this.#held.values()].map(({ handOut }) => handOut);
  }

  /** Takes over a hand-out that is committed. `sentTo` is the login that is sent it now, if one is. */
  add(handOut: HandOut, sentTo?: number): void {
    this.#held.set(handOut.handle, { handOut, sentTo, ending: false });
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

  /** Forgets everything: it was ended in the store together with the session. Answers what was there. */
  clear(): HandOut[] {
    const all = this.all();
    this.stopGraces();
    for (const handOut of all) this.#remove(handOut);
    return all;
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
    if (held.ending) {
      this.#behind.set(request.handle, [...(this.#behind.get(request.handle) ?? []), request]);
      return;
    }
    const ending = request.ending(listTable(this.context.runtime, held.handOut.chain.listDbid).customFields);
    if (ending.kind === 'refused') request.answer({ ...ending, handle: request.handle });
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
      if (held.handOut.agentId === agentId && !held.ending) this.#write(held, endingOfAbandoned(held.handOut), undefined);
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
    this.context.runtime.held.remove(handOut.handle, handOut.agentId);
  }
}

function resultOf(handOut: HandOut, ending: Ending): number | null {
  return ending.kind === 'final' ? (ending.callResult ?? handOut.callResult) : handOut.callResult;
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
