import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { loadConfig } from '../../config/load.js';
import type { CallingList, Deployment } from '../../config/deployment.js';
import { BadRecord, ImportRefused } from '../../service/importer.js';
import { StoreAway } from '../../store/client.js';
import { StoreHeld } from '../../store/held.js';
import { openStore } from '../../store/open.js';
import type { OwnedStore } from '../../store/owned-store.js';
import { systemClock } from '../../util/clock.js';
import { UserError } from '../../cli/errors.js';
import type { ImportOptions, RunImport } from '../../cli/import.js';
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
    const source = readWithProgress(options.records, bytes, world.terminal);
    const job = { deployment, list, source, skipBad: options.skipBad };
    const { loaded, rejected } = await located(options.records, () => run(job));
    const written = rejected.size === 0 ? undefined : await writeRejected(options.records, list, rejected);
    world.stdout(`loaded ${loaded} records into list ${list.name}\n`);
    if (written !== undefined) world.stdout(`wrote ${rejected.size} bad rows to ${written}\n`);
  };
}

async function run(job: ImportJob): Promise<ImportDone> {
  let failed: ((error: Error) => void) | undefined;
  const lost = new Promise<never>((_resolve, reject) => (failed = reject));
  // told by whatever waits for the store, too
  lost.catch(() => undefined);
  const store = await storeOf(job.deployment, (error) => failed?.(error));
  try {
    return await ('http' in store ? importOverHttp(store.http, job) : Promise.race([importDirectly(store, job), lost]));
  } finally {
    // an answer that comes before the end of the file leaves its reader where it is
    await job.source.return(undefined);
    if ('client' in store) await store.close();
  }
}

/** The store, or the HTTP listener of the gateway that has it. */
async function storeOf({ store, server }: Deployment, onFatal: (error: Error) => void): Promise<OwnedStore | { readonly http: string }> {
  try {
    const holder = `an import, process ${process.pid} on ${hostname()}`;
    return await openStore(store, { serverDbid: server.dbid, holder, onFatal }, systemClock);
  } catch (error) {
    if (error instanceof StoreHeld) {
      if (error.http !== undefined) return { http: error.http };
      throw new UserError(`${error.message}; it has no http listener through which records could be imported`);
    }
    if (error instanceof StoreAway) throw new UserError(error.message);
    throw error;
  }
}

function listOf(deployment: Deployment, { config, list }: ImportOptions): CallingList {
  const found = deployment.callingLists.find(({ name }) => name === list);
  if (found !== undefined) return found;
  const known = deployment.callingLists.map(({ name }) => name).join(', ') || 'there is none';
  throw new UserError(`${config} has no calling list ${JSON.stringify(list)}; expected one of ${known}`);
}

async function sizeOf(file: string): Promise<number> {
  try {
    const { size } = await stat(file);
    return size;
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
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
