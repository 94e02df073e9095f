import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallingList, Deployment } from '../../config/deployment.js';
import { loadConfig } from '../../config/load.js';
import { createLog } from '../../log/log.js';
import { traceWriter } from '../../log/trace-writer.js';
import { openEmbedded } from '../../store/embedded/open.js';
import { countResults, type ResultCount } from '../../store/statements/count-results.js';
import { type Clock, isoTime } from '../../util/clock.js';
import { GatewayApp, type Ports } from '../gateway-app.js';

export interface StageOptions {
  /** The deployment; its ports, store and logs are put aside for others that are the demo's own. */
  readonly config: string;
  /** An empty directory for all of it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly onFatal: (error: Error) => void;
}

/** A gateway for a demo: on free ports, with its store, log and trace in a directory that goes away afterwards. */
export interface Stage {
  readonly deployment: Deployment;
  readonly ports: Required<Ports>;
  /** Stops the gateway, and writes out its log and trace. Another call waits for the first. */
  close(): Promise<void>;
  /** What the trace says; whole after `close`. */
  trace(): Promise<string>;
  /** How the calls of a list ended, read from the store, which is free after `close`. */
  results(list: Pick<CallingList, 'table'>): Promise<ResultCount[]>;
  /** What the program's log says of things that went wrong. */
  complaints(): Promise<string[]>;
}

/** Opens the gateway. Throws what GatewayApp.start throws, and for a deployment without one of the three listeners. */
export async function openStage({ config, directory, clock, onFatal }: StageOptions): Promise<Stage> {
  const [store, logFile, traceFile] = [join(directory, 'store'), join(directory, 'gateway.log'), join(directory, 'trace.log')];
  const { deployment } = loadConfig(config, {
    OCM_LISTENERS_DIRECT_PORT: '0',
    OCM_LISTENERS_TEVENTS_PORT: '0',
    OCM_LISTENERS_HTTP_PORT: '0',
    OCM_STORE_URL: `pglite:${store}`,
    OCM_LOG_FILE: logFile,
    OCM_LOG_TRACE: 'true',
    OCM_LOG_TRACE_FILE: traceFile,
    OCM_LOG_SHOW_VALUES: 'false',
  });
  const log = createLog(deployment.log, clock);
  const trace = traceWriter(deployment.log, clock);
  const closeLogs = async (): Promise<void> => {
    await trace.close();
    await log.close();
  };
  try {
    const app = await GatewayApp.start({ deployment, log, trace, clock, onFatal });
    const close = async (): Promise<void> => {
      await app.stop();
      await closeLogs();
    };
    let closed: Promise<void> | undefined;
    return {
      deployment,
      ports: allPorts(app.ports),
      close: () => (closed ??= close()),
      trace: () => readFile(traceFile, 'utf8'),
      async results(list) {
        const { client } = await openEmbedded(store, isoTime(clock.now()));
        try {
          return await countResults(client, list);
        } finally {
          await client.close();
        }
      },
      complaints: async () => (await readFile(logFile, 'utf8')).split('\n').filter((line) => /^\S+ (?:warn|error) /.test(line)),
    };
  } catch (error) {
    await closeLogs();
    throw error;
  }
}

function allPorts({ direct, tevents, http }: Ports): Required<Ports> {
  if (direct === undefined || tevents === undefined || http === undefined) throw new Error('the demo needs the listeners direct, tevents and http');
  return { direct, tevents, http };
}
