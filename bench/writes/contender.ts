import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { HandOut } from '../../src/record/hand-out.js';
import type { Chain } from '../../src/record/chain.js';
import { RecordWriter } from '../../src/service/record-writer.js';
import type { StoreClient } from '../../src/store/client.js';
import type { Owner } from '../../src/store/owner.js';
import { PostgresClient } from '../../src/store/postgres/client.js';
import { quantile, type Result } from './result.js';
import { GROUP, LIST, NOW_MS, prepare, SESSION, TAKER, ZONES } from './setting.js';
import { type Retrieve, retrieveDue, Supply } from './supply.js';
import { retrieveOwn } from './retrieve-own.js';

/**
 * Records from Ready to final by agents in a closed loop: `node contender.js grouped|single URL RECORDS AGENTS`. Both
 * make the same three writes per record over ten connections. `grouped` is how the gateway does it; `single` makes
 * each write a transaction of its own.
 */
const BUFFER = 240;
const FINAL = { kind: 'final', status: 3, callResult: 33, attempts: 1, calledAt: NOW_MS, customFields: {} } as const;

/** What an agent works with. */
interface Desk {
  readonly next: () => Promise<Chain | undefined>;
  readonly writer: RecordWriter;
}

const now = (): number => NOW_MS;

/** A record whose row was not written has not been measured. */
function unwritten(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function desksOf(kind: string, client: StoreClient, owner: Owner, records: number, agents: number): Desk[] {
  const writer = (): RecordWriter => new RecordWriter(client, owner, now, () => [...ZONES], unwritten);
  if (kind === 'single') {
    return Array.from({ length: agents }, (_, index) => {
      const retrieve: Retrieve = retrieveOwn(client, owner, LIST, TAKER, { first: index + 1, step: agents, last: records });
      return { next: async () => (await retrieve(1))[0], writer: writer() };
    });
  }
  const supply = new Supply(retrieveDue(client, owner, LIST, TAKER, now, ZONES), BUFFER);
  const shared = writer();
  return Array.from({ length: agents }, () => ({ next: () => supply.take(), writer: shared }));
}

async function work({ next, writer }: Desk, agentId: string, waits: number[]): Promise<void> {
  for (let chain = await next(); chain !== undefined; chain = await next()) {
    const [record] = chain.records;
    const ask = { groupDbid: GROUP, campaignId: TAKER.campaignId, groupId: TAKER.groupId, session: SESSION, recordId: record.recordId, phone: record.phone, agentId, attemptGuid: randomUUID() };
    const row = await writer.handOut(LIST, ask);
    if (row === undefined) throw new Error(`record ${record.recordId} was not handed out`);
    const handOut: HandOut = {
      handle: row.handle, groupDbid: GROUP, session: SESSION, chain, agentId, attempt: row.attempt, attemptGuid: ask.attemptGuid, callResult: null, handedAt: NOW_MS, call: 'none',
    };
    const before = performance.now();
    const ended = await writer.end(LIST, handOut, FINAL, { content: `RecordProcessed ${row.handle}`, acknowledgment: 'RecordProcessedAcknowledge' });
    if (!ended) throw new Error(`record ${record.recordId} was ended by somebody else`);
    waits.push(performance.now() - before);
  }
}

async function finals(client: StoreClient): Promise<number> {
  const [row] = await client.query<{ count: number }>(
    `SELECT count(*) AS count FROM ${LIST.table} t JOIN ocm_hand_out h ON h.record_id = t.record_id WHERE t.record_status = 3 AND h.ended_at IS NOT NULL`,
  );
  return row?.count ?? 0;
}

const [kind = 'grouped', url = '', recordsText = '', agentsText = ''] = process.argv.slice(2);
const [records, agents] = [Number(recordsText), Number(agentsText)];
const client = new PostgresClient({ url, connections: 10, connectTimeoutMs: 5000, statementTimeoutMs: 60_000 }, 'bench');
try {
  const owner = await prepare(client, records);
  const waits: number[] = [];
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await Promise.all(desksOf(kind, client, owner, records, agents).map((desk, index) => work(desk, String(1001 + index), waits)));
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  if ((await finals(client)) !== records) throw new Error('not every record is final');
  waits.sort((a, b) => a - b);
  const result: Result = { records, seconds, cpuSeconds: (user + system) / 1e6, waits: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), max: quantile(waits, 1) } };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await client.close();
}
