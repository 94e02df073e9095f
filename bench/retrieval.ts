import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { StoreClient } from '../src/store/client.js';
import { openEmbedded } from '../src/store/embedded/open.js';
import type { ListTable } from '../src/store/list-table.js';
import { migrate } from '../src/store/migrate.js';
import { createDoNotCallTable, createMissingTable } from '../src/store/statements/create-list.js';
import { finalizeForbidden } from '../src/store/statements/finalize-forbidden.js';
import { probe } from '../src/store/statements/probe.js';
import { takeChains } from '../src/store/statements/take-chains.js';

/**
 * Retrieval and probe over lists of ten thousand and of a million Ready rows of which 99 % are not due: a quarter each
 * out of their window, over their attempts, scheduled later, on the do-not-call list.
 */
const NOW_MS = 1_800_000_000_000;
const NOON = 12 * 3600;
const ZONES = Array.from({ length: 8 }, (_, index) => ({ dbid: 101 + index, secondOfDay: NOON }));
const BATCH = 240;
const TAKER = { campaignId: 101, groupId: 732, appId: 156 };

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function timed<T>(job: () => Promise<T>): Promise<[number, T]> {
  const before = performance.now();
  const result = await job();
  return [performance.now() - before, result];
}

async function makeList(client: StoreClient, rows: number): Promise<ListTable> {
  const list: ListTable = { dbid: rows, name: `list of ${rows}`, table: `cl_${rows}`, maxAttempts: 10, fromSeconds: 0, untilSeconds: 86_400, customFields: [], doNotCall: `dnc_${rows}` };
  await createDoNotCallTable(client, `dnc_${rows}`);
  await createMissingTable(client, list);
  for (let first = 1; first <= rows; first += 100_000) {
    await client.query(
      `INSERT INTO ${list.table} (record_id, contact_info, record_type, record_status, attempt, dial_sched_time, daily_from, daily_till, tz_dbid, chain_id, chain_n)
       SELECT i, '555' || i, 2, 1, CASE WHEN i % 100 > 0 AND i % 4 = 1 THEN 10 ELSE 0 END, CASE WHEN i % 100 > 0 AND i % 4 = 2 THEN 1900000000 END,
         CASE WHEN i % 100 > 0 AND i % 4 = 3 THEN 60 * (i % 5) END, CASE WHEN i % 100 > 0 AND i % 4 = 3 THEN 3600 * (i % 7 + 1) END, 101 + i % 8, i, 0
       FROM generate_series($1::int, $2::int) i`,
      [first, Math.min(rows, first + 99_999)],
    );
  }
  await client.query(`INSERT INTO dnc_${rows} (phone) SELECT '555' || i FROM generate_series(1, $1::int) i WHERE i % 100 > 0 AND i % 4 = 0`, [rows]);
  await client.query(`VACUUM ANALYZE ${list.table}`);
  await client.query(`VACUUM ANALYZE dnc_${rows}`);
  return list;
}

async function measure(client: StoreClient, list: ListTable): Promise<void> {
  const zones = ZONES;
  const probes: number[] = [];
  for (let run = 0; run < 11; run += 1) {
    const [ms, found] = await timed(() => probe(client, [list], NOW_MS, zones));
    if (run === 0) process.stdout.write(`  first probe ${ms.toFixed(1)} ms: ${found}\n`);
    probes.push(ms);
  }
  process.stdout.write(`  probe ${median(probes).toFixed(2)} ms\n`);
  const batches: number[] = [];
  let chains = 0;
  let forbidden = 0;
  for (let run = 0; run < 11; run += 1) {
    const [ms, taken] = await timed(() => client.transaction((sql) => takeChains(sql, list, TAKER, { chains: BATCH, look: BATCH }, NOW_MS, zones)));
    batches.push(ms);
    chains += taken.rows.length;
    forbidden += taken.forbidden;
  }
  process.stdout.write(`  look at ${BATCH}: ${median(batches).toFixed(2)} ms (taken ${chains}, forbidden ${forbidden})\n`);
  const [sweepMs, swept] = await timed(async () => {
    let all = 0;
    for (let found = 1; found > 0; all += found) found = await finalizeForbidden(client, list, NOW_MS, zones);
    return all;
  });
  process.stdout.write(`  sweep ${swept} in ${sweepMs.toFixed(0)} ms\n`);
  const clean: number[] = [];
  for (let run = 0; run < 9; run += 1) {
    const [ms] = await timed(() => client.transaction((sql) => takeChains(sql, list, TAKER, { chains: 4, look: 4 }, NOW_MS, zones)));
    clean.push(ms);
  }
  process.stdout.write(`  take 4: ${median(clean).toFixed(2)} ms\n`);
  await client.query(`UPDATE ${list.table} SET record_status = 3 WHERE record_id % 100 = 0`);
  await client.query(`VACUUM ${list.table}`);
  const none: number[] = [];
  for (let run = 0; run < 11; run += 1) {
    const [ms, found] = await timed(() => probe(client, [list], NOW_MS, zones));
    none.push(ms);
    if (run === 0) process.stdout.write(`  ${found}\n`);
  }
  process.stdout.write(`  probe with nothing due ${median(none).toFixed(2)} ms\n`);
}

const directory = await mkdtemp(join(tmpdir(), 'ocm-bench-'));
const { client } = await openEmbedded(directory, 'bench');
try {
  await migrate(client);
  for (const rows of [10_000, 1_000_000]) {
    const [ms, list] = await timed(() => makeList(client, rows));
    process.stdout.write(`${rows} rows, made in ${(ms / 1000).toFixed(1)} s\n`);
    await measure(client, list);
  }
} finally {
  await client.close();
  await rm(directory, { recursive: true, force: true });
}
