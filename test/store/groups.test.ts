import { expect } from 'chai';
import { claimOwnership, OWNER_LOCK } from '../../src/store/owner.js';
import { insertMissingGroups, lockGroup, selectGroups } from '../../src/store/statements/groups.js';
import { openTestStore, type TestStore } from '../support/engine.js';

describe('whose campaign groups are', () => {
  let store: TestStore;
  before(async () => void (store = await openTestStore('postgres')));
  after(() => store.close());

  const ours = async (serverDbid: number): Promise<number[]> => (await selectGroups(store.client, serverDbid)).map(({ dbid }) => dbid);

  it('stays with a gateway that is alive, and goes to who has it configured when that is gone', async () => {
    for (const server of [156, 157]) await claimOwnership(store.client, server, 'a test', 0);
    await insertMissingGroups(store.client, 157, [1001]);
    await store.client.session(async (alive) => {
      await alive.query('SELECT pg_advisory_lock($1, $2)', [OWNER_LOCK, 157]);
      await insertMissingGroups(store.client, 156, [1001, 1002]);
      expect([await ours(156), await ours(157)]).to.deep.equal([[1002], [1001]]);
      expect(await lockGroup(store.client, 156, 1001), 'nobody else changes it').to.equal(undefined);
      await alive.query('SELECT pg_advisory_unlock($1, $2)', [OWNER_LOCK, 157]);
    });
    await insertMissingGroups(store.client, 156, [1001, 1002]);
    expect([await ours(156), await ours(157)]).to.deep.equal([[1001, 1002], []]);
    expect((await lockGroup(store.client, 156, 1001))?.dbid).to.equal(1001);
  });
});
