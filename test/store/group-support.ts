import type { Sql, StoreClient } from '../../src/store/client.js';
import { claimOwnership, type Owner } from '../../src/store/owner.js';
import { insertMissingGroups, lockGroup, updateGroup } from '../../src/store/statements/groups.js';

const RUNNING = 5;

/** Campaign group 1001 of server 156, in session-1 and Running unless another status is given. */
export async function runningGroup(client: StoreClient, status = RUNNING): Promise<Owner> {
  const owner = await claimOwnership(client, 156, 'a test', 0);
  await insertMissingGroups(client, 156, [1001]);
  await setGroup(client, 'session-1', status);
  return owner;
}

export async function setGroup(sql: Sql, session: string, status: number): Promise<void> {
  const row = await lockGroup(sql, 156, 1001);
  if (row === undefined) throw new Error('there is no group 1001');
  await updateGroup(sql, { ...row, session, status });
}
