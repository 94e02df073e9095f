import type { Ending, HandOut, RecordOut, RecordReport } from '../record/hand-out.js';
import { StatementFailed, StoreAway, type StoreClient } from '../store/client.js';
import type { ListTable, ZoneTime } from '../store/list-table.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import type { CallChange, HandOutAsk, HandOutRow } from '../store/statements/hand-outs.js';
import { isLockTimeout } from '../store/statements/list-lock.js';
import { SerialQueue } from '../util/serial-queue.js';
import { type Measures, unmeasured } from './measures.js';
import { writeBatch } from './record-batch.js';
import { type EndedBy, groupOf, type Job, recordOf } from './record-jobs.js';

/** How long a batch waits for a row that another session has locked: everybody whose result is in it does. */
const BATCH_WAITS_MS = 20;
/** How long a job that is aside does, each time (its group cannot be stopped meanwhile), and how often. */
const ASIDE_WAITS_MS = 1_000;
const ASIDE_TRIES = 9;
/** Jobs that wait aside at once; each needs a session of the store. */
const ASIDE = 3;

/**
 * Writes what happens to records, many in one commit: what is asked for while a commit is under way
 * goes into the next one together, so that no result waits for a timer and each is acknowledged only
 * after its own commit. What finds its row locked by somebody else is put aside, and waits for it alone.
 */
export class RecordWriter {
  #queued: Job[] = [];
  #flushing: Promise<void> | undefined;
  readonly #aside = Array.from({ length: ASIDE }, () => new SerialQueue());
  readonly #waiting = new Set<Promise<void>>();
  #lastAskedMs = Number.NEGATIVE_INFINITY;
  #lastWaitMs = 0;

  constructor(
    private readonly client: StoreClient,
    private readonly owner: Owner,
    private readonly now: () => number,
    private readonly zones: (nowMs: number) => ZoneTime[],
    private readonly warn: (message: string) => void,
    private readonly measures: Measures = unmeasured,
  ) {}

  /**
   * Hands a retrieved record to an agent, durably. Undefined: it may not be dialed at this moment,
   * or the group's session has ended. Throws StoreAway or OwnershipLost.
   */
  handOut(list: ListTable, ask: HandOutAsk): Promise<HandOutRow | undefined> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: 'handOut', list, ask, sinceMs: this.now(), resolve, reject }));
  }

  /**
   * Ends a record in hand. False: it had been ended before. `endedBy` is the request that ends it, null
   * where none does. Throws StoreAway or OwnershipLost.
   */
  end(list: ListTable, handOut: RecordOut, ending: Ending, endedBy: EndedBy | null): Promise<boolean> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: 'end', list, handOut, ending, endedBy, sinceMs: this.now(), resolve, reject }));
  }

  /**
   * Writes what is reported of a record that stays in hand. False: it had been ended before. Throws
   * StoreAway or OwnershipLost.
   */
  report(list: ListTable, handOut: HandOut, report: RecordReport): Promise<boolean> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: 'report', list, handOut, report, sinceMs: this.now(), resolve, reject }));
  }

  /** Notes what has become of a call, and whose it is. False: the record is not out any more. Throws StoreAway or OwnershipLost. */
  call(handOut: RecordOut, change: CallChange): Promise<boolean> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: 'call', handOut, change, sinceMs: this.now(), resolve, reject }));
  }

  /** When it was last asked for anything; milliseconds. */
  get lastAskedMs(): number {
    return this.#lastAskedMs;
  }

  /** How long whoever waited longest for the last commit has waited; milliseconds. */
  get lastWaitMs(): number {
    return this.#lastWaitMs;
  }

  /** Resolves when everything asked for so far has been answered. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined || this.#waiting.size > 0) {
      await this.#flushing;
      await Promise.all(this.#waiting);
    }
  }

  #enqueue(job: Job): void {
    this.#lastAskedMs = job.sinceMs;
    this.#queued.push(job);
    this.#flushing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    while (this.#queued.length > 0) {
      const batch = this.#queued.splice(0);
      try {
        await this.#write(batch, BATCH_WAITS_MS);
      } catch (error) {
        await this.#failed(batch, error);
      }
    }
    // in the turn that saw the queue empty: a job that came between would wait for the next one
    this.#flushing = undefined;
  }

  /** A statement that the store refused fails alone: the others of its batch are written without it. */
  async #failed(batch: readonly Job[], error: unknown): Promise<void> {
    if (!(error instanceof StatementFailed) || batch.length === 1) {
      for (const job of batch) this.#failedAlone(job, error);
      return;
    }
    for (const job of batch) await this.#write([job], BATCH_WAITS_MS).catch((alone: unknown) => this.#failedAlone(job, alone));
  }

  #failedAlone(job: Job, error: unknown): void {
    if (!isLockTimeout(error)) {
      job.reject(error);
      return;
    }
    // of one record in the order in which they came
    const waiting = this.#aside[recordOf(job) % ASIDE]?.run(() => this.#writeAside(job)) ?? Promise.resolve();
    this.#waiting.add(waiting);
    void waiting.finally(() => this.#waiting.delete(waiting));
  }

  async #writeAside(job: Job): Promise<void> {
    for (let left = ASIDE_TRIES; left > 0; left -= 1) {
      try {
        await this.#write([job], ASIDE_WAITS_MS);
        return;
      } catch (error) {
        if (isLockTimeout(error)) continue;
        job.reject(error);
        return;
      }
    }
    job.reject(new StoreAway(`record ${recordOf(job)} is locked by another session of the store`));
  }

  async #write(batch: readonly Job[], patienceMs: number): Promise<void> {
    const nowMs = this.now();
    const at = { serverDbid: this.owner.serverDbid, nowMs, zones: this.zones(nowMs), patienceMs, warn: this.warn };
    const answer = await ownedTransaction(this.client, this.owner, (sql) => writeBatch(sql, batch, at));
    const doneMs = this.now();
    this.#lastWaitMs = doneMs - Math.min(...batch.map((job) => job.sinceMs));
    for (const job of batch) this.measures.took(job.kind === 'end' ? 'result' : job.kind, groupOf(job), doneMs - job.sinceMs);
    answer();
  }
}
