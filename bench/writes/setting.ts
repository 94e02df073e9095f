import type { StoreClient } from '../../src/store/client.js';
import type { ListTable, ZoneTime } from '../../src/store/list-table.js';
import { migrate } from '../../src/store/migrate.js';
import { claimOwnership, type Owner } from '../../src/store/owner.js';
import { createDoNotCallTable, createMissingTable } from '../../src/store/statements/create-list.js';
import { insertMissingGroups } from '../../src/store/statements/groups.js';
import type { Taker } from '../../src/store/statements/take-chains.js';

export const NOW_MS = 1_800_000_000_000;
export const SERVER = 156;
export const GROUP = 1001;
export const SESSION = '00000000-0000-4000-8000-000000000001';
export const TAKER: Taker = { campaignId: 101, groupId: 732, appId: SERVER };
/** It is noon in all of them. */
export const ZONES: readonly ZoneTime[] = Array.from({ length: 8 }, (_, index) => ({ dbid: 101 + index, secondOfDay: 12 * 3600 }));

export const LIST: ListTable = {
  dbid: 501, name: 'Spring', table: 'cl_spring', maxAttempts: 10, fromSeconds: 8 * 3600, untilSeconds: 20 * 3600, customFields: [], doNotCall: 'dnc',
};

/** A running group over a list of Ready records, each a chain of its own and due. */
export async function prepare(client: StoreClient, records: number): Promise<Owner> {
  await migrate(client);
  const owner = await claimOwnership(client, SERVER, 'a benchmark', NOW_MS);
  await insertMissingGroups(client, SERVER, [GROUP]);
  await client.query('UPDATE ocm_campaign_group SET status = 5, session = $1 WHERE dbid = $2', [SESSION, GROUP]);
  await createDoNotCallTable(client, 'dnc');
  await createMissingTable(client, LIST);
  await client.query(
    `INSERT INTO ${LIST.table} (record_id, contact_info, record_type, record_status, attempt, tz_dbid, chain_id, chain_n)
     SELECT i, '555' || i, 2, 1, 0, 101 + i % 8, i, 0 FROM generate_series(1, $1::int) i`,
    [records],
  );
  await client.query('VACUUM ANALYZE');
  return owner;
}
