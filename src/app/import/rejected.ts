import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallingList } from '../../config/deployment.js';
import { readRecordCsv } from '../../lists/record-csv.js';

/**
 * Writes the rows of a file that begin on these lines, as they stand in it, below its header into
 * `FILE.rejected`, whose name it answers. The file is read again: rows that only the store could tell to
 * be bad were not kept in memory.
 */
export async function writeRejected(file: string, list: CallingList, lines: ReadonlySet<number>): Promise<string> {
  const target = `${file}.rejected`;
  await pipeline(Readable.from(rejectedRows(file, list, lines)), createWriteStream(target));
  return target;
}

async function* rejectedRows(file: string, list: CallingList, lines: ReadonlySet<number>): AsyncGenerator<string> {
  const { header, batches } = await readRecordCsv(createReadStream(file), list.customFields);
  yield `${header}\n`;
  for await (const { rows } of batches) {
    for (const row of rows) if (lines.has(row.line)) yield `${row.raw}\n`;
  }
}
