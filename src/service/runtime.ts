import type { CallingList, CampaignGroup, Deployment } from '../config/deployment.js';
import type { AgentPool } from '../agent/pool.js';
import type { JournalTail } from '../journal/tail.js';
import type { Dialer } from '../dialer/dialer.js';
import type { HeldRecords } from '../record/held-records.js';
import type { StoreClient } from '../store/client.js';
import type { ListTable, ZoneTime } from '../store/list-table.js';
import type { Owner } from '../store/owner.js';
import type { Clock } from '../util/clock.js';
import { secondOfDay } from '../util/time-zone.js';
import type { CallLoad } from './call-load.js';
import type { LeftCampaigns } from './left-campaigns.js';
import type { ListAccounts } from './list-account.js';
import type { ListTables } from './list-tables.js';
import type { Measures } from './measures.js';
import type { Announcer } from './ports.js';
import type { RecordWriter } from './record-writer.js';

/** The part of a log that the service writes to. */
export interface ServiceLog {
  error(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
}

/** What all campaign groups of a gateway share. */
export interface Runtime {
  readonly deployment: Deployment;
  readonly client: StoreClient;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly log: ServiceLog;
  readonly announcer: Announcer;
  readonly measures: Measures;
  readonly agents: AgentPool<object>;
  readonly held: HeldRecords;
  readonly left: LeftCampaigns;
  readonly journal: JournalTail;
  readonly writer: RecordWriter;
  /** Those whose tables can be used. */
  readonly lists: ReadonlyMap<number, ListTable>;
  readonly tables: ListTables;
  readonly accounts: ListAccounts;
  /** Absent: the deployment only previews. */
  readonly dialer: Dialer | undefined;
  readonly callLoad: CallLoad;
  /** Call attempts, by their handle -> the campaign group that each is of. */
  readonly calls: Map<number, number>;
  /** The dial modes that a campaign group can run in. */
  modesOf(group: CampaignGroup): ReadonlySet<number>;
  /** Whether a campaign group of this gateway is Running, as far as it has come. */
  isRunning(groupDbid: number): boolean;
  /** Says that an agent's record has ended: its groups may have another for it. */
  agentFreed(agentId: string): void;
  /** Says that records of a list may be due now that were not: its groups look at once. */
  listChanged(listDbid: number): void;
  /** This process owns nothing any more: nothing it does counts, so it should end. */
  ownershipLost(error: Error): void;
}

/** A calling list as SQL needs it. */
export function toListTable(list: CallingList, doNotCall: string): ListTable {
  const { dbid, name, table, maxAttempts, fromSeconds, untilSeconds, customFields, filter } = list;
  const rules = { dbid, name, table, maxAttempts, fromSeconds, untilSeconds, customFields, doNotCall };
  return filter === undefined ? rules : { ...rules, filter };
}

/** How much of an agent_id field is written. */
export function longestAgentId({ agents }: Deployment): number {
  return Math.max(1, ...agents.map(({ id }) => id.length));
}

/** The local time of every configured zone. */
export function zoneTimes(deployment: Deployment, nowMs: number): ZoneTime[] {
  return deployment.timeZones.map((zone) => ({ dbid: zone.dbid, secondOfDay: secondOfDay(zone.zone, nowMs) }));
}

/** The table of a list that is in use; one that is not is a bug of ours. */
export function listTable(runtime: Pick<Runtime, 'lists'>, dbid: number): ListTable {
  const list = runtime.lists.get(dbid);
  if (list === undefined) throw new Error(`calling list ${dbid} is not configured, or its table cannot be used`);
  return list;
}
