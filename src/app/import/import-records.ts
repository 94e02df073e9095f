import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { loadConfig } from '../../config/load.js';
import { BadRecord, ImportRefused } from '../../service/importer.js';
import { type GivenCredentials, givenCredentials } from '../../cli/credential-options.js';
import { UserError } from '../../cli/errors.js';
import { listOf, storeOrGateway } from '../store-or-gateway.js';
import type { RunImport } from '../../cli/import.js';
import { importDirectly } from './import-directly.js';
import type { ImportDone, ImportJob } from './import-job.js';
import { importOverHttp } from './import-over-http.js';
import { readWithProgress } from './progress.js';
import { writeRejected } from './rejected.js';

export interface ImportWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  /** Where the progress bar is drawn, if it is a terminal. */
  readonly terminal: NodeJS.WriteStream;
}

/** The body of `ocm-gateway import`: straight to the store, or through the gateway that holds it. */
export function importRecords(world: ImportWorld): RunImport {
  return async (options) => {
    const { deployment } = loadConfig(options.config, world.env);
    const list = listOf(deployment, options);
    const bytes = await sizeOf(options.records);
    const file = await hashOf(options.records);
    const source = readWithProgress(options.records, bytes, world.terminal);
    const job = { deployment, list, source, skipBad: options.skipBad, file };
    await located(options.records, () =>
      run(job, givenCredentials(options, world.env), async ({ loaded, before, rejected }) => {
        const written = rejected.size === 0 ? undefined : await writeRejected(options.records, list, rejected);
        world.stdout(
          before
            ? `the ${loaded} records of this file came into list ${list.name} behind the import that was interrupted; none was loaded twice\n`
            : `loaded ${loaded} records into list ${list.name}\n`,
        );
        if (written !== undefined) world.stdout(`wrote ${rejected.size} bad rows to ${written}\n`);
      }),
    );
  };
}

/** Imports, and tells `report` before the import counts as told: where that fails, the same file is known again. */
async function run(job: ImportJob, as: GivenCredentials, report: (done: ImportDone) => Promise<void>): Promise<void> {
  const opened = await storeOrGateway(job.deployment, as, 'an import', 'records could be imported');
  try {
    const done = await ('holding' in opened ? importOverHttp(opened.holding, job) : Promise.race([importDirectly(opened.store, job), opened.lost]));
    await report(done);
    await done.told();
  } finally {
    // an answer that comes before the end of the file leaves its reader where it is
    await job.source.return(undefined);
    if ('store' in opened) await opened.store.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    const { size } = await stat(file);
    return size;
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** What an interrupted import of the file is known by. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Says of a bad row in which file it is. */
async function located<T>(file: string, job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof BadRecord) throw new UserError(`${file} ${error.message}`);
    if (error instanceof ImportRefused) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}
