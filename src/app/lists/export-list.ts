import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Presets, SingleBar } from 'cli-progress';
import { givenCredentials } from '../../cli/credential-options.js';
import { UserError } from '../../cli/errors.js';
import type { RunExport } from '../../cli/export.js';
import { loadConfig } from '../../config/load.js';
import { listOf } from '../store-or-gateway.js';
import { type ListFile, openLists } from './list-access.js';

export interface ExportWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  /** Where the progress bar is drawn, if it is a terminal. */
  readonly terminal: NodeJS.WriteStream;
}

const LINE_END = 0x0a;

/** The body of `ocm-gateway export`. */
export function exportList({ env, write, terminal }: ExportWorld): RunExport {
  return async ({ config, list, out, ...given }) => {
    const { deployment } = loadConfig(config, env);
    listOf(deployment, { config, list });
    const lists = await openLists(deployment, givenCredentials(given, env));
    try {
      const file = await lists.export(list);
      if (out === undefined) for await (const chunk of file.chunks) await write(chunk);
      else await intoFile(out, withProgress(file, terminal));
    } finally {
      await lists.close();
    }
  };
}

/** A file that is not whole has another name. */
async function intoFile(out: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  const part = `${out}.part`;
  try {
    await pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(part));
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof Error && 'syscall' in error && 'path' in error) throw new UserError(`${out}: cannot be written (${error.message})`);
    throw error;
  }
}

async function* withProgress({ records, chunks }: ListFile, terminal: NodeJS.WriteStream): AsyncGenerator<string | Uint8Array> {
  if (!terminal.isTTY) {
    yield* chunks;
    return;
  }
  const bar = new SingleBar({ stream: terminal, format: '{bar} {percentage}% of {total} records', clearOnComplete: true }, Presets.shades_classic);
  bar.start(records, 0);
  try {
    for await (const chunk of chunks) {
      yield chunk;
      bar.increment(linesIn(chunk));
    }
  } finally {
    bar.stop();
  }
}

function linesIn(chunk: string | Uint8Array): number {
  let lines = 0;
  for (const byte of typeof chunk === 'string' ? Buffer.from(chunk) : chunk) if (byte === LINE_END) lines += 1;
  return lines;
}
