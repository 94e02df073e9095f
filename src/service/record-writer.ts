import { RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { nextInChain, type RecordData } from '../record/chain.js';
import { type Ending, type HandOut, type RecordOut, type RecordReport, resultOf } from '../record/hand-out.js';
import { StatementFailed, type Sql, StoreAway, type StoreClient } from '../store/client.js';
import type { ListTable, ZoneTime } from '../store/list-table.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import { forbidRecords } from '../store/statements/do-not-call.js';
import { shareGroups } from '../store/statements/groups.js';
import { countAttempts } from '../store/statements/count-attempts.js';
import { type CallChange, endHandOuts, type HandOutAsk, type HandOutRow, insertHandOuts, reportResults, updateCalls } from '../store/statements/hand-outs.js';
import { isLockTimeout, lockHandOutsShared, lockListsShared, waitForRows } from '../store/statements/list-lock.js';
import { writeReportedRows } from '../store/statements/report-records.js';
import { insertRetries } from '../store/statements/retries.js';
import { groupBy } from '../util/group-by.js';
import { SerialQueue } from '../util/serial-queue.js';
import { type Measures, unmeasured } from './measures.js';
import { type EndedRow, releaseChains, writeEndedRows } from '../store/statements/list-rows.js';

interface Deferred<T> {
  /** When it was asked for; milliseconds. */
  readonly sinceMs: number;
  resolve(value: T): void;
  reject(error: unknown): void;
}

interface HandOutJob extends Deferred<HandOutRow | undefined> {
  readonly kind: 'handOut';
  readonly list: ListTable;
  readonly ask: HandOutAsk;
}

interface EndJob extends Deferred<boolean> {
  readonly kind: 'end';
  readonly list: ListTable;
  readonly handOut: RecordOut;
  readonly ending: Ending;
  readonly endedBy: EndedBy | null;
}

interface CallJob extends Deferred<boolean> {
  readonly kind: 'call';
  readonly handOut: RecordOut;
  readonly change: CallChange;
}

/** The request that ends a record: its content, and the event that acknowledges it. */
export interface EndedBy {
  readonly content: string;
  readonly acknowledgment: string;
}

interface ReportJob extends Deferred<boolean> {
  readonly kind: 'report';
  readonly list: ListTable;
  readonly handOut: HandOut;
  readonly report: RecordReport;
}

type Job = HandOutJob | EndJob | ReportJob | CallJob;

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
    const handOuts = batch.filter((job) => job.kind === 'handOut');
    const reports = batch.filter((job) => job.kind === 'report');
    const ends = batch.filter((job) => job.kind === 'end');
    const calls = batch.filter((job) => job.kind === 'call');
    const nowMs = this.now();
    const { handed, called, reported, ended } = await ownedTransaction(this.client, this.owner, async (sql) => {
      // asked for in this order, and so carried out; only what needs an answer waits for one
      const locked = lockAll(sql, batch, { ends, handOuts }, patienceMs);
      const handing = this.#writeHandOuts(sql, handOuts, nowMs);
      const writing = this.#writeChanges(sql, { calls, reports, ends }, nowMs);
      const [, rows, written] = await Promise.all([locked, handing, writing]);
      return { handed: rows, ...written };
    });
    const doneMs = this.now();
    this.#lastWaitMs = doneMs - Math.min(...batch.map((job) => job.sinceMs));
    for (const job of batch) this.measures.took(job.kind === 'end' ? 'result' : job.kind, groupOf(job), doneMs - job.sinceMs);
    for (const job of handOuts) job.resolve(handed.get(job.ask.attemptGuid));
    for (const job of calls) job.resolve(called.has(job.change.handle));
    for (const job of reports) job.resolve(reported.has(job.handOut.handle));
    for (const job of ends) job.resolve(ended.has(job));
  }

  /** What may be about the same record goes one after the other. */
  async #writeChanges(sql: Sql, jobs: { calls: readonly CallJob[]; reports: readonly ReportJob[]; ends: readonly EndJob[] }, nowMs: number) {
    const called = await writeCalls(sql, jobs.calls);
    const reported = await this.#writeReports(sql, jobs.reports);
    return { called, reported, ended: await this.#writeEnds(sql, jobs.ends, nowMs) };
  }

  async #writeHandOuts(sql: Sql, jobs: readonly HandOutJob[], nowMs: number): Promise<Map<string, HandOutRow>> {
    const handed = new Map<string, HandOutRow>();
    for (const [list, asked] of byList(jobs)) {
      const asks = asked.map((job) => job.ask);
      const rows = await insertHandOuts(sql, list, this.owner.serverDbid, asks, nowMs, this.zones(nowMs));
      for (const row of rows) handed.set(row.attempt_guid, row);
      const called = rows.filter((row) => row.call_state === 'placed').map((row) => row.record_id);
      if (called.length > 0) await countAttempts(sql, list, this.owner.serverDbid, called, nowMs);
    }
    return handed;
  }

  async #writeReports(sql: Sql, jobs: readonly ReportJob[]): Promise<Set<number>> {
    if (jobs.length === 0) return new Set();
    const open = await reportResults(sql, jobs.map(({ handOut, report }) => ({ handle: handOut.handle, callResult: report.callResult })));
    const counts = new Map(open.map((row) => [row.handle, row.counts]));
    for (const [list, asked] of byList(jobs.filter((job) => counts.has(job.handOut.handle)))) {
      const rows = asked.map(({ handOut, report }) => ({
        recordId: handOut.chain.records[0].recordId,
        agentId: handOut.agentId,
        callResult: report.callResult,
        callTimeSeconds: report.calledAt === null ? null : Math.floor(report.calledAt / 1000),
        attempts: counts.get(handOut.handle) === true ? 1 : 0,
        customFields: report.customFields,
      }));
      await writeReportedRows(sql, list, this.owner.serverDbid, rows);
    }
    return new Set(counts.keys());
  }

  /** Answers the jobs that ended their record; of several for one record that is the first. */
  async #writeEnds(sql: Sql, jobs: readonly EndJob[], nowMs: number): Promise<Set<EndJob>> {
    if (jobs.length === 0) return new Set();
    const firsts = [...groupBy(jobs, (job) => job.handOut.handle).values()].flatMap(([first]) => first ?? []);
    const rows = await endHandOuts(
      sql,
      firsts.map(({ handOut, ending, endedBy }) => ({
        handle: handOut.handle,
        ending: endedBy?.content ?? null,
        acknowledgment: endedBy?.acknowledgment ?? null,
        endResult: resultOf(handOut, ending),
      })),
      nowMs,
    );
    const handles = new Set(rows.map((row) => row.handle));
    const ended = new Set(firsts.filter((job) => handles.has(job.handOut.handle)));
    for (const [list, asked] of byList([...ended])) {
      await this.#writeRows(sql, list, asked);
      await this.#writeForbidden(sql, list, asked, nowMs);
    }
    return ended;
  }

  async #writeRows(sql: Sql, list: ListTable, jobs: readonly EndJob[]): Promise<void> {
    const ended = jobs.flatMap(({ handOut, ending }) => (ending.kind === 'ready' ? [] : [endedRow(handOut, ending)]));
    const back = jobs.filter(({ ending }) => ending.kind === 'ready').map(({ handOut }) => handOut.chain.chainId);
    if (ended.length > 0) await writeEndedRows(sql, list, this.owner.serverDbid, ended);
    const retries = jobs.flatMap(({ handOut, ending }) => {
      const record = recordPutOff(handOut, ending);
      return record === undefined ? [] : [{ listDbid: list.dbid, recordId: record.recordId, groupDbid: handOut.groupDbid, session: handOut.session }];
    });
    if (retries.length > 0) await insertRetries(sql, retries);
    if (back.length > 0) await releaseChains(sql, list, this.owner.serverDbid, back);
  }

  async #writeForbidden(sql: Sql, list: ListTable, jobs: readonly EndJob[], nowMs: number): Promise<void> {
    const forbidden = jobs.flatMap(({ handOut, ending }) => {
      const forbids = ending.kind === 'final' || ending.kind === 'next' ? ending.forbids : undefined;
      if (forbids === undefined) return [];
      const { chainId, records } = handOut.chain;
      return [{ recordId: records[0].recordId, chainId, ...forbids, atSeconds: Math.floor(nowMs / 1000) }];
    });
    if (forbidden.length > 0) await forbidRecords(sql, list, forbidden);
  }
}

/** The groups, and behind them the lists, as a completion takes them; rows that somebody else has locked are waited for `patienceMs`. */
async function lockAll(sql: Sql, batch: readonly Job[], { ends, handOuts }: { ends: readonly EndJob[]; handOuts: readonly HandOutJob[] }, patienceMs: number): Promise<void> {
  const locks = [shareGroups(sql, [...new Set(batch.map(groupOf))])];
  locks.push(lockListsShared(sql, [...new Set(listsPutOff(ends))]));
  locks.push(lockHandOutsShared(sql, [...new Set(handOuts.map(({ list }) => list.dbid))]));
  locks.push(waitForRows(sql, patienceMs));
  await Promise.all(locks);
}

/** Answers the handles that are still out. */
async function writeCalls(sql: Sql, jobs: readonly CallJob[]): Promise<Set<number>> {
  if (jobs.length === 0) return new Set();
  return new Set((await updateCalls(sql, jobs.map((job) => job.change))).map(({ handle }) => handle));
}

/** The record that a treatment puts off to a time, and whose redial the session waits for. */
function recordPutOff({ chain }: RecordOut, ending: Ending): RecordData | undefined {
  if (ending.kind === 'later' && ending.retry) return chain.records[0];
  return ending.kind === 'next' && ending.dueAtSeconds !== null ? nextInChain(chain) : undefined;
}

/** The lists of records that are due again at a time, which a completion has to see. */
function listsPutOff(jobs: readonly EndJob[]): number[] {
  const later = jobs.filter(({ ending }) => ending.kind === 'later' || (ending.kind === 'next' && ending.dueAtSeconds !== null));
  return later.map(({ list }) => list.dbid);
}

/** The row of a record whose hand-out ends: who had it and what came of it. */
export function endedRow(handOut: RecordOut, ending: Exclude<Ending, { kind: 'ready' }>): EndedRow {
  const [record, ...others] = handOut.chain.records;
  const later = ending.kind === 'later' ? ending : undefined;
  return {
    recordId: record.recordId,
    chainId: handOut.chain.chainId,
    status: ending.kind === 'later' ? RecordStatus.Ready : ending.status,
    callResult: resultOf(handOut, ending),
    agentId: handOut.agentId,
    callTimeSeconds: ending.calledAt === null ? null : Math.floor(ending.calledAt / 1000),
    attempts: ending.attempts,
    customFields: ending.customFields,
    recordType: ending.recordType ?? null,
    dialSchedTime: later?.dueAtSeconds ?? null,
    treatments: later?.treatments ?? null,
    others: others.length === 0 ? 'none' : ending.kind === 'final' ? (ending.marksChain === true ? 'likeThis' : 'chainUpdated') : 'ready',
    nextDueAt: ending.kind === 'next' ? ending.dueAtSeconds : null,
  };
}

function groupOf(job: Job): number {
  return job.kind === 'handOut' ? job.ask.groupDbid : job.handOut.groupDbid;
}

function recordOf(job: Job): number {
  return job.kind === 'handOut' ? job.ask.recordId : job.handOut.chain.records[0].recordId;
}

function byList<J extends Exclude<Job, CallJob>>(jobs: readonly J[]): Map<ListTable, J[]> {
  return groupBy(jobs, (job) => job.list);
}
