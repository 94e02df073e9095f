import type { Ending, HandOut, RecordOut, RecordReport } from '../record/hand-out.js';
import type { ListTable } from '../store/list-table.js';
import type { CallChange, HandOutAsk, HandOutRow } from '../store/statements/hand-outs.js';

interface Deferred<T> {
  /** When it was asked for; milliseconds. */
  readonly sinceMs: number;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export interface HandOutJob extends Deferred<HandOutRow | undefined> {
  readonly kind: 'handOut';
  readonly list: ListTable;
  readonly ask: HandOutAsk;
}

/** The request that ends a record: its content, and the event that acknowledges it. */
export interface EndedBy {
  readonly content: string;
  readonly acknowledgment: string;
}

export interface EndJob extends Deferred<boolean> {
  readonly kind: 'end';
  readonly list: ListTable;
  readonly handOut: RecordOut;
  readonly ending: Ending;
  readonly endedBy: EndedBy | null;
}

export interface CallJob extends Deferred<boolean> {
  readonly kind: 'call';
  readonly handOut: RecordOut;
  readonly change: CallChange;
}

export interface ReportJob extends Deferred<boolean> {
  readonly kind: 'report';
  readonly list: ListTable;
  readonly handOut: HandOut;
  readonly report: RecordReport;
}

/** What is asked of the record writer. */
export type Job = HandOutJob | EndJob | ReportJob | CallJob;

/** DBID of the campaign group that has the record. */
export function groupOf(job: Job): number {
  return job.kind === 'handOut' ? job.ask.groupDbid : job.handOut.groupDbid;
}

/** Its record_id. */
export function recordOf(job: Job): number {
  return job.kind === 'handOut' ? job.ask.recordId : job.handOut.chain.records[0].recordId;
}
