import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { GatewayProcess } from '../test/support/gateway-process.js';
import { Bystander } from './import/bystander.js';
import { AGENTS, FILLED, WORKED, writeDeployment, writeRecords } from './import/deployment.js';
import { Desktops } from './import/desktops.js';
import { describeLate, describeWaits, Stalls } from './import/waits.js';

/**
 * How long agents wait for their acknowledgments while a large file is imported, and how long the import takes: see bench/README.md.
 * `--store` is a PostgreSQL url whose database is empty (its tables are left there), by default an embedded store of its own; `--chained`:
 * the rows name their chains; `--alone`: no agent works meanwhile.
 */
const { values: options } = parseArgs({
  options: {
    store: { type: 'string' },
    rows: { type: 'string', default: '1000000' },
    chained: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
  },
});

const BASELINE_MS = 15_000;
/** The first requests find everything cold. */
const WARM_UP_MS = 3_000;
/** More than the agents work. */
const WORKED_ROWS = 60_000;

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

const directory = await mkdtemp(join(tmpdir(), 'ocm-bench-'));
const config = join(directory, 'ocm.yaml');

/** Imports as the command does; answers the milliseconds. */
async function importFile(list: string, file: string): Promise<number> {
  const before = performance.now();
  const command = GatewayProcess.run(['import', '--config', config, '--list', list, file]);
  const { code } = await command.exited;
  if (code !== 0) throw new Error(`the import failed: ${command.stderr}`);
  return performance.now() - before;
}

/** The most memory that a process has had, in MB; where the system does not tell, NaN. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

async function measure(gateway: GatewayProcess, file: string): Promise<void> {
  const rows = Number(options.rows);
  const ports = await gateway.ready();
  const stalls = new Stalls();
  const desktops = options.alone ? undefined : await Desktops.start(ports);
  const bystander = options.store === undefined ? undefined : await Bystander.start(options.store);
  const report = (when: string): void => {
    const waits = desktops?.take();
    if (waits !== undefined) {
      write(`${when}: requests of ${AGENTS} agents, ${describeWaits(waits, stalls)}`);
      for (const text of describeLate(waits)) progress(`  late: ${text}`);
    }
    if (bystander !== undefined) write(`${when}: commits of a session beside the gateway, ${describeWaits(bystander.take(), stalls)}`);
  };
  const failed = desktops?.failed ?? new Promise<never>(() => undefined);
  await Promise.race([pause(WARM_UP_MS), failed]);
  desktops?.take();
  bystander?.take();
  await Promise.race([pause(BASELINE_MS), failed]);
  report('before the import');
  const memory = await peakMemory(gateway.pid);
  progress(`importing ${rows} rows`);
  const ms = Number(await Promise.race([importFile(FILLED, file), failed]));
  report('during the import');
  write(`import: ${(ms / 1000).toFixed(1)} s, ${((1000 * rows) / ms).toFixed(0)} rows/s; peak memory of the gateway ${memory.toFixed(0)} MB before, ${(await peakMemory(gateway.pid)).toFixed(0)} MB after`);
  await desktops?.stop();
  await bystander?.stop();
  stalls.stop();
}

try {
  await writeDeployment(config, options.store ?? `pglite:${join(directory, 'data')}`);
  const [worked, filled] = [join(directory, 'worked.csv'), join(directory, 'filled.csv')];
  await writeRecords(worked, WORKED_ROWS, false);
  await writeRecords(filled, Number(options.rows), options.chained);
  progress(`importing ${WORKED_ROWS} rows for the agents`);
  await importFile(WORKED, worked);
  const gateway = GatewayProcess.start({}, config);
  try {
    await measure(gateway, filled);
  } finally {
    await gateway.end('SIGTERM');
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
