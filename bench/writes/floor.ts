import { performance } from 'node:perf_hooks';
import { Client } from 'pg';
import { PostgresClient } from '../../src/store/postgres/client.js';
import type { Result } from './result.js';
import { GROUP, LIST, NOW_MS, prepare, SESSION, TAKER } from './setting.js';

/**
 * What the server itself needs for the row writes that a record takes: `node floor.js URL RECORDS BATCH`. No agents, no
 * search for what is due, no check of anything: one session takes records by their numbers, and in one prepared statement
 * with one commit ends a batch and hands out the next. Nothing that keeps the tables as they are can be faster.
 */
const TAKEN_AT_ONCE = 256;

const TAKE = `UPDATE ${LIST.table} SET record_status = 2, campaign_id = $3, group_id = $4, app_id = $5
  WHERE record_id BETWEEN $1 AND $2 AND record_status = 1 RETURNING record_id`;

const END_AND_HAND_OUT = `WITH ended AS (
    UPDATE ocm_hand_out SET ended_at = $1, ending = 'RecordProcessed', end_result = 33, acknowledgment = 'RecordProcessedAcknowledge'
    WHERE handle = ANY($2::int[]) AND ended_at IS NULL RETURNING record_id
  ), final AS (
    UPDATE ${LIST.table} t SET record_status = 3, call_result = 33, attempt = t.attempt + 1, agent_id = '1001', call_time = $1::bigint / 1000
    FROM ended WHERE t.record_id = ended.record_id AND t.record_status = 2
  )
  INSERT INTO ocm_hand_out (handle, group_dbid, session, list_dbid, chain_id, record_id, agent_id, attempt, attempt_guid, handed_at)
  SELECT handle, ${GROUP}, '${SESSION}', ${LIST.dbid}, record, record, '1001', 1, gen_random_uuid()::text, $1
  FROM unnest($3::int[], $4::int[]) AS given(handle, record)`;

async function write(client: Client, records: number, batch: number): Promise<void> {
  let next = 1;
  let handle = 1;
  const taken: number[] = [];
  let out: number[] = [];
  do {
    if (taken.length < batch && next <= records) {
      const { rows } = await client.query<{ record_id: number }>({
        name: 'take', text: TAKE, values: [next, next + TAKEN_AT_ONCE - 1, TAKER.campaignId, TAKER.groupId, TAKER.appId],
      });
      next += TAKEN_AT_ONCE;
      taken.push(...rows.map((row) => row.record_id));
    }
    const given = taken.splice(0, batch);
    const handles = given.map(() => handle++);
    await client.query({ name: 'end and hand out', text: END_AND_HAND_OUT, values: [NOW_MS, out, handles, given] });
    out = handles;
  } while (out.length > 0);
}

const [url = '', recordsText = '', batchText = ''] = process.argv.slice(2);
const [records, batch] = [Number(recordsText), Number(batchText)];
const store = new PostgresClient({ url, connections: 1, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 }, 'bench');
const client = new Client({ connectionString: url });
try {
  await prepare(store, records);
  await client.connect();
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await write(client, records, batch);
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const [row] = await store.query<{ count: number }>(`SELECT count(*) AS count FROM ${LIST.table} WHERE record_status = 3`);
  if (row?.count !== records) throw new Error(`${row?.count ?? 0} records are final, not ${records}`);
  process.stdout.write(`${JSON.stringify({ records, seconds, cpuSeconds: (user + system) / 1e6 } satisfies Result)}\n`);
} finally {
  await client.end();
  await store.close();
}
