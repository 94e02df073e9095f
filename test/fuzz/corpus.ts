import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Dialect } from '../../protocol/index.js';
import { bytesOf } from '../protocol/support/fixtures.js';
import type { Finding } from './fuzz-line.js';

const CORPUS = fileURLToPath(new URL('../../../fixtures/corpus/', import.meta.url));
const HEAD = /^# (GSW_CM|T|HTTP): (.*)$/m;
const COLUMNS = 32;

/** What once failed, or is made to: the bytes of a connection from its beginning. */
export interface CorpusCase {
  readonly name: string;
  readonly dialect: Dialect | 'HTTP';
  readonly why: string;
  readonly bytes: Uint8Array;
}

export const corpus: readonly CorpusCase[] = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.hex'))
  .map((name) => {
    const text = readFileSync(CORPUS + name, 'utf8');
    const [, dialect, why = ''] = HEAD.exec(text) ?? [];
    if (dialect !== 'GSW_CM' && dialect !== 'T' && dialect !== 'HTTP') throw new Error(`fixtures/corpus/${name} does not begin with its dialect`);
    return { name, dialect, why, bytes: bytesOf(text.replaceAll(/^#.*$/gm, '')) };
  });

/** Writes what was found as a case of the corpus, in a directory; answers the file. */
export function saveFinding({ dialect, message, bytes }: Pick<Finding, 'dialect' | 'message' | 'bytes'>, name: string, directory = CORPUS): string {
  mkdirSync(directory, { recursive: true });
  const lines = Array.from({ length: Math.ceil(bytes.length / COLUMNS) }, (_, row) => Buffer.from(bytes.subarray(row * COLUMNS, (row + 1) * COLUMNS)).toString('hex').replaceAll(/(..)(?=.)/g, '$1 '));
  const file = `${directory}${name}.hex`;
  writeFileSync(file, `# ${dialect}: ${message.replaceAll('\n', ' ')}\n${lines.join('\n')}\n`);
  return file;
}
