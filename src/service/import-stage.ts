import { createHash } from 'node:crypto';
import { type CsvRow, type GoodRow, readRecordCsv } from '../lists/record-csv.js';
import { recordColumns } from '../lists/record-fields.js';
import { insertImportRows, type StagedRow } from '../store/statements/import-rows.js';
import { type ImportRow, updateStaged } from '../store/statements/imports.js';
import { type ImportContext, pacedStep } from './import-context.js';
import { ImportRefused, type RejectedRow } from './import-errors.js';

/** Each column's position among the values of a row. */
const POSITION = new Map(recordColumns([]).map(({ name }, index) => [name, index]));

export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
type Counts = Pick<ImportRow, 'staged_line' | 'unnumbered' | 'chained' | 'single'>;

/** A file on its way in: whether it came whole, and whether it is the one that was announced. */
export class ImportSource {
  /** The file itself could not be read, or did not come to its end. */
  failed = false;
  readonly #hash = createHash('sha256');

  constructor(
    private readonly source: Source,
    private readonly announced: string | undefined,
  ) {}

  async *chunks(): AsyncGenerator<Uint8Array> {
    this.failed = true;
    for await (const chunk of this.source) {
      if (this.announced !== undefined) this.#hash.update(chunk);
      this.failed = false;
      yield chunk;
      this.failed = true;
    }
    this.failed = false;
    if (this.announced !== undefined && this.#hash.digest('hex') !== this.announced) {
      throw new ImportRefused('otherFile', 'the file is not the one that was announced; was it changed while it was read? Nothing of it is kept');
    }
  }
}

/**
 * Stages the good rows of a file behind those that an earlier run has staged, and tells every bad one,
 * also those before. Answers how much is staged.
 */
export async function stage(context: ImportContext, from: ImportRow, source: AsyncIterable<Uint8Array>): Promise<Counts> {
  let counts: Counts = from;
  const pace = context.pace();
  const { batches } = await readRecordCsv(source, context.list.customFields, { batchRows: () => pace.rows });
  for await (const { rows } of batches) {
    const good = rows.filter((row) => isGood(row, context.reject));
    if (from.accepted_at !== null) continue;
    const staged: StagedRow[] = [];
    for (const row of good) {
      if (row.line <= from.staged_line) continue;
      const one = toStaged(row, counts.unnumbered + 1);
      staged.push(one);
      counts = counted(counts, one);
    }
    if (staged.length === 0) continue;
    await pacedStep(context, pace, staged.length, async (sql) => {
      await insertImportRows(sql, context.importId, staged);
      await updateStaged(sql, context.importId, counts);
    });
  }
  return counts;
}

function counted({ unnumbered, chained, single }: Counts, { line, nth, chain }: StagedRow): Counts {
  return {
    staged_line: line,
    unnumbered: unnumbered + (nth === null ? 0 : 1),
    chained: chained + (chain === null ? 0 : 1),
    single: single + (chain === null ? 1 : 0),
  };
}

function isGood(row: CsvRow, reject: (row: RejectedRow) => void): row is GoodRow {
  if (row.kind === 'good') return true;
  reject({ line: row.line, ...(row.field !== undefined && { field: row.field }), message: row.what });
  return false;
}

function toStaged({ line, values }: GoodRow, nth: number): StagedRow {
  const number = (column: string): number | null => {
    const value = values[POSITION.get(column) ?? -1];
    return typeof value === 'number' ? value : null;
  };
  const [recordId, chainId, chainN] = [number('record_id'), number('chain_id'), number('chain_n')];
  const begins = chainId === null;
  return {
    line,
    recordId,
    nth: recordId === null ? nth : null,
    chain: chainId ?? recordId,
    begins,
    place: chainN ?? (begins ? 0 : null),
    values,
  };
}
