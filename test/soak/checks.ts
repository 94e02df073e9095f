import { StoreAway, type StoreClient } from '../../src/store/client.js';
import { quoteName } from '../../src/store/list-table.js';
import { groupBy } from '../../src/util/group-by.js';
import { SerialQueue } from '../../src/util/serial-queue.js';
import { systemClock } from '../../src/util/clock.js';
import { type GroupReport, groupReport } from '../support/gateway.js';
import { Audit } from './audit.js';
import { REPLAY_WINDOW_MS, type SoakGroup } from './deployment.js';
import { DialedTail } from './dialed-tail.js';
import type { GatewayLife } from './gateway-life.js';
import { FinalRecords } from './invariants/final-records.js';
import { judgeListening, type Listening } from './invariants/heard-once.js';
import { JournalFold } from './invariants/journal-fold.js';
import { RecordsKept } from './invariants/records-kept.js';
import { judgeTenure, type Tenure } from './invariants/told-once.js';
import type { Verdicts } from './invariants/verdicts.js';
import type { Records } from './records.js';
import { readPhones, readSnapshot } from './snapshot.js';
import type { Stop } from './stop.js';

const PASS_MS = 2000;
const MOST_PAUSE_MS = 60_000;
/** Looking may take this part of the time, on lists that grow. */
const MOST_SHARE = 0.1;
const REPORT_TRIES = 3;
const REPORT_AGAIN_MS = 300;
const STRANDED_MS = 20_000;
/** What a replay loses at the beginning of its window by the time that it takes to log in. */
const REPLAY_SLACK_MS = 10_000;
/** The soak's own server does not clean its tables by itself. */
const VACUUM_MS = 60_000;

export interface CheckParts {
  readonly groups: readonly SoakGroup[];
  readonly client: StoreClient;
  readonly gateway: GatewayLife;
  readonly records: Records;
  readonly dialedFile: string;
  readonly verdicts: Verdicts;
  readonly random: () => number;
  readonly vacuums: boolean;
  readonly stop: Stop;
}

interface Acknowledged {
  readonly table: string;
  readonly phone: string;
  readonly result: number;
}

/** Looks at the store, the journal, the calls and what desktops were told, again and again. */
export class Checks {
  readonly counts = { passes: 0, skipped: 0, dialed: 0, tenures: 0, notifications: 0, lostOnTheWay: 0, directLines: 0, directEvents: 0, results: 0 };
  readonly journal: JournalFold;
  readonly finals: FinalRecords;
  readonly kept: RecordsKept;
  readonly #audit = new Audit();
  readonly #dialed: DialedTail;
  #acknowledged: Acknowledged[] = [];
  #tenures: Tenure[] = [];
  #listenings: Listening[] = [];
  readonly #passes = new SerialQueue();
  /** How long the last reading of all took. */
  #snapshotMs = 0;
  #vacuumedAt = systemClock.now();

  constructor(private readonly parts: CheckParts) {
    this.journal = new JournalFold(parts.verdicts);
    this.finals = new FinalRecords(parts.verdicts);
    this.kept = new RecordsKept(parts.verdicts, STRANDED_MS);
    this.#dialed = new DialedTail(parts.dialedFile);
  }

  acknowledged(table: string, phone: string, result: number): void {
    this.#acknowledged.push({ table, phone, result });
  }

  tenureOver(tenure: Tenure): void {
    this.#tenures.push(tenure);
  }

  listeningOver(listening: Listening): void {
    this.#listenings.push(listening);
  }

  async run(): Promise<void> {
    const { stop } = this.parts;
    while (!stop.stopped) {
      await this.pass();
      await stop.pause(Math.min(MOST_PAUSE_MS, Math.max(PASS_MS, this.#snapshotMs / MOST_SHARE)));
    }
  }

  /** A look at everything that succeeds; none where it is told to stop. */
  async last(): Promise<void> {
    const { stop } = this.parts;
    while (!stop.stopped && !(await this.pass())) await stop.pause(PASS_MS);
  }

  /** One look at everything, behind one that is under way; answers false where the store was away, and it has to be done again. */
  pass(): Promise<boolean> {
    return this.#passes.run(() => this.#pass());
  }

  async #pass(): Promise<boolean> {
    try {
      await this.#snapshot();
      await this.#calls();
      await this.#results();
      await this.#report();
      await this.#vacuum();
      this.counts.passes += 1;
      return true;
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      this.counts.skipped += 1;
      return false;
    }
  }

  async #snapshot(): Promise<void> {
    const { client, groups, records, gateway } = this.parts;
    const before = new Map(groups.map(({ table }) => [table, { ...records.filled(table) }]));
    // more may be over while the store is read
    const over = { tenures: [...this.#tenures], listenings: [...this.#listenings] };
    const nowMs = systemClock.now();
    const snapshot = await readSnapshot(client, groups, this.journal.lastPosition);
    this.#snapshotMs = systemClock.now() - nowMs;
    this.journal.read(snapshot.journal);
    for (const group of snapshot.groups) this.journal.compare(group);
    this.kept.stranded(snapshot.stranded, nowMs, gateway.servingSince);
    for (const [table, asked] of before) this.kept.counted(table, snapshot.rowCounts.get(table) ?? 0, asked, records.filled(table));
    this.#tenures = this.#tenures.slice(over.tenures.length);
    this.#listenings = this.#listenings.slice(over.listenings.length);
    this.#told(over);
  }

  /** The journal has been read since these were over. */
  #told({ tenures, listenings }: { readonly tenures: readonly Tenure[]; readonly listenings: readonly Listening[] }): void {
    const { verdicts, groups } = this.parts;
    for (const tenure of tenures) {
      const { notifications, lostOnTheWay } = judgeTenure(tenure, { journal: this.journal, verdicts, replayMs: REPLAY_WINDOW_MS - REPLAY_SLACK_MS });
      this.counts.tenures += 1;
      this.counts.notifications += notifications;
      this.counts.lostOnTheWay += lostOnTheWay;
    }
    for (const listening of listenings) {
      this.counts.directLines += 1;
      this.counts.directEvents += judgeListening(listening, groups.map(({ dbid }) => dbid), this.journal, verdicts);
    }
  }

  async #calls(): Promise<void> {
    for (const change of await this.#audit.finals(this.parts.client)) this.finals.changed(change);
    for (const { phone, at } of await this.#audit.wentOut(this.parts.client)) this.finals.wentOut(phone, at);
    for (const { what, phone, at } of await this.#dialed.next()) {
      if (what !== 'place') continue;
      this.counts.dialed += 1;
      this.finals.wentOut(phone ?? '', at);
    }
  }

  async #results(): Promise<void> {
    const asked = [...this.#acknowledged];
    for (const [table, results] of groupBy(asked, (one) => one.table)) {
      const found = new Map((await readPhones(this.parts.client, table, results.map(({ phone }) => phone))).map((row) => [row.phone, row]));
      for (const { phone, result } of results) this.kept.acknowledged({ phone, acknowledged: result, found: found.get(phone) });
    }
    this.counts.results += asked.length;
    this.#acknowledged = this.#acknowledged.slice(asked.length);
  }

  /** Compares what HTTP says of one group, where nothing happened to it meanwhile. What has just been committed it may say a moment later. */
  async #report(): Promise<void> {
    const { client, groups, random, stop } = this.parts;
    const dbid = groups[Math.floor(random() * groups.length)]?.dbid ?? 0;
    for (let left = REPORT_TRIES; left > 0; left -= 1) {
      const before = await this.#lastOf(client, dbid);
      const state = await this.#reportedState(dbid);
      const after = await this.#lastOf(client, dbid);
      if (state === undefined || before !== after || before > this.journal.lastPosition) return;
      if (left > 1 && !this.journal.agrees(dbid, state)) await stop.pause(REPORT_AGAIN_MS);
      else return this.journal.compareReport(dbid, state);
    }
  }

  /** Undefined while the gateway, or its store, is away. */
  async #reportedState(dbid: number): Promise<string | undefined> {
    const { ports } = this.parts.gateway;
    if (ports === undefined) return undefined;
    try {
      // an error has no state
      return ((await groupReport({ ports }, dbid)) as Partial<GroupReport>).state;
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  async #lastOf(client: StoreClient, dbid: number): Promise<number> {
    const [row] = await client.query<{ last: number }>('SELECT coalesce(max(position), 0) AS last FROM ocm_journal WHERE group_dbid = $1', [dbid]);
    return row?.last ?? 0;
  }

  async #vacuum(): Promise<void> {
    const { client, groups, vacuums } = this.parts;
    if (!vacuums || systemClock.now() - this.#vacuumedAt < VACUUM_MS) return;
    this.#vacuumedAt = systemClock.now();
    for (const table of [...groups.map((group) => group.table), 'ocm_hand_out', 'ocm_campaign_group', 'ocm_agent_login', 'ocm_gateway', 'soak_final', 'soak_out']) {
      await client.query(`VACUUM (ANALYZE, SKIP_LOCKED) ${quoteName(table)}`);
    }
  }
}
