import type { Sql, StoreClient } from '../store/client.js';
import type { ListTable, ZoneTime } from '../store/list-table.js';
import { accountOf } from '../store/statements/account-list.js';
import type { Clock } from '../util/clock.js';
import { SharedQueue } from '../util/shared-queue.js';

/** Why Ready rows are not due -> how many. */
export type NotDue = Readonly<Record<string, number>>;

/** Rows by status. Final is every status but Ready and Retrieved. */
export interface RecordCounts {
  readonly ready: number;
  readonly retrieved: number;
  readonly final: number;
  readonly total: number;
}

/** What is in a list. */
export interface ListAccount extends RecordCounts {
  /** Of the Ready ones. */
  readonly due: number;
  /** Ready records that are not due, by the first reason that applies. */
  readonly notDue: NotDue;
  /** When the first Ready record is due that only waits for its time, in seconds since the epoch; null: there is none. */
  readonly next: number | null;
  /** app_id -> how many it has Retrieved; null: the rows do not say. */
  readonly retrievedBy: ReadonlyMap<number | null, number>;
}

/** Takes the account of a list in short steps: nobody waits long for the store because of it, however long the list is. Throws StoreAway. */
export async function takeAccount(sql: Sql, list: ListTable, nowMs: number, zones: readonly ZoneTime[]): Promise<ListAccount> {
  const counts = { ready: 0, retrieved: 0, final: 0, total: 0, due: 0 };
  const notDue: Record<string, number> = {};
  const retrievedBy = new Map<number | null, number>();
  let next: number | null = null;
  for await (const row of accountOf(sql, list, nowMs, zones)) {
    counts.total += row.count;
    if (row.status === 1) {
      counts.ready += row.count;
      if (row.reason === null) counts.due += row.count;
      else notDue[row.reason] = (notDue[row.reason] ?? 0) + row.count;
      if (row.next !== null) next = Math.min(next ?? row.next, row.next);
    } else if (row.status === 2) {
      counts.retrieved += row.count;
      retrievedBy.set(row.app_id, (retrievedBy.get(row.app_id) ?? 0) + row.count);
    } else counts.final += row.count;
  }
  return { ...counts, notDue, next, retrievedBy };
}

/** From so many rows on the account of a list is work, */
const LARGE = 20_000;
/** and is given again for so long. */
const KEPT_MS = 5_000;

/** Accounts for those who look at campaign groups, who may be many and may look often. */
export class ListAccounts {
  /** One after the other: whoever looks at many groups takes the store from nobody else. */
  readonly #takes = new SharedQueue<ListAccount>();
  /** Of large lists, by their DBID. */
  readonly #kept = new Map<number, { readonly at: number; readonly account: Promise<ListAccount> }>();

  constructor(private readonly parts: { readonly client: StoreClient; readonly clock: Clock; readonly zonesAt: (nowMs: number) => ZoneTime[] }) {}

  /** The account of a list; that of a large one may be some seconds old. Throws StoreAway. */
  async of(list: ListTable): Promise<ListAccount> {
    const { clock } = this.parts;
    const kept = this.#kept.get(list.dbid);
    if (kept !== undefined && clock.now() - kept.at < KEPT_MS) return kept.account;
    const account = this.#takes.run(String(list.dbid), () => this.#take(list));
    // what was large is, most likely: who asks meanwhile waits for the same
    if (kept !== undefined) this.#kept.set(list.dbid, { at: Infinity, account });
    try {
      const { total } = await account;
      if (total >= LARGE) this.#kept.set(list.dbid, { at: clock.now(), account });
      else this.#kept.delete(list.dbid);
    } catch (error) {
      this.#kept.delete(list.dbid);
      throw error;
    }
    return account;
  }

  #take(list: ListTable): Promise<ListAccount> {
    const { client, clock, zonesAt } = this.parts;
    const nowMs = clock.now();
    return takeAccount(client, list, nowMs, zonesAt(nowMs));
  }
}
