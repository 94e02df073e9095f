import { randomUUID } from 'node:crypto';
import { mayBeDepleted } from '../campaign/auto-completion.js';
import type { GroupState } from '../campaign/group-state.js';
import { decide, type Decision, type GroupInput, type MachineRequest } from '../campaign/machine.js';
import { chainsNeeded } from '../campaign/retrieval.js';
import type { Seat } from '../agent/pool.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { JournalRow } from '../journal/row.js';
import { RecordBuffer } from '../record/buffer.js';
import { OwnershipLost, type Sql, StoreAway } from '../store/client.js';
import { releaseUnheld } from '../store/statements/list-rows.js';
import { ownedTransaction } from '../store/owner.js';
import { SerialQueue } from '../util/serial-queue.js';
import type { TimerHandle } from '../util/clock.js';
import { anythingLeft, isDepleted } from './completion.js';
import { type GroupContext, listsOf, sessionOf, takerOf } from './group-context.js';
import { type CompletionReport, completionReport } from './group-report.js';
import { type EndRequest, HandOuts } from './hand-outs.js';
import type { Asker, GroupSnapshot, PreviewOutcome } from './ports.js';
import { PreviewDesk } from './preview-desk.js';
import { readGroup } from './recovery.js';
import { Retriever } from './retriever.js';
import type { Runtime } from './runtime.js';
import { type Committed, commitTransition, type Transition } from './transition.js';

/**
 * One campaign group: its mailbox, its state, and the only place where it changes. Every input goes
 * through the mailbox and is handled alone; after each the group looks at itself (`#look`): hands out
 * records, retrieves, completes, unloads. What is in memory is what is committed.
 */
export class GroupActor implements GroupContext {
  readonly #mailbox = new SerialQueue();
  readonly #buffer = new RecordBuffer();
  readonly #handOuts: HandOuts;
  readonly #desk: PreviewDesk;
  readonly #retriever: Retriever;
  /** Who is told when an Unload that waits is done. */
  #unloading: Asker[] = [];
  /** Something happened that may have left nothing to dial. */
  #checkWanted = false;
  #checkError: string | undefined;
  /** The store failed: state and records are read again before the next job. */
  #doubtful = true;
  #timer: TimerHandle | undefined;
  #stopped = false;
  #lastPosition: number;
  #lastCompletion: CompletionReport | undefined;
  #state: GroupState = { status: 'NotLoaded' };

  /** `lastPosition` is that of the last journal row that was committed before this life: nobody here announces it again. */
  constructor(
    readonly runtime: Runtime,
    readonly group: CampaignGroup,
    lastPosition: number,
  ) {
    this.#lastPosition = lastPosition;
    this.#handOuts = new HandOuts(this, (handOut, ending) => {
      this.#checkWanted = true;
      if (ending.kind === 'final') return;
      this.#buffer.rejected(handOut.chain, handOut.agentId);
      runtime.listChanged(handOut.chain.listDbid);
    });
    this.#desk = new PreviewDesk(this, this.#buffer, this.#handOuts);
    this.#retriever = new Retriever(this, (chains) => {
      for (const chain of chains) this.#buffer.add(chain);
      this.#checkWanted ||= chains.length === 0;
    });
  }

  /** Reads the stored state and begins to act on it. Throws where the store cannot be read. */
  async start(): Promise<void> {
    await this.#mailbox.run(() => this.#read());
    this.post(() => undefined);
  }

  state(): GroupState {
    return this.#state;
  }

  get inDoubt(): boolean {
    return this.#doubtful;
  }

  post(job: () => void | Promise<void>): void {
    void this.#mailbox
      .run(async () => {
        if (this.#doubtful) await this.#readAgain();
        await job();
        await this.#look();
      })
      .catch((error: unknown) => this.doubt(error));
  }

  doubt(error: unknown): void {
    this.#doubtful = true;
    if (error instanceof OwnershipLost) this.runtime.ownershipLost(error);
    this.runtime.log.error(`campaign group ${this.group.name}: ${error instanceof Error ? error.message : String(error)}`);
    this.#armTimer();
  }

  /** Stops acting; resolves when the job under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#disarmTimer();
    this.#handOuts.stopGraces();
    await this.#mailbox.run(() => Promise.resolve());
  }

  // ---- inputs

  /** A campaign request whose form, flag and ids have been checked. */
  request(request: MachineRequest, asker: Asker): void {
    this.post(async () => {
      if (this.#doubtful) return this.#refuseAway(asker);
      const recordsOut = this.#handOuts.size + this.#desk.coming;
      const input: GroupInput = { kind: 'request', request, newSession: randomUUID(), recordsOut };
      await this.#apply(input, `${request.kind} by ${request.by}`, asker);
    });
  }

  preview(seat: Seat<object>, answer: (outcome: PreviewOutcome) => void): void {
    this.post(() => this.#desk.ask(seat, answer));
  }

  /** Why an agent could not get records in Preview at this moment; undefined where it could. */
  previewRefusal(answer: (refusal: ReturnType<PreviewDesk['refusal']>) => void): void {
    this.post(() => answer(this.#desk.refusal()));
  }

  endRecord(request: EndRequest): void {
    this.post(() => this.#handOuts.end(request));
  }

  /** Somebody logged in, out, became ready or not: the group may need other records. */
  agentsChanged(): void {
    this.post(() => undefined);
  }

  agentLost(agentId: string): void {
    this.post(() => this.#handOuts.agentLost(agentId));
  }

  agentBack(agentId: string): void {
    this.post(() => this.#handOuts.agentBack(agentId));
  }

  agentGone(agentId: string): void {
    this.post(() => this.#handOuts.agentGone(agentId));
  }

  /** Records may be due in a list of this group that were not before. */
  listChanged(): void {
    this.post(() => {
      this.#retriever.wet();
      this.#checkWanted = true;
    });
  }

  // ---- what others may read

  snapshot(): GroupSnapshot {
    const load = this.#state.status === 'NotLoaded' ? undefined : this.#state.load;
    return {
      group: this.group,
      status: this.#state.status,
      dialMode: load?.dialMode ?? 0,
      optimizeBy: load?.optimizeBy ?? 0,
      optimizeGoal: load?.optimizeGoal ?? null,
      autoCompletion: load?.autoCompletion.on ?? false,
    };
  }

  /** What the group's report is made of. */
  inspect() {
    return {
      state: this.#state,
      lastRetrieval: this.#retriever.last,
      checkError: this.#checkError,
      lastCompletion: this.#lastCompletion,
      handOuts: this.#handOuts.all(),
      buffered: this.#buffer.size,
    };
  }

  // ---- the group's own doing

  /** What the group does by itself, given where it stands. */
  async #look(): Promise<void> {
    if (this.#doubtful || this.#stopped) return;
    this.#desk.serve(true);
    if (this.#state.status === 'Running') {
      await this.#fillBuffer();
      this.#desk.serve(this.#retriever.inFlight);
      await this.#completeIfDepleted();
    } else {
      this.#desk.serve(false);
    }
    if (this.#state.status === 'WaitingUnload') await this.#unloadIfDone();
    this.#armTimer();
  }

  async #fillBuffer(): Promise<void> {
    const agents = this.#agentsAtWork();
    if (agents === 0 && this.#buffer.size > 0 && !this.#retriever.inFlight && this.#desk.coming === 0) {
      // nobody is there to take them: another group of a shared list may have them; what is still on its
      // way in or out is waited for, or it would be put back behind the back of whoever gets it
      this.#buffer.empty();
      await ownedTransaction(this.runtime.client, this.runtime.owner, async (sql) => {
        for (const list of listsOf(this)) await releaseUnheld(sql, list, this.runtime.owner.serverDbid, takerOf(this));
      });
      for (const list of listsOf(this)) this.#tellOthers(list.dbid);
    }
    const forWaiting = this.#desk.waiting > 0 ? this.#desk.waiting : 0;
    this.#retriever.want(Math.max(chainsNeeded(this.group, agents, this.#buffer.size), forWaiting));
  }

  /** Agents of the group that are ready, or busy with a record. */
  #agentsAtWork(): number {
    const { agents, held } = this.runtime;
    return this.group.group.agentIds.filter((id) => {
      const seat = agents.find(id);
      return seat !== undefined && (seat.state !== 'notReady' || held.count(id) > 0);
    }).length;
  }

  async #completeIfDepleted(): Promise<void> {
    const recordsOut = this.#handOuts.size + this.#desk.coming + this.#buffer.size;
    const { status } = this.#state;
    const flagOn = this.#state.status !== 'NotLoaded' && this.#state.load.autoCompletion.on;
    const possible = mayBeDepleted({ running: status === 'Running', flagOn, recordsOut, retrievalInFlight: this.#retriever.inFlight });
    if (!this.#checkWanted || !possible) return;
    try {
      this.#checkWanted = false;
      this.#checkError = undefined;
      if (await anythingLeft(this.runtime.client, this)) return;
      const session = sessionOf(this.#state);
      const done = await this.#apply({ kind: 'depleted' }, 'auto completion', undefined, (sql) => isDepleted(sql, this));
      if (done && session !== undefined) this.#reportCompletion(session);
    } catch (error) {
      // nothing is decided on the word of a store that could not give it; the timer asks again
      this.#checkWanted = true;
      this.#checkError = error instanceof Error ? error.message : String(error);
      this.doubt(error);
    }
  }

  async #unloadIfDone(): Promise<void> {
    if (this.#handOuts.size + this.#desk.coming === 0) await this.#apply({ kind: 'nothingOut' }, 'nothing is out any more', undefined);
    else await this.#apply({ kind: 'unloadTimeout' }, 'unloadTimeout', undefined);
  }

  /** Decides, commits, answers and announces, in that order. Answers whether the group has changed. */
  async #apply(input: GroupInput, cause: string, asker: Asker | undefined, guard?: (sql: Sql) => Promise<boolean>): Promise<boolean> {
    const from = this.#state;
    const atMs = this.runtime.clock.now();
    const decision = decide(from, input, atMs, this.group);
    if (decision.kind === 'refused') {
      asker?.answer({ kind: 'refused', refusal: decision.refusal, group: this.group });
      return false;
    }
    if (decision.kind === 'unchanged') {
      asker?.answer({ kind: 'status', snapshot: this.snapshot() });
      return false;
    }
    const committed = await this.#commit({ from, decision, cause, atMs, inHand: this.#handOuts.all(), ...(guard && { guard }) }, asker);
    if (committed === undefined) return false;
    this.#adopt(from, decision, committed, asker);
    return true;
  }

  async #commit(transition: Transition, asker: Asker | undefined): Promise<Committed | undefined> {
    try {
      return await commitTransition(this, transition);
    } catch (error) {
      if (asker !== undefined) this.#refuseAway(asker);
      this.doubt(error);
      return undefined;
    }
  }

  /** Memory follows what is committed, and everyone is told. */
  #adopt(from: GroupState, decision: Extract<Decision, { kind: 'changed' }>, { rows, taken }: Committed, asker: Asker | undefined): void {
    this.#state = decision.state;
    this.#checkWanted = true;
    this.#disarmTimer();
    if (from.status === 'Running' && this.#state.status !== 'Running') this.#endRun();
    const cancelled = decision.events.some((event) => event.forced) ? this.#handOuts.clear() : [];
    // one whose end was committed just before is not taken from anybody
    for (const handOut of cancelled) if (taken.has(handOut.handle)) this.runtime.announcer.recordCancelled(handOut);
    const waits = this.#state.status === 'WaitingUnload';
    const answering = waits ? undefined : rows.at(-1);
    for (const row of rows) this.#announce(row, row === answering ? asker : undefined);
    if (waits && asker !== undefined) {
      asker.answer({ kind: 'waiting', snapshot: this.snapshot() });
      this.#unloading.push(asker);
    }
    if (this.#state.status === 'NotLoaded') {
      this.#buffer.forget();
      for (const list of listsOf(this)) this.#tellOthers(list.dbid);
    }
  }

  /** The asker's answer stands in the place of its copy. */
  #announce(row: JournalRow, asker: Asker | undefined): void {
    this.#lastPosition = row.position;
    asker?.answer({ kind: 'done', event: row, snapshot: this.snapshot() });
    const waited = row.kind === 'Unloaded' ? this.#unloading.splice(0) : [];
    const also = waited.flatMap(({ origin }) => (origin === undefined || origin === asker?.origin ? [] : [origin]));
    this.runtime.journal.append(row);
    this.runtime.announcer.announce(row, { ...(asker?.origin && { except: asker.origin }), also });
    for (const one of waited) one.unloaded?.(row, this.snapshot());
  }

  #endRun(): void {
    this.#buffer.empty();
    this.#retriever.reset();
    this.#desk.reset();
  }

  /** The other groups of a shared list may take what this one gave back. */
  #tellOthers(listDbid: number): void {
    this.runtime.listChanged(listDbid);
  }

  #refuseAway(asker: Asker): void {
    const refusal = { code: 'ServerConnectionError' as const, message: 'the store is away, try again' };
    asker.answer({ kind: 'refused', refusal, group: this.group });
  }

  #reportCompletion(session: string): void {
    void completionReport(this, session).then(
      (report) => {
        this.#lastCompletion = report;
        this.runtime.log.info(`campaign group ${this.group.name} has completed: no record is left to dial`, { ...report });
      },
      (error: unknown) => this.runtime.log.warn(`campaign group ${this.group.name} has completed; what was left could not be counted: ${String(error)}`),
    );
  }

  // ---- time

  /** While there is something to wait for, the group looks at itself every retrievalInterval. */
  #armTimer(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    if (this.#state.status !== 'Running' && this.#state.status !== 'WaitingUnload' && !this.#doubtful) return;
    const untilDeadline = this.#state.status === 'WaitingUnload' ? this.#state.deadlineMs - this.runtime.clock.now() : Infinity;
    const delayMs = Math.max(0, Math.min(this.group.retrievalIntervalMs, untilDeadline));
    this.#timer = this.runtime.clock.after(delayMs, () => {
      this.#timer = undefined;
      this.listChanged();
    });
  }

  #disarmTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  // ---- the store's word

  async #readAgain(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      if (!(error instanceof StoreAway)) this.doubt(error);
      this.#armTimer();
    }
  }

  /** Takes over what the store says: state, records in hand, and events that were committed unseen. */
  async #read(): Promise<void> {
    const stored = await readGroup(this.runtime, this.group, this.#lastPosition);
    const from = this.#state;
    this.#endRun();
    this.#state = stored.state;
    this.#lastCompletion = stored.lastCompletion ?? this.#lastCompletion;
    this.#handOuts.replace(stored.handOuts);
    this.#doubtful = false;
    this.#checkWanted = true;
    if (sessionOf(from) !== sessionOf(this.#state)) this.#buffer.forget();
    for (const row of stored.unseen) this.#announce(row, undefined);
  }
}

