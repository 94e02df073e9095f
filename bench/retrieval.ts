import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Sql, SqlParam, StoreClient } from '../src/store/client.js';
import { openEmbedded } from '../src/store/embedded/open.js';
import type { ListTable } from '../src/store/list-table.js';
import { PostgresClient } from '../src/store/postgres/client.js';
import { createDoNotCallTable, createMissingTable } from '../src/store/statements/create-list.js';
import { finalizeForbidden } from '../src/store/statements/finalize-forbidden.js';
import { probe } from '../src/store/statements/probe.js';
import { takeChains } from '../src/store/statements/take-chains.js';
import { migrate } from '../src/store/migrate.js';
import { median } from './median.js';

/**
 * What a probe and a retrieval cost in a list of ten thousand and of a million Ready rows. `--store` is a PostgreSQL url
 * whose database is empty (its tables are left there), by default an embedded store of its own; `--plans` prints the
 * plans of PostgreSQL.
 */
const { values: options } = parseArgs({ options: { store: { type: 'string' }, plans: { type: 'boolean', default: false }, rows: { type: 'string', default: '1000000' } } });

const NOW_MS = 1_800_000_000_000;
const ZONES = Array.from({ length: 8 }, (_, index) => ({ dbid: 101 + index, secondOfDay: 12 * 3600 }));
const TAKER = { campaignId: 101, groupId: 732, appId: 156 };
const SMALL = 10_000;
const LARGE = Number(options.rows);
const RUNS = 21;

/** Columns of a row by its number `i`, and what the rows are. */
const SCENARIOS: Readonly<Record<string, { readonly attempt?: string; readonly scheduled?: string; readonly opens?: string; readonly closes?: string; readonly forbidden?: string }>> = {
  'all due': {},
  '99 % out of their window (40 windows in 8 zones)': { opens: 'CASE WHEN i % 100 > 0 THEN 60 * (i % 5) END', closes: 'CASE WHEN i % 100 > 0 THEN 3600 * (i % 8 + 1) END' },
  '99 % over their attempts': { attempt: 'CASE WHEN i % 100 > 0 THEN 10 ELSE 0 END' },
  '99 % scheduled later': { scheduled: 'CASE WHEN i % 100 > 0 THEN 1900000000 + i % 100000 END' },
  '99 % on the do-not-call list': { forbidden: 'i % 100 > 0' },
};

function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function timed<T>(job: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const before = performance.now();
  const result = await job();
  return { ms: performance.now() - before, result };
}

async function makeList(client: StoreClient, dbid: number, rows: number, scenario: string): Promise<ListTable> {
  const { attempt = '0', scheduled = 'NULL', opens = 'NULL', closes = 'NULL', forbidden = 'false' } = SCENARIOS[scenario] ?? {};
  const doNotCall = `dnc_${dbid}`;
  const list: ListTable = { dbid, name: scenario, table: `cl_${dbid}`, maxAttempts: 10, fromSeconds: 0, untilSeconds: 86_400, customFields: [], doNotCall };
  await createDoNotCallTable(client, doNotCall);
  await createMissingTable(client, list);
  for (let first = 1; first <= rows; first += 50_000) {
    const range = [first, Math.min(rows, first + 49_999)];
    await client.query(
      `INSERT INTO ${list.table} (record_id, contact_info, record_type, record_status, attempt, dial_sched_time, daily_from, daily_till, tz_dbid, chain_id, chain_n)
       SELECT i, '555' || i, 2, 1, ${attempt}, ${scheduled}, ${opens}, ${closes}, 101 + i % 8, i, 0 FROM generate_series($1::int, $2::int) i`,
      range,
    );
    await client.query(`INSERT INTO ${doNotCall} (phone) SELECT '555' || i FROM generate_series($1::int, $2::int) i WHERE ${forbidden}`, range);
  }
  for (const table of [list.table, doNotCall]) await client.query(`VACUUM ANALYZE ${table}`);
  return list;
}

interface Costs {
  readonly probeMs: number;
  readonly batchMs: number;
  readonly probeNothingMs: number;
}

/** So many times, and the median. */
async function medianOf(job: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let done = 0; done < RUNS; done += 1) times.push((await timed(job)).ms);
  return median(times);
}

async function measure(client: StoreClient, list: ListTable): Promise<Costs> {
  const probed = () => probe(client, [list], NOW_MS, ZONES);
  // what is forbidden is met by retrievals, a batch at a time
  let forbidden = 0;
  const sweep = await timed(async () => {
    for (let ended = 1; ended > 0; forbidden += ended) ended = await finalizeForbidden(client, list, NOW_MS, ZONES);
  });
  if (forbidden > 0) write(`    ${forbidden} forbidden numbers made final in batches, ${((1000 * sweep.ms) / forbidden).toFixed(0)} us each`);
  const probeMs = await medianOf(probed);
  const batchMs = await medianOf(() => client.transaction((sql) => takeChains(sql, list, TAKER, { chains: 4, look: 4 }, NOW_MS, ZONES)));
  await client.query(`UPDATE ${list.table} SET record_status = 3 WHERE record_id % 100 = 0 AND record_status = 1`);
  await client.query(`VACUUM ANALYZE ${list.table}`);
  const { result } = await timed(probed);
  const probeNothingMs = await medianOf(probed);
  write(`    probe ${probeMs.toFixed(2)} ms; batch of 4 chains ${batchMs.toFixed(2)} ms; without what is due: probe ${probeNothingMs.toFixed(2)} ms (${result})`);
  return { probeMs, batchMs, probeNothingMs };
}

/** A store in which every statement is explained, not run. */
function explaining(client: StoreClient): Sql {
  return {
    async query<Row>(text: string, params: readonly SqlParam[] = []): Promise<Row[]> {
      for (const row of await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${text}`, params)) write(`      ${row['QUERY PLAN']}`);
      return [];
    },
  };
}

async function run(client: StoreClient): Promise<void> {
  await migrate(client);
  let dbid = 0;
  for (const scenario of Object.keys(SCENARIOS)) {
    write(scenario);
    const costs: Costs[] = [];
    for (const rows of [SMALL, LARGE]) {
      dbid += 1;
      const { ms, result: list } = await timed(() => makeList(client, dbid, rows, scenario));
      write(`  ${rows} rows (made in ${(ms / 1000).toFixed(1)} s)`);
      costs.push(await measure(client, list));
      if (options.plans && rows === LARGE) {
        await probe(explaining(client), [list], NOW_MS, ZONES);
        await takeChains(explaining(client), list, TAKER, { chains: 4, look: 4 }, NOW_MS, ZONES);
      }
      if (rows === LARGE) await client.query(`DROP TABLE ${list.table}, dnc_${dbid}`);
    }
    const [small, large] = costs;
    if (small !== undefined && large !== undefined) write(`  batch, ${LARGE} rows to ${SMALL}: ${(large.batchMs / small.batchMs).toFixed(2)}`);
  }
}

if (options.store === undefined) {
  const directory = await mkdtemp(join(tmpdir(), 'ocm-bench-'));
  const { client } = await openEmbedded(directory, 'bench');
  try {
    await run(client);
  } finally {
    await client.close();
    await rm(directory, { recursive: true, force: true });
  }
} else {
  const client = new PostgresClient({ url: options.store, connections: 2, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 }, 'bench');
  try {
    await run(client);
  } finally {
    await client.close();
  }
}
