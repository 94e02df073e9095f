import { rm } from 'node:fs/promises';
import { connectDirect } from '../../src/client/index.js';
import { openEmbedded } from '../../src/store/embedded/open.js';
import type { JournalRecord } from '../../src/store/statements/journal.js';
import { systemClock } from '../../src/util/clock.js';
import { makeStoreDirectory } from '../support/engine.js';
import { HOST, importRecords, SPRING } from '../support/gateway.js';
import { seededRandom } from '../support/random.js';
import { Keeper } from './keeper.js';
import { Account, type Passed, Worker } from '../support/worker.js';

export interface KillPlan {
  readonly seed: number;
  readonly kills: number;
  readonly records: number;
  /** After which it is given up, and cleaned up. */
  readonly timeoutMs: number;
}

export interface ListRow {
  readonly contact_info: string;
  readonly record_status: number;
  readonly call_result: number | null;
  readonly attempt: number;
  readonly agent_id: string | null;
}

export interface KillOutcome {
  readonly account: Account;
  /** The events of the campaign, as each agent was told. */
  readonly told: Readonly<Record<string, readonly string[]>>;
  readonly reconnects: readonly number[];
  readonly kills: number;
  readonly exitCode: number | null;
  /** What the stopped store holds. */
  readonly rows: readonly ListRow[];
  readonly journal: readonly JournalRecord[];
  readonly openHandOuts: number;
}

const AGENTS = [
  ['1001', '7001'],
  ['1002', '7002'],
  ['1003', '7003'],
] as const;

/** An agent takes a record, sends its result, hears of it: so often something happens with each record. */
const STEPS_PER_RECORD = 3;

/**
 * Agents work a campaign to its end while the gateway is killed at moments that follow from the seed: by how
 * far the work has come, one in each part of it, the last at its very end. `kills` is 2 at least.
 */
export async function runKills({ seed, kills, records, timeoutMs }: KillPlan): Promise<KillOutcome> {
  const random = seededRandom(seed);
  const directory = await makeStoreDirectory();
  let keeper: Keeper | undefined;
  const workers: Worker[] = [];
  try {
    const gateway = (keeper = await Keeper.start(directory));
    await importRecords(gateway, records);
    const account = new Account();
    const moments = momentsOf(random, kills - 1, records * STEPS_PER_RECORD);
    const passed = killAt({ moments, atEnd: () => account.acknowledged.size === records }, gateway, random);
    for (const [agentId, dn] of AGENTS) workers.push(await Worker.open(agentId, dn, gateway.ports.tevents, random, account, passed));
    await startCampaign(gateway);
    await Promise.race([Promise.all(workers.map((worker) => worker.work())), gateway.failed, after(timeoutMs)]);
    await gateway.settled();
    for (const worker of workers) await worker.finish();
    const exitCode = await gateway.stop();
    return {
      account,
      told: Object.fromEntries(workers.map(({ agentId, told }) => [agentId, told])),
      reconnects: workers.map(({ client }) => client.counters.reconnects),
      kills: gateway.kills,
      exitCode,
      ...(await readStore(directory)),
    };
  } finally {
    for (const { client } of workers) await client.close();
    await keeper?.destroy();
    await rm(directory, { recursive: true, force: true });
  }
}

/** One step in each of as many equal parts, rising. */
export function momentsOf(random: () => number, count: number, steps: number): number[] {
  return Array.from({ length: count }, (_, index) => 1 + Math.floor((steps / count) * (index + random())));
}

async function after(timeoutMs: number): Promise<never> {
  await new Promise<void>((resolve) => void systemClock.after(timeoutMs, resolve));
  throw new Error(`the campaign is not at its end after ${timeoutMs} ms`);
}

interface Moments {
  readonly moments: readonly number[];
  /** Whether the last step has just been done. */
  readonly atEnd: () => boolean;
}

/**
 * What to call at every step. Kills when a moment has come: at once, or up to 4 ms later, somewhere in the gateway's
 * work; the first time right behind a result that was sent, so that for one at least no answer comes.
 */
function killAt({ moments, atEnd }: Moments, keeper: Keeper, random: () => number): Passed {
  const left = [...moments];
  let steps = 0;
  return (step) => {
    steps += 1;
    const isFirst = left.length === moments.length;
    const isDue = steps >= (left[0] ?? Infinity) && (!isFirst || step === 'sent');
    if (isDue) left.shift();
    if (isDue || atEnd()) keeper.kill(isFirst ? 0 : Math.floor(random() * 5));
  };
}

async function startCampaign({ ports }: Keeper): Promise<void> {
  const supervisor = await connectDirect({ host: HOST, port: ports.direct, clientName: 'supervisor' });
  const AUTO_COMPLETION = [{ key: 'GSW_AUTO_COMPLETION', value: { type: 'int', value: 1 } }] as const;
  await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid, GSW_CM_AttrProperties: AUTO_COMPLETION });
  await supervisor.request('GSW_CM_ReqStartDialing', { GSW_CM_AttrSessionID: SPRING.dbid });
  await supervisor.close();
}

async function readStore(directory: string): Promise<Pick<KillOutcome, 'rows' | 'journal' | 'openHandOuts'>> {
  const { client } = await openEmbedded(directory, 'tests');
  try {
    const open = await client.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL');
    return {
      rows: await client.query<ListRow>('SELECT contact_info, record_status, call_result, attempt, agent_id FROM cl_spring ORDER BY record_id'),
      journal: await client.query<JournalRecord>('SELECT * FROM ocm_journal ORDER BY position'),
      openHandOuts: open.length,
    };
  } finally {
    await client.close();
  }
}
