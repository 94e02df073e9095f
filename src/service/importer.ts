import type { Deployment } from '../config/deployment.js';
import { type CsvRow, type GoodRow, readRecordCsv } from '../lists/record-csv.js';
import { RecordCsvError } from '../lists/record-csv-error.js';
import { recordColumns } from '../lists/record-fields.js';
import { type Sql, StatementFailed, type StoreClient, type WorkOptions } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import {
  deleteImport,
  deleteImportLines,
  deleteSomeImportRows,
  type Duplicate,
  insertImport,
  insertImportRows,
  moveImportRows,
  selectDuplicateIds,
  selectDuplicatePlaces,
  selectIdRange,
  type StagedRow,
} from '../store/statements/imports.js';
import { lockListShared, lockRecordIds } from '../store/statements/list-lock.js';
import type { Clock } from '../util/clock.js';
import { type ServiceLog, toListTable } from './runtime.js';

/** A row of a file that is not taken, and why. */
export interface RejectedRow {
  /** From 1. */
  readonly line: number;
  /** Absent where the row as a whole is wrong. */
  readonly field?: string;
  /** What was found and what was expected. */
  readonly message: string;
}

/** The first row that is wrong, or the header: nothing of the file is kept. */
export class BadRecord extends Error {
  constructor(readonly row: RejectedRow) {
    super(`line ${row.line}${row.field === undefined ? '' : `, field ${row.field}`}: ${row.message}`);
    this.name = 'BadRecord';
  }
}

/** An import that cannot be, whatever the file's rows say. */
export class ImportRefused extends Error {
  constructor(
    readonly reason: 'unknownList' | 'noIdsLeft' | 'refusedByTable',
    message: string,
  ) {
    super(message);
    this.name = 'ImportRefused';
  }
}

export interface ImportOptions {
  /** Who imports, in words, for the log. */
  readonly by: string;
  /** Takes the rows that are wrong; the others are kept. Absent: the first of them ends the import. */
  readonly onRejected?: (row: RejectedRow) => void;
}

export interface ImportResult {
  readonly loaded: number;
}

export interface ImporterParts {
  readonly deployment: Deployment;
  readonly client: StoreClient;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly log: ServiceLog;
  /** Records may be due in a list that were not before. */
  listChanged(listDbid: number): void;
}

const LARGEST_ID = 2_147_483_647;
/** Rows staged in one commit: what agents do waits that long for the store. */
const BATCH_ROWS = 1000;
/** Each column's position among the values of a row. */
const POSITION = new Map(recordColumns([]).map(({ name }, index) => [name, index]));

/** Loads files of records into calling lists: all good rows of a file become visible in one commit, or none. */
export class Importer {
  constructor(private readonly parts: ImporterParts) {}

  /**
   * Loads a file into the list of that name, whose table is there. Throws BadRecord, ImportRefused,
   * StoreAway, OwnershipLost and what the source and onRejected throw; nothing is kept then.
   */
  async run(listName: string, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: ImportOptions): Promise<ImportResult> {
    const { deployment, owner, clock, log } = this.parts;
    const configured = deployment.callingLists.find(({ name }) => name === listName);
    if (configured === undefined) {
      const known = deployment.callingLists.map(({ name }) => name).join(', ') || 'there is none';
      throw new ImportRefused('unknownList', `there is no calling list ${JSON.stringify(listName)}; expected one of ${known}`);
    }
    const list = toListTable(configured, deployment.doNotCall.table);
    const reject =
      options.onRejected ??
      ((row: RejectedRow): never => {
        throw new BadRecord(row);
      });
    const importId = await this.#owned((sql) => insertImport(sql, owner, list.dbid, clock.now()));
    try {
      await this.#stage(importId, list, source, reject);
      const loaded = await this.#owned((sql) => moveRows(sql, importId, list, reject), { long: true });
      if (loaded > 0) this.parts.listChanged(list.dbid);
      log.info(`calling list ${list.name}: ${loaded} records imported`, { by: options.by });
      return { loaded };
    } catch (error) {
      throw told(error, list);
    } finally {
      await this.#forget(importId);
    }
  }

  async #stage(
    importId: number,
    list: ListTable,
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    reject: (row: RejectedRow) => void,
  ): Promise<void> {
    const { batches } = await readRecordCsv(asynchronous(source), list.customFields, { batchRows: BATCH_ROWS });
    for await (const { rows } of batches) {
      const good = rows.filter((row) => isGood(row, reject));
      if (good.length > 0) await this.#owned((sql) => insertImportRows(sql, importId, good.map(toStaged)));
    }
  }

  #owned<T>(fn: (sql: Sql) => Promise<T>, options?: WorkOptions): Promise<T> {
    return ownedTransaction(this.parts.client, this.parts.owner, fn, options);
  }

  /** What cannot be removed now is removed at the next start. */
  async #forget(importId: number): Promise<void> {
    try {
      while (await deleteSomeImportRows(this.parts.client, importId));
      await deleteImport(this.parts.client, importId);
    } catch (error) {
      this.parts.log.warn(`the staged rows of import ${importId} could not be removed yet: ${String(error)}`);
    }
  }
}

async function* asynchronous(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* source;
}

function isGood(row: CsvRow, reject: (row: RejectedRow) => void): row is GoodRow {
  if (row.kind === 'good') return true;
  reject({ line: row.line, ...(row.field !== undefined && { field: row.field }), message: row.what });
  return false;
}

function toStaged({ line, values }: GoodRow): StagedRow {
  const number = (column: string): number | null => {
    const value = values[POSITION.get(column) ?? -1];
    return typeof value === 'number' ? value : null;
  };
  return { line, recordId: number('record_id'), chainId: number('chain_id'), chainN: number('chain_n'), values };
}

/** The last step, in one transaction; answers how many rows. Whoever else adds rows to the list waits for it. */
async function moveRows(sql: Sql, importId: number, list: ListTable, reject: (row: RejectedRow) => void): Promise<number> {
  await lockListShared(sql, list.dbid);
  await lockRecordIds(sql, list.dbid);
  for (const find of [selectDuplicateIds, selectDuplicatePlaces]) {
    for (let found = await find(sql, importId, list); found.length > 0; found = await find(sql, importId, list)) {
      for (const duplicate of found) reject(describeDuplicate(duplicate));
      await deleteImportLines(sql, importId, found.map(({ line }) => line));
    }
  }
  const { rows, without, last } = await selectIdRange(sql, importId, list);
  if (without > 0 && last + without > LARGEST_ID) {
    throw new ImportRefused('noIdsLeft', `calling list ${list.name} has ids up to ${last}: there are not ${without} more; give every row its own record_id`);
  }
  await moveImportRows(sql, importId, list, last);
  return rows;
}

function describeDuplicate({ line, field, value, other }: Duplicate): RejectedRow {
  const where = other === null ? 'the table has already' : `line ${other} has already`;
  return { line, field, message: `found ${value}, which ${where}; expected another` };
}

/** A failure in the words of an import. */
function told(error: unknown, list: ListTable): unknown {
  if (error instanceof RecordCsvError) {
    return new BadRecord({ line: error.line, ...(error.field !== undefined && { field: error.field }), message: error.what });
  }
  if (error instanceof StatementFailed) {
    return new ImportRefused('refusedByTable', `table ${list.table} of calling list ${list.name} does not take the records: ${error.message}`);
  }
  return error;
}
