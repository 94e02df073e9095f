import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { PostgresServer } from '../test/support/postgres-server.js';
import { median } from './median.js';
import type { Result } from './writes/result.js';

/**
 * Writing in groups, compared: see bench/README.md. Every run has a process and a database of its own on one server,
 * and the contenders take turns.
 */
const RECORDS = Number(process.env['OCM_BENCH_RECORDS'] ?? 50_000);
const ROUNDS = Number(process.env['OCM_BENCH_ROUNDS'] ?? 3);
const AGENTS = 32;
/** One transaction per write is given fewer records, so that a run does not take minutes: the speed is what counts. */
const SLOWER = 5;
const SETTINGS = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'commit_delay', 'shared_buffers', 'max_wal_size', 'autovacuum', 'jit'];

const run = promisify(execFile);
const own = fileURLToPath(new URL('writes/contender.js', import.meta.url));
const floor = fileURLToPath(new URL('writes/floor.js', import.meta.url));
const peer = fileURLToPath(new URL('../../bench/peers/graphile-worker.mjs', import.meta.url));

const CONTENDERS: readonly { readonly name: string; readonly command: (url: string) => readonly string[] }[] = [
  { name: 'grouped', command: (url) => [own, 'grouped', url, String(RECORDS), String(AGENTS)] },
  { name: 'single', command: (url) => [own, 'single', url, String(Math.ceil(RECORDS / SLOWER)), String(AGENTS)] },
  { name: 'floor', command: (url) => [floor, url, String(RECORDS), String(AGENTS)] },
  { name: 'graphile-worker', command: (url) => [peer, url, String(RECORDS), String(AGENTS)] },
];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function withDatabase<T>(admin: Client, serverUrl: string, job: (url: string) => Promise<T>): Promise<T> {
  const name = `ocm_bench_${randomUUID().slice(0, 8)}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  try {
    return await job(url.href);
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.query('CHECKPOINT');
  }
}

const perSecond = ({ records, seconds }: Result): number => records / seconds;

function describeResult(name: string, result: Result): string {
  const waits = result.waits === undefined ? '' : `; a result waits ${result.waits.p50.toFixed(1)} ms, p99 ${result.waits.p99.toFixed(1)}, max ${result.waits.max.toFixed(0)}`;
  return `  ${name.padEnd(15)} ${perSecond(result).toFixed(0).padStart(6)} records/s, ${result.cpuSeconds.toFixed(1)} s of CPU in the client${waits}`;
}

if (!existsSync(new URL('../../bench/peers/node_modules', import.meta.url))) throw new Error('no graphile-worker: npm ci --prefix bench/peers');
const serverUrl = process.env['OCM_BENCH_PG_URL'] ?? (await PostgresServer.start()).url;
const admin = new Client({ connectionString: serverUrl });
await admin.connect();
try {
  const { rows } = await admin.query<{ name: string; setting: string }>(`SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY($1)`, [SETTINGS]);
  say(`PostgreSQL: ${rows.map(({ name, setting }) => `${name} ${setting}`).join(', ')}`);
  say(`${RECORDS} records, ${AGENTS} agents, ${ROUNDS} rounds, Node ${process.version}`);
  const speeds = new Map<string, number[]>(CONTENDERS.map(({ name }) => [name, []]));
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`round ${round}`);
    for (const { name, command } of CONTENDERS) {
      const result = await withDatabase(admin, serverUrl, async (url) => JSON.parse((await run(process.execPath, command(url))).stdout) as Result);
      speeds.get(name)?.push(perSecond(result));
      say(describeResult(name, result));
    }
  }
  const [grouped, single, least, worker] = CONTENDERS.map(({ name }) => median(speeds.get(name) ?? [])) as [number, number, number, number];
  say(`median: ${(grouped / single).toFixed(2)} times one transaction per write, ${(grouped / worker).toFixed(2)} times graphile-worker; the floor ${(least / worker).toFixed(2)} times graphile-worker`);
} finally {
  await admin.end();
}
