import { constants } from 'node:os';
import { UserError } from '../cli/errors.js';
import type { RunStart } from '../cli/start.js';
import type { Deployment } from '../config/deployment.js';
import { loadConfig } from '../config/load.js';
import { createLog, type Log } from '../log/log.js';
import { type TraceWriter, traceWriter } from '../log/trace-writer.js';
import { ListenError } from '../net/listener.js';
import { TlsFileError } from '../net/tls-credentials.js';
import { StoreAway } from '../store/client.js';
import { systemClock, type TimerHandle } from '../util/clock.js';
import { GatewayApp } from './gateway-app.js';

/** How long a process whose store or ownership is gone may take to end in order. */
const FATAL_STOP_MS = 5000;

/** Said at every start without `clients`: whoever wonders why nobody else gets in finds it here. */
const ONLY_THIS_MACHINE = 'no clients are configured: anybody on this machine may connect, and nobody else; `clients` in the configuration lets others in';

/** Said at SIGHUP where it has no meaning: the signal ends no gateway, as it would by default. */
const NOTHING_TO_RELOAD = 'SIGHUP: there is nothing to read again, no listener has a certificate; a changed configuration takes a new start';

/** The body of `start`: runs until SIGTERM or SIGINT, which stop it cleanly. */
export const runStart: RunStart = async ({ config, addIndexes }) => {
  const { deployment, warnings } = loadConfig(config, process.env);
  const { log, trace } = openLogs(deployment.log);
  let running: GatewayApp | undefined;
  const onHangUp = (): void => {
    if (isEncrypted(deployment)) running?.reloadCertificates();
    else log.info(NOTHING_TO_RELOAD);
  };
  process.on('SIGHUP', onHangUp);
  try {
    for (const warning of warnings) log.warn(warning);
    const ended = endOfProcess();
    let asked: string | Error | undefined;
    let late: TimerHandle | undefined;
    // also while it starts: a store that somebody else has locked may keep that waiting for long
    void ended.promise.then((reason) => {
      asked = reason;
      // where the store is gone nothing that this process still does counts, so it does not wait for it for long
      late = reason instanceof Error ? endLate(FATAL_STOP_MS, 1, log) : endLate(deployment.limits.stopTimeoutMs, 0, log);
    });
    let app: GatewayApp;
    try {
      app = await startApp({ deployment, log, trace, clock: systemClock, addIndexes, onFatal: ended.fail });
    } catch (error) {
      late?.cancel();
      if (typeof asked !== 'string') throw error;
      log.info(`stopped on ${asked} before it was ready: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    running = app;
    if (deployment.clients === undefined) log.info(ONLY_THIS_MACHINE);
    log.info(`${deployment.server.name} is ready`, { ...app.ports });
    const reason = await ended.promise;
    running = undefined;
    if (reason instanceof Error) log.error(`stopping: ${reason.message}`);
    else log.info(`stopping on ${reason}`);
    await app.stop();
    late?.cancel();
    if (reason instanceof Error) throw new UserError(reason.message);
    log.info('stopped');
  } finally {
    process.off('SIGHUP', onHangUp);
    await trace.close();
    await log.close();
  }
};

/** Whether a listener has a certificate. */
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

/** Ends the process when its time to stop is over; what is not finished by then is recovered by the next start. */
function endLate(timeoutMs: number, status: number, log: Log): TimerHandle {
  const end = (): void => {
    log.warn(`not everything has ended within ${timeoutMs / 1000} s; the next start sees to the rest`);
    void log.close().finally(() => process.exit(status));
  };
  return systemClock.after(timeoutMs, end, { keepAlive: true });
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Resolves with the name of the signal, or with the error, that ends the process. A second signal ends it at once. */
function endOfProcess(): { readonly promise: Promise<string | Error>; readonly fail: (error: Error) => void } {
  const onFailure: ((error: Error) => void)[] = [];
  const promise = new Promise<string | Error>((resolve) => {
    onFailure.push(resolve);
    let signalled = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (signalled) process.exit(128 + constants.signals[signal]);
        signalled = true;
        resolve(signal);
      });
    }
  });
  return { promise, fail: (error) => onFailure.forEach((tell) => tell(error)) };
}
