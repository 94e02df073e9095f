import { type FieldValue, recordColumns } from '../lists/record-fields.js';
import { defaultOf } from '../lists/record-values.js';
import { StatementFailed } from '../store/client.js';
import { ownedTransaction } from '../store/owner.js';
import { insertRecord, selectRoom } from '../store/statements/add-record.js';
import { lockListShared, lockRecordIds } from '../store/statements/list-lock.js';
import { refused } from './refused.js';
import type { UserEventRefusal } from './ports.js';
import type { Runtime } from './runtime.js';

const LARGEST_ID = 2_147_483_647;

/** A record for a list. */
export interface NewRecord {
  readonly listDbid: number;
  /** An existing chain to go behind; absent: a chain of its own. */
  readonly chainId: number | undefined;
  /** By the names of the list's columns; what is not there has its default, as in an import. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export interface AddedRecord {
  readonly kind: 'added';
  readonly chainId: number;
  readonly chainN: number;
  /** The row as it was written. */
  readonly row: Readonly<Record<string, FieldValue>>;
}

/**
 * Adds a record to a list, so that a completion sees it or comes before it (completion.md 2), and tells
 * the list's groups. Never throws: what cannot be done is a refusal.
 */
export async function addRecord(runtime: Runtime, { listDbid, chainId, fields }: NewRecord): Promise<AddedRecord | UserEventRefusal> {
  const list = runtime.lists.get(listDbid);
  if (list === undefined) return refused('BadValue', 'the table of this list cannot be used; the log says why');
  const columns = recordColumns(list.customFields);
  try {
    const added = await ownedTransaction(runtime.client, runtime.owner, async (sql) => {
      await lockListShared(sql, listDbid);
      await lockRecordIds(sql, listDbid);
      const { lastId, nextChainN } = await selectRoom(sql, list, chainId ?? null);
      if (chainId !== undefined && nextChainN === null) return refused('BadValue', `GSW_CHAIN_ID: list ${list.name} has no chain ${chainId}`);
      if (lastId >= LARGEST_ID) return refused('NotAllowed', `list ${list.name} has no record id left`);
      const place = { record_id: lastId + 1, chain_id: chainId ?? lastId + 1, chain_n: nextChainN ?? 0 };
      const row: Record<string, FieldValue> = Object.fromEntries(columns.map(({ name }) => [name, defaultOf(name)]));
      Object.assign(row, fields, place);
      await insertRecord(sql, list, columns.map(({ name }) => row[name] ?? null));
      return { kind: 'added' as const, chainId: place.chain_id, chainN: place.chain_n, row };
    });
    if (added.kind === 'added') runtime.listChanged(listDbid);
    return added;
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    runtime.log.error(`a record could not be added to calling list ${list.name}: ${what}`);
    if (error instanceof StatementFailed) return refused('BadValue', `the table of list ${list.name} does not take the record: ${what}`);
    return refused('StoreAway', 'the store is away, try again');
  }
}
