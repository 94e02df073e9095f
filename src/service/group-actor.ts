import { randomUUID } from 'node:crypto';
import type { GroupState } from '../campaign/group-state.js';
import type { GroupInput, MachineRequest } from '../campaign/machine.js';
import type { Refusal } from '../campaign/requests.js';
import type { Seat } from '../agent/pool.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { CallEvent } from '../dialer/dialer.js';
import type { Ending, RecordOut } from '../record/hand-out.js';
import { RecordBuffer } from '../record/buffer.js';
import { OwnershipLost, StoreAway } from '../store/client.js';
import { ownedTransaction } from '../store/owner.js';
import { SerialQueue } from '../util/serial-queue.js';
import type { TimerHandle } from '../util/clock.js';
import { CallDesk } from './call-desk.js';
import { CompletionCheck } from './completion-check.js';
import { DueTimes } from './due-times.js';
import { GroupChanges } from './group-changes.js';
import { type GroupContext, listsOf, sessionOf } from './group-context.js';
import { HandOuts } from './hand-outs.js';
import { CallbackDesk } from './callback-desk.js';
import { LeaveDesk } from './leave-desk.js';
import { admitLists } from './admit-lists.js';
import type { Asker, GroupSnapshot, PreviewOutcome } from './ports.js';
import { PreviewDesk } from './preview-desk.js';
import { putBufferBack } from './put-back.js';
import type { RecordRequest } from './record-requests.js';
import { readGroup } from './recovery.js';
import { Retriever } from './retriever.js';
import type { Runtime } from './runtime.js';
import { Supply } from './supply.js';

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
  readonly #calls: CallDesk;
  readonly #callbacks: CallbackDesk;
  readonly #leaving = new LeaveDesk();
  readonly #retriever: Retriever;
  readonly #supply: Supply;
  readonly #changes: GroupChanges;
  readonly #completion: CompletionCheck;
  /** The store failed: state and records are read again before the next job. */
  #doubtful = true;
  #timer: TimerHandle | undefined;
  readonly #dueTimes = new DueTimes();
  #resting = false;
  #stopped = false;

  /** `lastPosition` is that of the last journal row that was committed before this life: nobody here announces it again. */
  constructor(
    readonly runtime: Runtime,
    readonly group: CampaignGroup,
    lastPosition: number,
  ) {
    const ended = (record: RecordOut, ending: Ending): void => {
      this.#completion.want();
      // a number that is forbidden now may wait in any list, and somebody for it
      if ('forbids' in ending) for (const { dbid } of runtime.lists.values()) runtime.listChanged(dbid);
      if (ending.kind === 'later') this.#callbacks.want();
      if ('dueAtSeconds' in ending && ending.dueAtSeconds !== null) {
        this.#dueTimes.add(ending.dueAtSeconds);
        this.#disarmTimer();
      }
      if (ending.kind === 'final') return;
      if (ending.kind === 'ready' && record.agentId !== null) this.#buffer.rejected(record.chain, record.agentId);
      runtime.listChanged(record.chain.listDbid);
    };
    this.#handOuts = new HandOuts(this, ended);
    this.#desk = new PreviewDesk(this, this.#buffer, this.#handOuts);
    this.#calls = new CallDesk(this, this.#buffer, this.#handOuts, ended);
    this.#callbacks = new CallbackDesk(this, this.#buffer, this.#handOuts, this.#desk);
    this.#retriever = new Retriever(this, (chains) => {
      for (const chain of chains) this.#buffer.add(chain);
      if (chains.length === 0) this.#completion.want();
    });
    this.#supply = new Supply(this, this.#buffer, this.#retriever);
    this.#changes = new GroupChanges(this, lastPosition, {
      inHand: () => [...this.#handOuts.all().map((record) => ({ record, ending: undefined })), ...this.#calls.all()],
      runEnded: () => this.#endRun(),
      recordsTaken: (taken) => {
        this.#calls.clear(taken);
        return this.#handOuts.clear(taken);
      },
      changed: () => this.#changed(),
    });
    this.#completion = new CompletionCheck(this, this.#changes);
  }

  /** Reads the stored state and begins to act on it. Throws where the store cannot be read. */
  async start(): Promise<void> {
    await this.#mailbox.run(() => this.#read());
    this.post(() => undefined);
  }

  state(): GroupState {
    return this.#changes.state;
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
    this.runtime.callLoad.wants(this.group.dbid, false);
    if (error instanceof OwnershipLost) this.runtime.ownershipLost(error);
    this.runtime.log.error(`campaign group ${this.group.name}: ${error instanceof Error ? error.message : String(error)}`);
    this.#armTimer();
  }

  /** Begins nothing of its own any more: no retrieval, no call, no completion. What is asked of it is done. */
  rest(): void {
    this.#resting = true;
  }

  /** After `stop`, when nothing is being written any more: what is retrieved and in nobody's hands is Ready again. */
  async giveBack(): Promise<void> {
    const { client, owner, log } = this.runtime;
    await this.#retriever.settled;
    try {
      await ownedTransaction(client, owner, (sql) => putBufferBack(sql, this));
    } catch (error) {
      // the next start does it
      log.warn(`campaign group ${this.group.name}: what is in its buffer stays Retrieved until the next start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Stops acting; resolves when the job under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#disarmTimer();
    this.#handOuts.stop();
    this.#calls.stop();
    await this.#mailbox.run(() => Promise.resolve());
  }

  // ---- inputs

  /** A campaign request whose form, flag and ids have been checked. */
  request(request: MachineRequest, asker: Asker): void {
    this.post(async () => {
      if (this.#doubtful) return this.#changes.refuseAway(asker);
      const refusal = request.kind === 'Load' && this.state().status === 'NotLoaded' ? await this.#admitLists() : undefined;
      if (refusal === 'away') return this.#changes.refuseAway(asker);
      if (refusal !== undefined) return asker.answer({ kind: 'refused', refusal, group: this.group });
      const recordsOut = this.#recordsOut();
      const input: GroupInput = { kind: 'request', request, newSession: randomUUID(), recordsOut };
      await this.#changes.apply(input, `${request.kind} by ${request.by}`, asker);
    });
  }

  async #admitLists(): Promise<Refusal | 'away' | undefined> {
    try {
      return await admitLists(this.runtime, this.group);
    } catch (error) {
      this.doubt(error);
      return 'away';
    }
  }

  preview(seat: Seat<object>, answer: (outcome: PreviewOutcome) => void): void {
    this.post(() => this.#desk.ask(seat, answer));
  }

  /** Why an agent could not get records in Preview at this moment; undefined where it could. */
  previewRefusal(answer: (refusal: ReturnType<PreviewDesk['refusal']>) => void): void {
    this.post(() => answer(this.#desk.refusal()));
  }

  /** What a desktop wants of a record. */
  record(request: RecordRequest): void {
    this.post(() => this.#handOuts.take(request));
  }

  /** Somebody logged in, out, became ready or not: the group may need other records. */
  agentsChanged(): void {
    this.post(() => undefined);
  }

  /** What the dialer says of a call of this group. */
  callEvent(event: CallEvent): void {
    this.post(() => this.#calls.onEvent(event));
  }

  agentLost(agentId: string): void {
    this.post(() => this.#handOuts.agentLost(agentId));
  }

  agentBack(agentId: string): void {
    this.post(() => {
      this.#callbacks.want();
      this.#handOuts.agentBack(agentId);
    });
  }

  agentGone(agentId: string): void {
    this.post(() => this.#handOuts.agentGone(agentId));
  }

  /** Calls `answer` when the agent has no record of this group, and none on its way. */
  leave(agentId: string, answer: () => void): void {
    this.post(() => this.#leaving.add(agentId, answer));
  }

  /** Records of chains were made final behind the group's back: whatever it has of them in its buffer is not there any more. */
  chainsChanged(listDbid: number, chainIds: readonly number[]): void {
    this.post(() => this.#buffer.drop(listDbid, chainIds));
    this.listChanged();
  }

  /** Records may be due in a list of this group that were not before. */
  listChanged(): void {
    this.post(() => {
      this.#retriever.wet();
      this.#completion.want();
    });
  }

  // ---- what others may read

  snapshot(): GroupSnapshot {
    return this.#changes.snapshot();
  }

  /** What the group's report is made of. */
  inspect() {
    return {
      state: this.state(),
      lastRetrieval: this.#retriever.last,
      checkError: this.#completion.error,
      lastCompletion: this.#completion.last,
      recordsOut: [...this.#handOuts.all(), ...this.#calls.all().map(({ record }) => record)],
      buffered: this.#buffer.size,
    };
  }

  // ---- the group's own doing

  /** What the group does by itself, given where it stands. */
  async #look(): Promise<void> {
    if (this.#doubtful || this.#stopped) return;
    this.#handOuts.serve();
    this.#leaving.serve((agentId) => !this.#handOuts.holds(agentId) && !this.#desk.isComingTo(agentId) && !this.#calls.isComingTo(agentId));
    this.#desk.serve(true);
    if (this.state().status === 'Running' && !this.#resting) {
      if (await this.#callbacks.serve()) this.#completion.want();
      await this.#supply.serve(this.#desk.waiting, this.#desk.coming + this.#calls.out);
      this.#desk.serve(this.#retriever.inFlight);
      this.#calls.serve(true);
      await this.#completion.serve({ recordsOut: this.#recordsOut() + this.#buffer.size, retrievalInFlight: this.#retriever.inFlight });
    } else {
      this.#desk.serve(this.#retriever.inFlight);
      this.#calls.serve(false);
    }
    if (this.state().status === 'WaitingUnload') await this.#unloadIfDone();
    this.#armTimer();
  }

  /** Records of this session that are with agents, on calls, or on their way to either. */
  #recordsOut(): number {
    return this.#handOuts.sizeOf(sessionOf(this.state())) + this.#desk.coming + this.#calls.out;
  }

  async #unloadIfDone(): Promise<void> {
    if (this.#recordsOut() === 0) await this.#changes.apply({ kind: 'nothingOut' }, 'nothing is out any more');
    else await this.#changes.apply({ kind: 'unloadTimeout' }, 'unloadTimeout');
  }

  /** A change is committed and told. */
  #changed(): void {
    this.#completion.want();
    this.#disarmTimer();
    if (this.state().status !== 'NotLoaded') return;
    this.#dueTimes.clear();
    this.#buffer.forget();
    for (const list of listsOf(this)) this.runtime.listChanged(list.dbid);
  }

  #endRun(): void {
    this.#buffer.empty();
    this.#retriever.reset();
    this.#desk.reset();
    this.#calls.reset();
    this.#callbacks.reset();
  }

  // ---- time

  /** While there is something to wait for, the group looks at itself every retrievalInterval, and when a record of its own is due again. */
  #armTimer(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    const state = this.state();
    if (state.status !== 'Running' && state.status !== 'WaitingUnload' && !this.#doubtful) return;
    const untilDeadline = state.status === 'WaitingUnload' ? state.deadlineMs - this.runtime.clock.now() : Infinity;
    const delayMs = Math.max(0, Math.min(this.group.retrievalIntervalMs, untilDeadline, this.#dueTimes.untilNext(this.runtime.clock.now())));
    this.#timer = this.runtime.clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#dueTimes.passed(this.runtime.clock.now());
      this.#callbacks.want();
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
    const before = sessionOf(this.state());
    const stored = await readGroup(this.runtime, this.group, this.#changes.lastPosition);
    this.#endRun();
    this.#completion.restore(stored.lastCompletion);
    this.#calls.replace(stored.recordsOut, (await this.runtime.dialer?.stillUp()) ?? new Set());
    this.#doubtful = false;
    this.#completion.want();
    if (before !== sessionOf(stored.state)) this.#buffer.forget();
    this.#changes.takeOver(stored.state, stored.unseen);
  }
}

