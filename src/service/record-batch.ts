import { nextInChain, type RecordData } from '../record/chain.js';
import { type Ending, type RecordOut, resultOf } from '../record/hand-out.js';
import type { Sql } from '../store/client.js';
import type { ListTable, ZoneTime } from '../store/list-table.js';
import { countAttempts } from '../store/statements/count-attempts.js';
import { forbidRecords } from '../store/statements/do-not-call.js';
import { shareGroups } from '../store/statements/groups.js';
import { endHandOuts, type HandOutRow, insertHandOuts, reportResults, updateCalls } from '../store/statements/hand-outs.js';
import { lockHandOutsShared, lockListsShared, waitForRows } from '../store/statements/list-lock.js';
import { releaseChains, writeEndedRows } from '../store/statements/list-rows.js';
import { writeReportedRows } from '../store/statements/report-records.js';
import { insertRetries } from '../store/statements/retries.js';
import { groupBy } from '../util/group-by.js';
import { endedRow } from './ended-row.js';
import { type CallJob, type EndJob, groupOf, type HandOutJob, type Job, type ReportJob } from './record-jobs.js';

/** Where and when a batch is written. */
export interface BatchPlace {
  readonly serverDbid: number;
  readonly nowMs: number;
  readonly zones: readonly ZoneTime[];
  /** How long rows that somebody else has locked are waited for, milliseconds. */
  readonly patienceMs: number;
  readonly warn: (message: string) => void;
}

/**
 * Writes jobs in the transaction of `sql`. Answers what tells each of them what came of it, and `at.warn` of rows that
 * were not there to be written: to be called when that is committed. Throws StoreAway or StatementFailed.
 */
export function writeBatch(sql: Sql, jobs: readonly Job[], at: BatchPlace): Promise<() => void> {
  return new RecordBatch(sql, jobs, at).write();
}

/** Jobs that go into one transaction. */
class RecordBatch {
  readonly #handOuts: readonly HandOutJob[];
  readonly #calls: readonly CallJob[];
  readonly #reports: readonly ReportJob[];
  readonly #ends: readonly EndJob[];
  readonly #warnings: string[] = [];

  constructor(
    private readonly sql: Sql,
    private readonly jobs: readonly Job[],
    private readonly at: BatchPlace,
  ) {
    this.#handOuts = jobs.filter((job) => job.kind === 'handOut');
    this.#calls = jobs.filter((job) => job.kind === 'call');
    this.#reports = jobs.filter((job) => job.kind === 'report');
    this.#ends = jobs.filter((job) => job.kind === 'end');
  }

  async write(): Promise<() => void> {
    // asked for in this order, and so carried out; only what needs an answer waits for one
    const locking = this.#lockAll();
    const handing = this.#writeHandOuts();
    const writing = this.#writeChanges();
    const [, handed, { called, reported, ended }] = await Promise.all([locking, handing, writing]);
    return () => {
      for (const job of this.#handOuts) job.resolve(handed.get(job.ask.attemptGuid));
      for (const job of this.#calls) job.resolve(called.has(job.change.handle));
      for (const job of this.#reports) job.resolve(reported.has(job.handOut.handle));
      for (const job of this.#ends) job.resolve(ended.has(job));
      for (const warning of this.#warnings) this.at.warn(warning);
    };
  }

  /** The groups, and behind them the lists, as a completion takes them. */
  async #lockAll(): Promise<void> {
    const { sql } = this;
    const locks = [shareGroups(sql, [...new Set(this.jobs.map(groupOf))])];
    locks.push(lockListsShared(sql, [...new Set(listsPutOff(this.#ends))]));
    locks.push(lockHandOutsShared(sql, [...new Set(this.#handOuts.map(({ list }) => list.dbid))]));
    locks.push(waitForRows(sql, this.at.patienceMs));
    await Promise.all(locks);
  }

  /** What may be about the same record goes one after the other. */
  async #writeChanges() {
    const called = await this.#writeCalls();
    const reported = await this.#writeReports();
    return { called, reported, ended: await this.#writeEnds() };
  }

  async #writeHandOuts(): Promise<Map<string, HandOutRow>> {
    const handed = new Map<string, HandOutRow>();
    for (const [list, asked] of byList(this.#handOuts)) {
      const asks = asked.map((job) => job.ask);
      const rows = await insertHandOuts(this.sql, list, this.at.serverDbid, asks, this.at.nowMs, this.at.zones);
      for (const row of rows) handed.set(row.attempt_guid, row);
      const called = rows.filter((row) => row.call_state === 'placed').map((row) => row.record_id);
      if (called.length > 0) await countAttempts(this.sql, list, this.at.serverDbid, called, this.at.nowMs);
    }
    return handed;
  }

  /** Answers the handles that are still out. */
  async #writeCalls(): Promise<Set<number>> {
    if (this.#calls.length === 0) return new Set();
    return new Set((await updateCalls(this.sql, this.#calls.map((job) => job.change))).map(({ handle }) => handle));
  }

  async #writeReports(): Promise<Set<number>> {
    if (this.#reports.length === 0) return new Set();
    const open = await reportResults(this.sql, this.#reports.map(({ handOut, report }) => ({ handle: handOut.handle, callResult: report.callResult })));
    const counts = new Map(open.map((row) => [row.handle, row.counts]));
    for (const [list, asked] of byList(this.#reports.filter((job) => counts.has(job.handOut.handle)))) {
      const rows = asked.map(({ handOut, report }) => ({
        recordId: handOut.chain.records[0].recordId,
        agentId: handOut.agentId,
        callResult: report.callResult,
        callTimeSeconds: report.calledAt === null ? null : Math.floor(report.calledAt / 1000),
        attempts: counts.get(handOut.handle) === true ? 1 : 0,
        customFields: report.customFields,
      }));
      await writeReportedRows(this.sql, list, this.at.serverDbid, rows);
    }
    return new Set(counts.keys());
  }

  /** Answers the jobs that ended their record; of several for one record that is the first. */
  async #writeEnds(): Promise<Set<EndJob>> {
    if (this.#ends.length === 0) return new Set();
    const firsts = [...groupBy(this.#ends, (job) => job.handOut.handle).values()].flatMap(([first]) => first ?? []);
    const rows = await endHandOuts(
      this.sql,
      firsts.map(({ handOut, ending, endedBy }) => ({
        handle: handOut.handle,
        ending: endedBy?.content ?? null,
        acknowledgment: endedBy?.acknowledgment ?? null,
        endResult: resultOf(handOut, ending),
      })),
      this.at.nowMs,
    );
    const handles = new Set(rows.map((row) => row.handle));
    const ended = new Set(firsts.filter((job) => handles.has(job.handOut.handle)));
    for (const [list, asked] of byList([...ended])) {
      await this.#writeRows(list, asked);
      await this.#writeForbidden(list, asked);
    }
    return ended;
  }

  async #writeRows(list: ListTable, jobs: readonly EndJob[]): Promise<void> {
    const ended = jobs.flatMap(({ handOut, ending }) => (ending.kind === 'ready' ? [] : [endedRow(handOut, ending)]));
    const back = jobs.filter(({ ending }) => ending.kind === 'ready').map(({ handOut }) => handOut.chain.chainId);
    if (ended.length > 0) this.#noteUnwritten(list, jobs, ended.length - (await writeEndedRows(this.sql, list, this.at.serverDbid, ended)));
    const retries = jobs.flatMap(({ handOut, ending }) => {
      const record = recordPutOff(handOut, ending);
      return record === undefined ? [] : [{ listDbid: list.dbid, recordId: record.recordId, groupDbid: handOut.groupDbid, session: handOut.session }];
    });
    if (retries.length > 0) await insertRetries(this.sql, retries);
    if (back.length > 0) await releaseChains(this.sql, list, this.at.serverDbid, back);
  }

  /** The record has ended for its agent all the same: somebody else's hand in the table is no fault of the request. */
  #noteUnwritten(list: ListTable, jobs: readonly EndJob[], unwritten: number): void {
    if (unwritten === 0) return;
    const ended = jobs.filter(({ ending }) => ending.kind !== 'ready');
    const which = ended.map(({ handOut }) => `${handOut.chain.records[0].recordId} (handle ${handOut.handle})`).join(', ');
    const among = unwritten === ended.length ? 'records' : 'among the records';
    this.#warnings.push(
      `calling list ${list.name}: ${unwritten} of ${ended.length} records that ended had no row in hand any more, and what became of them is not in the list; ${among} ${which}`,
    );
  }

  async #writeForbidden(list: ListTable, jobs: readonly EndJob[]): Promise<void> {
    const forbidden = jobs.flatMap(({ handOut, ending }) => {
      const forbids = ending.kind === 'final' || ending.kind === 'next' ? ending.forbids : undefined;
      if (forbids === undefined) return [];
      const { chainId, records } = handOut.chain;
      return [{ recordId: records[0].recordId, chainId, ...forbids, atSeconds: Math.floor(this.at.nowMs / 1000) }];
    });
    if (forbidden.length > 0) await forbidRecords(this.sql, list, forbidden);
  }
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

function byList<J extends Exclude<Job, CallJob>>(jobs: readonly J[]): Map<ListTable, J[]> {
  return groupBy(jobs, (job) => job.list);
}
