import { divide, type Owed } from '../campaign/retrieval.js';
import type { Chain, RecordData } from '../record/chain.js';
import type { Sql } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { ownedTransaction } from '../store/owner.js';
import type { RecordRow } from '../store/record-row.js';
import { takeChains } from '../store/statements/take-chains.js';
import { groupBy } from '../util/group-by.js';
import { type GroupContext, openListsOf, sessionOf, takerOf } from './group-context.js';
import { listTable, zoneTimes } from './runtime.js';

/** The last retrieval, for the group's report. Times in milliseconds. */
export interface RetrievalReport {
  readonly at: number;
  readonly records: number;
  readonly error?: string;
}

/** In one retrieval so many records of a list are looked at, each time so many times as many. */
const LOOK_AT_MOST = 5000;
const LOOK_FARTHER = 8;
/** Behind rows that somebody else has locked: those cost a look and no writing, and are there again at the next one. */
const LOOK_PAST_LOCKED = 200_000;

/**
 * Retrieves chains for one campaign group. The store is asked beside the mailbox, so that nobody
 * waits for it; what it answers comes back through the mailbox, and counts only if the group has been
 * running all the while (an end of the run has put the rows back in its own transaction).
 */
export class Retriever {
  #run = 0;
  #inFlight: number | undefined;
  #owed: Owed = new Map();
  /** The last retrieval found less than it asked for: the next is by timer or when a list changes. */
  #dry = false;
  /** A list may have got something since the retrieval under way began: what it has not found may be there by now. */
  #changedMeanwhile = false;
  /** The retrieval met forbidden numbers, and has not seen what is behind them. */
  #behindForbidden = false;
  last: RetrievalReport | undefined;
  /** Resolves when no retrieval is under way. */
  settled: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: GroupContext,
    private readonly arrived: (chains: Chain[]) => void,
  ) {}

  get inFlight(): boolean {
    return this.#inFlight === this.#run;
  }

  /** The end of a run: whatever is on its way belongs to it and is not ours any more. */
  reset(): void {
    this.#run += 1;
    this.#dry = false;
    this.#owed = new Map();
  }

  /** A list may have something again. */
  wet(): void {
    this.#dry = false;
    this.#changedMeanwhile = true;
  }

  /** Asks for that many chains, unless one retrieval is under way or the last found the lists dry. */
  want(chains: number): void {
    const session = sessionOf(this.context.state());
    if (chains <= 0 || this.inFlight || this.#dry || session === undefined) return;
    const run = this.#run;
    this.#inFlight = run;
    this.#changedMeanwhile = false;
    const sinceMs = this.context.runtime.clock.now();
    const settle = (job: () => void): void =>
      this.context.post(() => {
        if (this.#inFlight === run) this.#inFlight = undefined;
        if (run === this.#run) job();
      });
    this.settled = this.#retrieve(session, chains).then(
      (found) => {
        const { runtime, group } = this.context;
        runtime.measures.took('retrieval', group.dbid, runtime.clock.now() - sinceMs);
        settle(() => this.#found(chains, found));
      },
      (error: unknown) => settle(() => this.#failed(error)),
    );
  }

  #found(asked: number, chains: Chain[]): void {
    this.#dry = chains.length < asked && !this.#behindForbidden && !this.#changedMeanwhile;
    this.last = { at: this.context.runtime.clock.now(), records: chains.reduce((sum, chain) => sum + chain.records.length, 0) };
    this.arrived(chains);
  }

  #failed(error: unknown): void {
    this.#dry = true;
    this.last = { at: this.context.runtime.clock.now(), records: 0, error: error instanceof Error ? error.message : String(error) };
    this.context.doubt(error);
  }

  async #retrieve(session: string, need: number): Promise<Chain[]> {
    const { runtime, group } = this.context;
    const weights = group.campaign.lists.map(({ list, weight }) => ({ dbid: list.dbid, weight }));
    const { shares, owed } = divide(need, weights, this.#owed);
    this.#owed = owed;
    this.#behindForbidden = false;
    return ownedTransaction(runtime.client, runtime.owner, async (sql) => {
      const running = await sql.query('SELECT 1 FROM ocm_campaign_group WHERE dbid = $1 AND session = $2 AND status = 5 FOR SHARE', [
        group.dbid,
        session,
      ]);
      if (running.length === 0) return [];
      const found: Chain[] = [];
      for (const share of shares) found.push(...(await this.#take(sql, listTable(runtime, share.dbid), share.chains)));
      // what a list could not give of its share the others give, heaviest first as configured
      for (const list of openListsOf(this.context)) {
        if (found.length < need) found.push(...(await this.#take(sql, list, need - found.length)));
      }
      return found;
    });
  }

  /**
   * Looks farther while there is more behind what was met and could not be taken: numbers that are forbidden, rows that
   * somebody else has locked. What is then still behind is left to the next retrieval.
   */
  async #take(sql: Sql, list: ListTable, chains: number): Promise<Chain[]> {
    if (chains === 0) return [];
    const { runtime } = this.context;
    const nowMs = runtime.clock.now();
    const zones = zoneTimes(runtime.deployment, nowMs);
    const taker = { ...takerOf(this.context), appId: runtime.owner.serverDbid };
    const found: Chain[] = [];
    let farthest = LOOK_AT_MOST;
    for (let look = chains; found.length < chains && look <= farthest; look *= LOOK_FARTHER) {
      const taken = await takeChains(sql, list, taker, { chains: chains - found.length, look }, nowMs, zones);
      found.push(...toChains(taken.rows));
      if (taken.looked < look) break;
      this.#behindForbidden ||= taken.forbidden > 0;
      farthest = taken.locked > look / 2 ? LOOK_PAST_LOCKED : LOOK_AT_MOST;
    }
    return found;
  }
}

/** Rows of whole chains, in order, as chains. */
export function toChains(rows: readonly RecordRow[]): Chain[] {
  return [...groupBy(rows, (row) => row.chain_id).values()].flatMap((ofChain) => {
    const [first, ...others] = ofChain;
    if (first === undefined) return [];
    return [
      {
        listDbid: first.list_dbid,
        chainId: first.chain_id,
        urgency: first.urgency,
        records: [toRecord(first), ...others.map(toRecord)],
      },
    ];
  });
}

/** A row as the engine holds it. */
export function toRecord(row: RecordRow): RecordData {
  return {
    recordId: row.record_id,
    chainN: row.chain_n,
    recordType: row.record_type,
    phone: row.contact_info,
    callResult: row.call_result,
    attempt: row.attempt ?? 0,
    zoneDbid: row.tz_dbid,
    dialSchedTime: row.dial_sched_time,
    treatments: row.treatments,
    agentId: row.agent_id,
    customFields: row.custom,
  };
}
