import { isFinal } from './final-records.js';
import type { Verdicts } from './verdicts.js';

/** How many rows were asked into a list, and how many of them for sure: what was not answered may be there or not. */
export interface Filled {
  asked: number;
  sure: number;
}

/** A row that is Retrieved, with no hand-out that is open, while its group is not loaded. */
export interface StrandedRow {
  readonly table: string;
  readonly recordId: number;
}

/** A row whose result an agent was acknowledged. */
export interface AcknowledgedRow {
  readonly phone: string;
  readonly acknowledged: number;
  /** Undefined: there is no such row. */
  readonly found: { readonly status: number; readonly result: number | null } | undefined;
}

/** A row at the end, when nothing is left to dial and nobody works. */
export interface RestRow extends StrandedRow {
  readonly status: number;
  readonly handedOut: boolean;
}

/** Every row that was put into a list is there, belongs to somebody, and has the result that was acknowledged. */
export class RecordsKept {
  /** Since when each row was found with nobody. */
  #stranded = new Map<string, number>();

  constructor(
    private readonly verdicts: Verdicts,
    /** How long a row may be nobody's while the gateway serves: it is put back by a job of its own. */
    private readonly patienceMs: number,
  ) {}

  /** `before` as it was when the rows were about to be counted, `after` when they had been. */
  counted(table: string, rows: number, before: Filled, after: Filled): void {
    this.verdicts.check('kept', rows >= before.sure && rows <= after.asked, () => `${table} has ${rows} rows, of ${before.sure} that were put there for sure and ${after.asked} that may have been`);
  }

  /** All that are so now; `servingSince` undefined while the gateway does not serve. */
  stranded(rows: readonly StrandedRow[], nowMs: number, servingSince: number | undefined): void {
    const found = new Map(rows.map((row) => [`${row.table}/${row.recordId}`, this.#stranded.get(`${row.table}/${row.recordId}`) ?? nowMs]));
    this.#stranded = found;
    const served = servingSince === undefined ? 0 : nowMs - servingSince;
    const lost = [...found].filter(([, since]) => Math.min(nowMs - since, served) > this.patienceMs).map(([name]) => name);
    this.verdicts.check('kept', lost.length === 0, () => `Retrieved for a group that is not loaded, and with nobody: ${describe(lost)}`);
  }

  acknowledged({ phone, acknowledged, found }: AcknowledgedRow): void {
    const kept = found !== undefined && isFinal(found.status) && found.result === acknowledged;
    this.verdicts.check('kept', kept, () => `${phone} was acknowledged with result ${acknowledged}, and is ${found === undefined ? 'not there' : JSON.stringify(found)}`);
  }

  atRest(rows: readonly RestRow[]): void {
    const lost = rows.filter(({ status, handedOut }) => handedOut || !isFinal(status));
    this.verdicts.check('kept', lost.length === 0, () => `not final at the end: ${describe(lost.map((row) => `${row.table}/${row.recordId} (status ${row.status}${row.handedOut ? ', handed out' : ''})`))}`);
  }
}

const SHOWN = 10;

function describe(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return names.slice(0, SHOWN).join(', ') + more;
}
