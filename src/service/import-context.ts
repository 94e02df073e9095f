import type { Sql, StoreClient } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import type { Clock } from '../util/clock.js';
import { ImportInterrupted, type RejectedRow } from './import-errors.js';

/** What the steps of one import share. */
export interface ImportContext {
  readonly client: StoreClient;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly list: ListTable;
  readonly importId: number;
  /** Takes a row that is wrong, or throws. */
  readonly reject: (row: RejectedRow) => void;
  /** Whether the gateway stops: an import ends at its next step then. */
  readonly stopping: () => boolean;
}

/**
 * One short step of an import, committed by itself. The embedded store does one thing at a time, so a step
 * is as long as what agents do may have to wait.
 */
export async function step<T>({ client, owner, stopping }: ImportContext, fn: (sql: Sql) => Promise<T>): Promise<T> {
  if (stopping()) throw new ImportInterrupted();
  return ownedTransaction(client, owner, fn);
}
