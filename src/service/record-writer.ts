import type { Ending, HandOut } from '../record/hand-out.js';
import { StatementFailed, type Sql, type StoreClient } from '../store/client.js';
import type { ListTable, ZoneTime } from '../store/list-table.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import { shareGroups } from '../store/statements/groups.js';
import { endHandOuts, type HandOutAsk, type HandOutRow, insertHandOuts } from '../store/statements/hand-outs.js';
import { groupBy } from '../util/group-by.js';
import { type FinalRow, releaseChains, writeFinalRows } from '../store/statements/list-rows.js';

interface Deferred<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

interface HandOutJob extends Deferred<HandOutRow | undefined> {
  readonly kind: 'handOut';
  readonly list: ListTable;
  readonly ask: HandOutAsk;
}

interface EndJob extends Deferred<boolean> {
  readonly kind: 'end';
  readonly list: ListTable;
  readonly handOut: HandOut;
  readonly ending: Ending;
  readonly endedBy: string | null;
}

type Job = HandOutJob | EndJob;

/**
 * Writes what happens to records, many in one commit: what is asked for while a commit is under way
 * goes into the next one together, so that no result waits for a timer and each is acknowledged only
 * after its own commit.
 */
export class RecordWriter {
  #queued: Job[] = [];
  #flushing: Promise<void> | undefined;

  constructor(
    private readonly client: StoreClient,
    private readonly owner: Owner,
    private readonly now: () => number,
    private readonly zones: (nowMs: number) => ZoneTime[],
  ) {}

  /**
   * Hands a retrieved record to an agent, durably. Undefined: it may not be dialed at this moment,
   * or the group's session has ended. Throws StoreAway or OwnershipLost.
   */
  handOut(list: ListTable, ask: HandOutAsk): Promise<HandOutRow | undefined> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: 'handOut', list, ask, resolve, reject }));
  }

  /**
   * Ends a record in hand. False: it had been ended before. `endedBy` is the content of the request
   * that ends it, null where none does. Throws StoreAway or OwnershipLost.
   */
  end(list: ListTable, handOut: HandOut, ending: Ending, endedBy: string | null): Promise<boolean> {
    return new Promise((resolve, reject) => this.#enqueue({ kind: 'end', list, handOut, ending, endedBy, resolve, reject }));
  }

  /** Resolves when everything asked for so far has been answered. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  #enqueue(job: Job): void {
    this.#queued.push(job);
    this.#flushing ??= this.#flush();
  }

  async #flush(): Promise<void> {
    while (this.#queued.length > 0) {
      const batch = this.#queued.splice(0);
      try {
        await this.#write(batch);
      } catch (error) {
        await this.#failed(batch, error);
      }
    }
    // in the turn that saw the queue empty: a job that came between would wait for the next one
    this.#flushing = undefined;
  }

  /** A statement that the store refused fails alone: the others of its batch are written without it. */
  async #failed(batch: readonly Job[], error: unknown): Promise<void> {
    if (!(error instanceof StatementFailed) || batch.length === 1) {
      for (const job of batch) job.reject(error);
      return;
    }
    for (const job of batch) await this.#write([job]).catch((alone: unknown) => job.reject(alone));
  }

  async #write(batch: readonly Job[]): Promise<void> {
    const handOuts = batch.filter((job) => job.kind === 'handOut');
    const ends = batch.filter((job) => job.kind === 'end');
    const nowMs = this.now();
    const { handed, ended } = await ownedTransaction(this.client, this.owner, async (sql) => {
      await shareGroups(sql, [...new Set(batch.map(groupOf))]);
      return { handed: await this.#writeHandOuts(sql, handOuts, nowMs), ended: await this.#writeEnds(sql, ends, nowMs) };
    });
    for (const job of handOuts) job.resolve(handed.get(job.ask.attemptGuid));
    for (const job of ends) job.resolve(ended.has(job));
  }

  async #writeHandOuts(sql: Sql, jobs: readonly HandOutJob[], nowMs: number): Promise<Map<string, HandOutRow>> {
    const handed = new Map<string, HandOutRow>();
    for (const [list, asked] of byList(jobs)) {
      const asks = asked.map((job) => job.ask);
      const rows = await insertHandOuts(sql, list, this.owner.serverDbid, asks, nowMs, this.zones(nowMs));
      for (const row of rows) handed.set(row.attempt_guid, row);
    }
    return handed;
  }

  /** Answers the jobs that ended their record; of several for one record that is the first. */
  async #writeEnds(sql: Sql, jobs: readonly EndJob[], nowMs: number): Promise<Set<EndJob>> {
    if (jobs.length === 0) return new Set();
    const firsts = [...groupBy(jobs, (job) => job.handOut.handle).values()].flatMap(([first]) => first ?? []);
    const rows = await endHandOuts(
      sql,
      firsts.map(({ handOut, ending, endedBy }) => ({
        handle: handOut.handle,
        ending: endedBy,
        endResult: ending.kind === 'final' ? ending.callResult : handOut.callResult,
      })),
      nowMs,
    );
    const handles = new Set(rows.map((row) => row.handle));
    const ended = new Set(firsts.filter((job) => handles.has(job.handOut.handle)));
    for (const [list, asked] of byList([...ended])) {
      await this.#writeRows(sql, list, asked);
    }
    return ended;
  }

  async #writeRows(sql: Sql, list: ListTable, jobs: readonly EndJob[]): Promise<void> {
    const finals = jobs.flatMap(({ handOut, ending }) => (ending.kind === 'final' ? [finalRow(handOut, ending)] : []));
    const back = jobs.filter(({ ending }) => ending.kind === 'ready').map(({ handOut }) => handOut.chain.chainId);
    if (finals.length > 0) await writeFinalRows(sql, list, this.owner.serverDbid, finals);
    if (back.length > 0) await releaseChains(sql, list, this.owner.serverDbid, back);
  }
}

/** A record's last row: who had it and what came of it. */
export function finalRow(handOut: HandOut, ending: Extract<Ending, { kind: 'final' }>): FinalRow {
  return {
    recordId: handOut.chain.records[0].recordId,
    chainId: handOut.chain.chainId,
    status: ending.status,
    callResult: ending.callResult,
    agentId: handOut.agentId,
    callTimeSeconds: ending.calledAt === null ? null : Math.floor(ending.calledAt / 1000),
    attempts: ending.attempts,
    customFields: ending.customFields,
  };
}

function groupOf(job: Job): number {
  return job.kind === 'handOut' ? job.ask.groupDbid : job.handOut.groupDbid;
}

function byList<J extends Job>(jobs: readonly J[]): Map<ListTable, J[]> {
  return groupBy(jobs, (job) => job.list);
}
