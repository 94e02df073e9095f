import type { GroupState } from '../campaign/group-state.js';
import { decide, type Decision, type GroupInput } from '../campaign/machine.js';
import type { JournalRow } from '../journal/row.js';
import type { HandOut, KnownOut } from '../record/hand-out.js';
import type { Sql } from '../store/client.js';
import type { GroupContext } from './group-context.js';
import type { Asker, GroupSnapshot } from './ports.js';
import { type Committed, commitTransition, type Transition } from './transition.js';

/** What the rest of the group does around a change. */
export interface ChangeHooks {
  /** The records in hand. */
  inHand(): readonly KnownOut[];
  /** The group dials no more: its buffer is back in the store. Before anyone is told. */
  runEnded(): void;
  /** These records were ended together with the session; answers those that agents had. */
  recordsTaken(taken: ReadonlySet<number>): readonly HandOut[];
  /** After everyone has been told. */
  changed(): void;
}

/**
 * The state of a campaign group and every change of it: decided by the machine, committed with its
 * journal rows, then answered and announced, in this order. Used from within the group's mailbox.
 */
export class GroupChanges {
  #state: GroupState = { status: 'NotLoaded' };
  #lastPosition: number;
  /** Who is told when an Unload that waits is done. */
  #unloading: Asker[] = [];

  /** Rows up to `lastPosition` were announced by an earlier life. */
  constructor(
    private readonly context: GroupContext,
    lastPosition: number,
    private readonly hooks: ChangeHooks,
  ) {
    this.#lastPosition = lastPosition;
  }

  get state(): GroupState {
    return this.#state;
  }

  /** Position of the last journal row of this group that was announced, or is older than this process. */
  get lastPosition(): number {
    return this.#lastPosition;
  }

  /** Takes over what the store holds; `unseen` are rows that nobody has been told of. */
  takeOver(state: GroupState, unseen: readonly JournalRow[]): void {
    this.#state = state;
    for (const row of unseen) this.#announce(row, undefined);
  }

  snapshot(): GroupSnapshot {
    const load = this.#state.status === 'NotLoaded' ? undefined : this.#state.load;
    return {
      group: this.context.group,
      status: this.#state.status,
      dialMode: load?.dialMode ?? 0,
      optimizeBy: load?.optimizeBy ?? 0,
      optimizeGoal: load?.optimizeGoal ?? null,
      autoCompletion: load?.autoCompletion.on ?? false,
    };
  }

  /**
   * Gives the machine an input. Answers whether the group has changed; an asker is answered in any
   * case. `guard` is asked inside the transaction and can call the change off.
   */
  async apply(input: GroupInput, cause: string, asker?: Asker, guard?: (sql: Sql) => Promise<boolean>): Promise<boolean> {
    const from = this.#state;
    const { runtime, group } = this.context;
    const atMs = runtime.clock.now();
    const decision = decide(from, input, atMs, { ...group, modes: runtime.modesOf(group) });
    if (decision.kind === 'refused') {
      asker?.answer({ kind: 'refused', refusal: decision.refusal, group });
      return false;
    }
    if (decision.kind === 'unchanged') {
      asker?.answer({ kind: 'status', snapshot: this.snapshot() });
      return false;
    }
    const committed = await this.#commit({ from, decision, cause, atMs, inHand: this.hooks.inHand(), ...(guard && { guard }) }, asker);
    if (committed === undefined) return false;
    const committedMs = runtime.clock.now();
    runtime.measures.took(input.kind === 'depleted' ? 'completion' : 'change', group.dbid, committedMs - atMs);
    this.#adopt(from, decision, committed, asker);
    runtime.measures.took('fanOut', group.dbid, runtime.clock.now() - committedMs);
    if (decision.state.status === 'NotLoaded') runtime.measures.unloaded(group.dbid, input.kind === 'depleted');
    return true;
  }

  async #commit(transition: Transition, asker: Asker | undefined): Promise<Committed | undefined> {
    try {
      return await commitTransition(this.context, transition);
    } catch (error) {
      if (asker !== undefined) this.refuseAway(asker);
      this.context.doubt(error);
      return undefined;
    }
  }

  refuseAway(asker: Asker): void {
    const refusal = { code: 'ServerConnectionError' as const, message: 'the store is away, try again' };
    asker.answer({ kind: 'refused', refusal, group: this.context.group });
  }

  /** Memory follows what is committed, and everyone is told. */
  #adopt(from: GroupState, decision: Extract<Decision, { kind: 'changed' }>, { rows, taken }: Committed, asker: Asker | undefined): void {
    this.#state = decision.state;
    if (from.status === 'Running' && decision.state.status !== 'Running') this.hooks.runEnded();
    // one whose end was committed just before is not taken from anybody
    for (const handOut of this.hooks.recordsTaken(taken)) this.context.runtime.announcer.recordCancelled(handOut);
    const waits = decision.state.status === 'WaitingUnload';
    const answering = waits ? undefined : rows.at(-1);
    for (const row of rows) this.#announce(row, row === answering ? asker : undefined);
    if (waits && asker !== undefined) {
      asker.answer({ kind: 'waiting', snapshot: this.snapshot() });
      this.#unloading.push(asker);
    }
    this.hooks.changed();
  }

  /** The asker's answer stands in the place of its copy. */
  #announce(row: JournalRow, asker: Asker | undefined): void {
    const { runtime } = this.context;
    this.#lastPosition = row.position;
    asker?.answer({ kind: 'done', event: row, snapshot: this.snapshot() });
    const waited = row.kind === 'Unloaded' ? this.#unloading.splice(0) : [];
    const also = waited.flatMap(({ origin }) => (origin === undefined || origin === asker?.origin ? [] : [origin]));
    runtime.announcer.announce(runtime.journal.append(row), { ...(asker?.origin && { except: asker.origin }), also });
    for (const one of waited) one.unloaded?.(row, this.snapshot());
  }
}
