/** A file of records that cannot be read at all, whatever is done with its bad rows. */
export class RecordCsvError extends Error {
  /** From 1. */
  readonly line: number;
  readonly field: string | undefined;
  /** The message without the line. */
  readonly what: string;

  constructor(line: number, field: string | undefined, what: string) {
    super(`line ${line}: ${what}`);
    this.name = 'RecordCsvError';
    this.line = line;
    this.field = field;
    this.what = what;
  }
}
