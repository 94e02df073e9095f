import { UserError } from '../cli/errors.js';
import type { RunStart } from '../cli/start.js';
import type { Deployment } from '../config/deployment.js';
import { loadConfig } from '../config/load.js';
import { createLog, type Log } from '../log/log.js';
import { type TraceWriter, traceWriter } from '../log/trace-writer.js';
import { ListenError } from '../net/listener.js';
import { TlsFileError } from '../net/tls-credentials.js';
import { StoreAway } from '../store/client.js';
import { systemClock } from '../util/clock.js';
import { GatewayApp } from './gateway-app.js';

/** How long a process whose store or ownership is gone may take to end in order. */
const FATAL_STOP_MS = 5000;

/** Said at every start without `clients`: whoever wonders why nobody else gets in finds it here. */
const ONLY_THIS_MACHINE = 'no clients are configured: anybody on this machine may connect, and nobody else; `clients` in the configuration lets others in';

/** The body of `start`: runs until SIGTERM or SIGINT, which stop it cleanly. */
export const runStart: RunStart = async ({ config, addIndexes }) => {
  const { deployment, warnings } = loadConfig(config, process.env);
  const { log, trace } = openLogs(deployment.log);
  try {
    for (const warning of warnings) log.warn(warning);
    const ended = endOfProcess();
    const app = await startApp({ deployment, log, trace, clock: systemClock, addIndexes, onFatal: ended.fail });
    const reload = (): void => app.reloadCertificates();
    if (isEncrypted(deployment)) process.on('SIGHUP', reload);
    if (deployment.clients === undefined) log.info(ONLY_THIS_MACHINE);
    log.info(`${deployment.server.name} is ready`, { ...app.ports });
    const reason = await ended.promise;
    process.off('SIGHUP', reload);
    if (reason instanceof Error) {
      log.error(`stopping: ${reason.message}`);
      // nothing this process still does counts, so it does not wait for it for long
      systemClock.after(FATAL_STOP_MS, () => process.exit(1));
    } else {
      log.info(`stopping on ${reason}`);
    }
    await app.stop();
    if (reason instanceof Error) throw new UserError(reason.message);
    log.info('stopped');
  } finally {
    await trace.close();
    await log.close();
  }
};

/** Whether a listener has a certificate; without one SIGHUP ends the process as it does any other. */
function isEncrypted({ listeners: { direct, tevents, http } }: Deployment): boolean {
  return [direct, tevents, http].some((listener) => listener?.tls !== undefined);
}

async function startApp(parts: Parameters<typeof GatewayApp.start>[0]): Promise<GatewayApp> {
  try {
    return await GatewayApp.start(parts);
  } catch (error) {
    if (error instanceof ListenError || error instanceof TlsFileError || error instanceof StoreAway) throw new UserError(error.message);
    throw error;
  }
}

function openLogs(settings: Parameters<typeof createLog>[0] & Parameters<typeof traceWriter>[0]): { log: Log; trace: TraceWriter } {
  try {
    return { log: createLog(settings, systemClock), trace: traceWriter(settings, systemClock) };
  } catch (error) {
    throw new UserError(`the log cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Resolves with the name of the signal, or with the error, that ends the process. */
function endOfProcess(): { readonly promise: Promise<string | Error>; readonly fail: (error: Error) => void } {
  const onFailure: ((error: Error) => void)[] = [];
  const promise = new Promise<string | Error>((resolve) => {
    onFailure.push(resolve);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
  return { promise, fail: (error) => onFailure.forEach((tell) => tell(error)) };
}
