import type { Sql, StoreClient } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import type { Clock } from '../util/clock.js';
import { ImportInterrupted, type RejectedRow } from './import-errors.js';
import type { ImportPace } from './import-pace.js';

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
  /** A pace for steps of one kind, which has seen none yet. */
  readonly pace: () => ImportPace;
}

/**
 * One short step of an import, committed by itself. The embedded store does one thing at a time, so a step
 * is as long as what agents do may have to wait; they go before the next one.
 */
export async function step<T>({ client, owner, stopping }: ImportContext, fn: (sql: Sql) => Promise<T>): Promise<T> {
  if (stopping()) throw new ImportInterrupted();
  return ownedTransaction(client, owner, fn, { background: true });
}

/** A step of so many rows, by whose time the pace goes; answers, or throws, when the next may begin. */
export async function pacedStep<T>(context: ImportContext, pace: ImportPace, rows: number, fn: (sql: Sql) => Promise<T>): Promise<T> {
  const { clock } = context;
  // what others keep it waiting for before it begins is not its own
  let beganMs: number | undefined;
  try {
    return await step(context, (sql) => {
      beganMs = clock.now();
      return fn(sql);
    });
  } finally {
    if (beganMs !== undefined) await pace.took(rows, clock.now() - beganMs);
  }
}
