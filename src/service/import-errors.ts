import { RecordCsvError } from '../lists/record-csv-error.js';
import { StatementFailed } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';

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
    readonly reason: 'unknownList' | 'noIdsLeft' | 'refusedByTable' | 'underWay' | 'otherFile',
    message: string,
  ) {
    super(message);
    this.name = 'ImportRefused';
  }
}

/** The gateway stops in the middle of an import; given again, the file goes on where it was. */
export class ImportInterrupted extends Error {
  constructor() {
    super('the gateway stops; give the same file again when it is back, and the import goes on');
    this.name = 'ImportInterrupted';
  }
}

/** A failure in the words of an import. */
export function told(error: unknown, list: ListTable): unknown {
  if (error instanceof RecordCsvError) {
    return new BadRecord({ line: error.line, ...(error.field !== undefined && { field: error.field }), message: error.what });
  }
  if (error instanceof StatementFailed) {
    return new ImportRefused('refusedByTable', `table ${list.table} of calling list ${list.name} does not take the records: ${error.message}`);
  }
  return error;
}
