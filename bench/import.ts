import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { GatewayProcess } from '../test/support/gateway-process.js';
import { AGENTS, FILLED, WORKED, writeDeployment, writeRecords } from './import/deployment.js';
import { Desktops } from './import/desktops.js';

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
/** More than the agents work. */
const WORKED_ROWS = 60_000;
/** No acknowledgment is to take longer. */
const LIMIT_MS = 100;

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

/** How late timers of this process come, which has little to do: what the machine takes from whoever runs on it. */
const lateness = monitorEventLoopDelay({ resolution: 10 });

function describeMachine(): string {
  const [p99, longest] = [lateness.percentile(99) / 1e6, lateness.max / 1e6];
  lateness.reset();
  return `a timer of 10 ms came after p99 ${p99.toFixed(0)} ms, longest ${longest.toFixed(0)}`;
}

function describeWaits(waits: readonly number[]): string {
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
  const late = sorted.filter((wait) => wait > LIMIT_MS).length;
  return `${sorted.length} requests: p50 ${at(0.5)} ms, p99 ${at(0.99)}, p99.9 ${at(0.999)}, longest ${at(1)}; ${late} over ${LIMIT_MS} ms`;
}

async function measure(gateway: GatewayProcess, file: string): Promise<void> {
  const rows = Number(options.rows);
  const ports = await gateway.ready();
  lateness.enable();
  const desktops = options.alone ? undefined : await Desktops.start(ports);
  if (desktops !== undefined) {
    await Promise.race([pause(BASELINE_MS), desktops.failed]);
    write(`before the import, ${AGENTS} agents: ${describeWaits(desktops.take())} (${describeMachine()})`);
  }
  const memory = await peakMemory(gateway.pid);
  progress(`importing ${rows} rows`);
  const ms = await Promise.race([importFile(FILLED, file), desktops?.failed ?? new Promise<never>(() => undefined)]);
  if (desktops !== undefined) write(`during the import: ${describeWaits(desktops.take())} (${describeMachine()})`);
  write(`import: ${(Number(ms) / 1000).toFixed(1)} s, ${((1000 * rows) / Number(ms)).toFixed(0)} rows/s; peak memory of the gateway ${memory.toFixed(0)} MB before, ${(await peakMemory(gateway.pid)).toFixed(0)} MB after`);
  await desktops?.stop();
  lateness.disable();
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
