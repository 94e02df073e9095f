import { CallResult, RecordStatus, RecordType } from '../../protocol/dictionary/enumerations.js';
import type { Ending, Forbidden } from '../record/hand-out.js';
import type { Sql } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { ownedTransaction } from '../store/owner.js';
import { type Closing, closeRecords, type RecordsOf, selectWaiting, type WaitingRow } from '../store/statements/close-records.js';
import { forbid, forbidRecords } from '../store/statements/do-not-call.js';
import { lockHandOutsExclusive, lockListShared } from '../store/statements/list-lock.js';
import { releaseUnheld } from '../store/statements/list-rows.js';
import { refused } from './refused.js';
import type { UserEventRefusal } from './ports.js';
import type { Runtime } from './runtime.js';

/** Why a record is closed: what it is written as, and whether its number goes on the do-not-call list. */
export type CloseKind = 'cancel' | 'doNotCall';

const CLOSINGS: Readonly<Record<CloseKind, Closing>> = {
  cancel: { status: RecordStatus.Cancelled, callResult: CallResult.CancelRecord, recordType: null },
  doNotCall: { status: RecordStatus.Updated, callResult: CallResult.DoNotCall, recordType: RecordType.NoCall },
};

/** How a record in hand is closed; alone, the rest of its chain goes on. */
export function closingOf(kind: CloseKind, { wholeChain, customerId, campaignId }: Forbidden): Ending {
  const { recordType, ...closing } = CLOSINGS[kind];
  const written = {
    ...closing,
    ...(recordType !== null && { recordType }),
    ...(kind === 'doNotCall' && { forbids: { wholeChain, customerId, campaignId } }),
    attempts: 0,
    calledAt: null,
    customFields: {},
  };
  return wholeChain ? { kind: 'final', marksChain: true, ...written } : { kind: 'next', dueAtSeconds: null, ...written };
}

/** A wish to close what waits of a number or a customer. */
export interface CloseOrder {
  readonly kind: CloseKind;
  readonly agentId: string;
  readonly of: RecordsOf;
  /** With a number: forbidden beside it. */
  readonly customerId: string | null;
  readonly wholeChain: boolean;
  /** Lists that are looked through. */
  readonly listDbids: readonly number[];
  readonly campaignId: number | null;
}

/** What was closed. */
export interface Closed {
  readonly kind: 'closed';
  /** Records in the agent's own hands, which are still to be ended. */
  readonly handles: readonly number[];
  /** Chains that whoever has them buffered no longer has. */
  readonly chains: readonly { readonly listDbid: number; readonly chainIds: readonly number[] }[];
}

/**
 * Closes, in one commit, every record of a number or customer that waits in these lists. Of chains that
 * were retrieved and are in nobody's hands the rest is Ready again. To cancel what another agent has in
 * hand is refused, and nothing is changed then; a do-not-call request is taken in any case, and leaves
 * with an agent what it has.
 */
export async function closeWaiting(runtime: Runtime, order: CloseOrder): Promise<Closed | UserEventRefusal> {
  const { client, owner, log } = runtime;
  try {
    return await ownedTransaction(client, owner, async (sql) => {
      const found: { readonly list: ListTable; readonly rows: readonly WaitingRow[] }[] = [];
      for (const dbid of order.listDbids.toSorted((a, b) => a - b)) {
        const list = runtime.lists.get(dbid);
        if (list === undefined) continue;
        await lockListShared(sql, dbid);
        await lockHandOutsExclusive(sql, dbid);
        const rows = await selectWaiting(sql, list, owner.serverDbid, order.of);
        if (rows.length > 0) found.push({ list, rows });
      }
      const touched = found.flatMap(({ rows }) => rows.filter((row) => row.handle !== null && (order.wholeChain || row.held_record_id === row.record_id)));
      const theirs = touched.find((row) => row.held_by !== order.agentId);
      if (order.kind === 'cancel' && theirs?.handle !== undefined && theirs.handle !== null) {
        return refused('RecordNotWithAgent', `record ${theirs.handle} is with another agent`, theirs.handle);
      }
      await forbidThem(sql, runtime, order, found);
      const chains: { listDbid: number; chainIds: number[] }[] = [];
      for (const { list, rows } of found) {
        const chainIds = [...new Set(rows.flatMap((row) => row.chain_id ?? []))];
        const which = { recordIds: rows.map((row) => row.record_id), chainIds: order.wholeChain ? chainIds : [] };
        await closeRecords(sql, list, owner.serverDbid, which, CLOSINGS[order.kind]);
        await releaseUnheld(sql, list, owner.serverDbid, { chainIds });
        chains.push({ listDbid: list.dbid, chainIds });
      }
      const own = touched.flatMap((row) => (row.held_by === order.agentId && row.handle !== null ? [row.handle] : []));
      return { kind: 'closed', handles: [...new Set(own)], chains };
    });
  } catch (error) {
    log.error(`records could not be closed: ${error instanceof Error ? error.message : String(error)}`);
    return refused('StoreAway', 'the store is away, try again');
  }
}

/** Beside what is asked for by name, a whole chain forbids every number in it. */
async function forbidThem(
  sql: Sql,
  { clock, deployment }: Runtime,
  { kind, of, customerId, wholeChain, campaignId }: CloseOrder,
  found: readonly { readonly list: ListTable; readonly rows: readonly WaitingRow[] }[],
): Promise<void> {
  if (kind !== 'doNotCall') return;
  const by = { campaignId, atSeconds: Math.floor(clock.now() / 1000) };
  const named = 'phone' in of ? { phone: of.phone, customerId } : { phone: null, customerId: of.customerId };
  await forbid(sql, deployment.doNotCall.table, { ...named, ...by });
  if (!wholeChain) return;
  for (const { list, rows } of found) {
    const records = rows.map((row) => ({ recordId: row.record_id, chainId: row.chain_id ?? 0, wholeChain: row.chain_id !== null, customerId: null, ...by }));
    await forbidRecords(sql, list, records);
  }
}
