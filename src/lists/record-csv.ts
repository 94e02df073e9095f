import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Parser } from 'csv-parse';
import type { CsvError } from 'csv-parse';
import { RecordCsvError } from './record-csv-error.js';
import { recordColumns } from './record-fields.js';
import type { FieldValue, RecordField } from './record-fields.js';
import { readHeader, REQUIRED_COLUMN } from './record-header.js';
import type { CsvLayout } from './record-header.js';

/** A row that can be stored: the values of every column of the list (recordColumns), in that order. */
export interface GoodRow {
  readonly kind: 'good';
  readonly line: number;
  readonly values: readonly FieldValue[];
  /** The row as it stood in the file, without the line end. */
  readonly raw: string;
}

/** A row that cannot: where and why, and its text as it stood in the file, without the line end. */
export interface BadRow {
  readonly kind: 'bad';
  /** The line on which the row begins, from 1. */
  readonly line: number;
  /** Absent where the row as a whole is wrong. */
  readonly field?: string;
  /** "line 7, attempt: found "x", expected an integer ..." */
  readonly message: string;
  /** The message without line and field. */
  readonly what: string;
  readonly raw: string;
}

export type CsvRow = GoodRow | BadRow;

export interface CsvBatch {
  readonly rows: readonly CsvRow[];
  /** Bytes of the file that have been read, for a progress bar. */
  readonly bytes: number;
}

export interface RecordCsv {
  /** The header line as it stood in the file, for the file of rejected rows. */
  readonly header: string;
  readonly batches: AsyncIterable<CsvBatch>;
}

export interface RecordCsvOptions {
  /** Rows of the next batch: larger ones hold more memory, smaller ones cost a statement each. */
  readonly batchRows?: () => number;
  /** Bytes of a row: without it a quote that is never closed would gather the rest of the file in memory. */
  readonly rowBytes?: number;
}

interface ParsedRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly raw: string;
}

const SHOWN_CHARACTERS = 60;
/** RFC 4180: a cell is plain, without quotes, or quoted, with inner quotes doubled. */
const WELL_QUOTED = /^(?:"[^"]*(?:""[^"]*)*"|[^",]*)(?:,(?:"[^"]*(?:""[^"]*)*"|[^",]*))*$/;

/**
 * Splits the file into rows with csv-parse. The parser runs in its forgiving mode, because in its strict one a
 * misplaced quote costs the good rows around it; what is misquoted is told by WELL_QUOTED afterwards.
 */
class RowReader {
  readonly parser: Parser;
  #line = 1;
  #unclosed: string | undefined;

  constructor(rowBytes: number) {
    this.parser = new Parser({
      bom: true,
      raw: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n'],
      max_record_size: rowBytes,
      skip_records_with_error: true,
      on_skip: (error, raw) => {
        if (error?.code !== 'CSV_QUOTE_NOT_CLOSED') throw fatalError(error, rowBytes);
        this.#unclosed = raw;
        return undefined;
      },
    });
  }

  async *rows(): AsyncGenerator<ParsedRow> {
    for await (const parsed of this.parser as AsyncIterable<{ record: string[]; raw: string }>) {
      yield this.#located(parsed.record, parsed.raw);
    }
    if (this.#unclosed !== undefined) yield this.#located([], this.#unclosed);
  }

  /** The parser's own count of lines is off after a CRLF inside quotes, so lines are counted in the raw text. */
  #located(cells: readonly string[], raw: string): ParsedRow {
    const text = withoutBlankLines(raw);
    const line = this.#line + lineEnds(raw.slice(0, raw.length - text.length));
    this.#line += lineEnds(raw);
    return { line, cells, raw: text.replace(/[\r\n]$/, '') };
  }
}

const withoutBlankLines = (raw: string): string => raw.replace(/^[\r\n]+/, '');

/** Of rows that do not end only the parser knows the line: it is ahead of whoever reads the rows. */
function fatalError(error: CsvError | undefined, rowBytes: number): Error {
  if (error?.code !== 'CSV_MAX_RECORD_SIZE') return error ?? new Error('csv-parse skipped a row without a reason');
  const read = withoutBlankLines(String(error['raw']).slice(0, -1));
  const line = Number(error['lines']) - lineEnds(read);
  const what = `a row of more than ${rowBytes} bytes begins here; is a quote never closed?`;
  return new RecordCsvError(line, undefined, what);
}

const lineEnds = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

const shown = (cell: string): string =>
  JSON.stringify(cell.length > SHOWN_CHARACTERS ? `${cell.slice(0, SHOWN_CHARACTERS)}...` : cell);

function bad({ line, raw }: ParsedRow, field: string | undefined, what: string): BadRow {
  const message = `line ${line}${field === undefined ? '' : `, ${field}`}: ${what}`;
  return { kind: 'bad', line, ...(field !== undefined && { field }), message, what, raw };
}

function checkedRow(row: ParsedRow, { columns, defaults }: CsvLayout): CsvRow {
  const { cells, raw, line } = row;
  if (raw.includes('"') && !WELL_QUOTED.test(raw)) {
    return bad(row, undefined, 'found a misplaced quote, expected cells in quotes that are closed, with inner quotes doubled');
  }
  if (cells.length !== columns.length) {
    return bad(row, undefined, `found ${cells.length} cells, expected ${columns.length} as in the header`);
  }
  const values = [...defaults];
  for (const [index, { name, target, parse }] of columns.entries()) {
    const cell = cells[index] ?? '';
    if (name === REQUIRED_COLUMN && cell.trim() === '') {
      return bad(row, name, 'found nothing, expected a number or address to dial');
    }
    if (cell === '') continue;
    if (cell.includes('\uFFFD')) return bad(row, name, `found ${shown(cell)}, expected UTF-8`);
    const parsed = parse(cell);
    if ('expected' in parsed) return bad(row, name, `found ${shown(cell)}, expected ${parsed.expected}`);
    values[target] = parsed.value;
  }
  return { kind: 'good', line, values, raw };
}

async function* inBatches(
  rows: AsyncGenerator<ParsedRow>,
  layout: CsvLayout,
  batchRows: () => number,
  bytes: () => number,
): AsyncGenerator<CsvBatch> {
  let batch: CsvRow[] = [];
  for await (const row of rows) {
    batch.push(checkedRow(row, layout));
    if (batch.length < batchRows()) continue;
    yield { rows: batch, bytes: bytes() };
    batch = [];
  }
  if (batch.length > 0) yield { rows: batch, bytes: bytes() };
}

/**
 * Reads a file of records for a list with these custom fields, in constant memory. An empty cell, and a
 * column that the file lacks, is null, or the default without which the record could not be dialed. Rows
 * that are wrong are told, not thrown. Throws RecordCsvError for a wrong header and for a row that does
 * not end; errors of the source pass through.
 */
export async function readRecordCsv(
  source: AsyncIterable<Uint8Array>,
  customFields: readonly RecordField[],
  { batchRows = () => 1000, rowBytes = 2 ** 20 }: RecordCsvOptions = {},
): Promise<RecordCsv> {
  const reader = new RowReader(rowBytes);
  const { parser } = reader;
  // A failure of the source destroys the parser with that failure, and the loop over its rows throws it.
  pipeline(Readable.from(source, { objectMode: false }), parser).catch(() => undefined);
  const rows = reader.rows();
  try {
    const header = await rows.next();
    if (header.done === true) {
      throw new RecordCsvError(1, undefined, 'the file is empty; expected a header with the names of the columns');
    }
    const { cells, line, raw } = header.value;
    const layout = readHeader(cells, line, recordColumns(customFields));
    return { header: raw, batches: inBatches(rows, layout, batchRows, () => parser.info.bytes) };
  } catch (error) {
    parser.destroy();
    throw error;
  }
}
