import { expect } from 'chai';
import { OwnershipLost, StatementFailed } from '../../src/store/client.js';
import { claimOwnership, ownedTransaction } from '../../src/store/owner.js';
import { deleteAgentLogin, recoverAgentLogins, updateAgentLost, upsertAgentLogin } from '../../src/store/statements/agent-logins.js';
import { insertMissingGroups, lockGroup, selectGroups, updateGroup } from '../../src/store/statements/groups.js';
import { insertJournal, selectJournalAfter, selectJournalSince, selectLastPosition } from '../../src/store/statements/journal.js';
import { deleteKnownList, selectKnownLists, upsertKnownList } from '../../src/store/statements/known-lists.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';

describeOnStores('what a gateway owns', (openTestStore) => {
  let store: TestStore;
  before(async () => {
    store = await openTestStore();
    await store.client.query('CREATE TABLE written (n integer)', []);
  });
  after(() => store.close());

  it('is written by the last who claimed it, and by nobody else', async () => {
    const first = await claimOwnership(store.client, 156, 'first', 0);
    await ownedTransaction(store.client, first, (sql) => sql.query('INSERT INTO written VALUES (1)', []));
    const second = await claimOwnership(store.client, 156, 'second', 1);
    expect(second.epoch).to.be.greaterThan(first.epoch);
    const late = ownedTransaction(store.client, first, (sql) => sql.query('INSERT INTO written VALUES (2)', []));
    expect(await late.catch((error: unknown) => error)).to.be.instanceOf(OwnershipLost);
    await ownedTransaction(store.client, second, (sql) => sql.query('INSERT INTO written VALUES (3)', []));
    expect(await store.client.query('SELECT n FROM written ORDER BY n', [])).to.deep.equal([{ n: 1 }, { n: 3 }]);
  });

  it('is not written by who has lost it, whatever was asked for beside the check', async () => {
    const first = await claimOwnership(store.client, 157, 'first', 0);
    await claimOwnership(store.client, 157, 'second', 1);
    const late = ownedTransaction(store.client, first, (sql) =>
      Promise.all([sql.query('INSERT INTO written VALUES (4)', []), sql.query('INSERT INTO nowhere VALUES (5)', []), sql.query('INSERT INTO written VALUES (6)', [])]),
    );
    expect(await late.catch((error: unknown) => error)).to.be.instanceOf(OwnershipLost);
    expect(await store.client.query('SELECT n FROM written WHERE n > 3', [])).to.deep.equal([]);
  });

  it('has nothing behind the end of a transaction that failed', async () => {
    const owner = await claimOwnership(store.client, 158, 'first', 0);
    let straggler: Promise<string> = Promise.resolve('');
    const failed = ownedTransaction(store.client, owner, (sql) => {
      const refused = sql.query('INSERT INTO nowhere VALUES (7)', []);
      const late = refused.catch(() => new Promise((resolve) => setImmediate(resolve))).then(() => sql.query('INSERT INTO written VALUES (8)', []));
      straggler = late.then(() => 'written', (error: Error) => error.message);
      return refused;
    });
    expect(await failed.catch((error: unknown) => error)).to.be.instanceOf(StatementFailed);
    expect(await straggler).to.match(/ended before this was asked: INSERT INTO written/);
    expect(await store.client.query('SELECT n FROM written WHERE n > 3', [])).to.deep.equal([]);
  });

  it('is written in the order in which it is asked for, awaited or not', async () => {
    const owner = await claimOwnership(store.client, 159, 'first', 0);
    await ownedTransaction(store.client, owner, async (sql) => {
      const asked = Array.from({ length: 20 }, (_, n) => sql.query(`INSERT INTO written SELECT 100 + ${n} + 0 * count(*) FROM written WHERE n >= 100 HAVING count(*) = ${n}`, n % 2 === 0 ? [] : undefined));
      await Promise.all(asked);
    });
    expect(await store.client.query('SELECT count(*) AS count FROM written WHERE n >= 100', [])).to.deep.equal([{ count: 20 }]);
    await store.client.query('DELETE FROM written WHERE n >= 100', []);
  });

  it('is nothing where nobody has claimed', async () => {
    const nobody = ownedTransaction(store.client, { serverDbid: 999, epoch: 1 }, () => Promise.resolve());
    expect(await nobody.catch((error: unknown) => error)).to.be.instanceOf(OwnershipLost);
  });

  it('is its own: two servers do not take each other\'s epoch', async () => {
    const ours = await claimOwnership(store.client, 200, 'ours', 0);
    await claimOwnership(store.client, 201, 'theirs', 0);
    expect(await ownedTransaction(store.client, ours, () => Promise.resolve('written'))).to.equal('written');
  });

  it('are campaign groups: a loaded one stays with its server, one that nobody loaded goes to who has it configured', async () => {
    await claimOwnership(store.client, 300, 'a', 0);
    await claimOwnership(store.client, 301, 'b', 0);
    const dbids = async (server: number): Promise<number[]> => (await selectGroups(store.client, server)).map((row) => row.dbid);
    await insertMissingGroups(store.client, 300, [1, 2]);
    const row = await lockGroup(store.client, 300, 1);
    if (row === undefined) throw new Error('the group was not made');
    await updateGroup(store.client, { ...row, status: 4, session: 's', last_number: 1, optimize_goal: 7 });
    await insertMissingGroups(store.client, 301, [1, 2, 3]);
    expect(await dbids(300)).to.deep.equal([1]);
    expect(await dbids(301)).to.deep.equal([2, 3]);
    expect(await lockGroup(store.client, 300, 1)).to.deep.include({ dbid: 1, status: 4, session: 's', last_number: 1, optimize_goal: 7 });
    expect(await lockGroup(store.client, 300, 99)).to.equal(undefined);
  });

  it('is a journal: positions rise over all groups, and it is read from a time or behind a position', async () => {
    await claimOwnership(store.client, 400, 'a', 0);
    await claimOwnership(store.client, 401, 'b', 0);
    await insertMissingGroups(store.client, 400, [11, 12]);
    await insertMissingGroups(store.client, 401, [13]);
    expect(await selectLastPosition(store.client)).to.equal(0);
    const event = { session: 's', kind: 'Started', status: 5, dial_mode: 3, optimize_by: 0, optimize_goal: null, forced: false, cause: 'a test' };
    const positions: number[] = [];
    for (const [group_dbid, at, number] of [[11, 100, 1], [12, 200, null], [11, 300, 2], [13, 300, 1]] as const) {
      const row = await insertJournal(store.client, { ...event, group_dbid, at, number });
      expect(row).to.deep.equal({ ...event, group_dbid, at, number, position: row.position });
      positions.push(row.position);
    }
    expect(positions).to.deep.equal(positions.toSorted((a, b) => a - b));
    expect(await selectLastPosition(store.client)).to.equal(positions.at(-1));
    const since = async (ms: number): Promise<number[]> => (await selectJournalSince(store.client, 400, ms)).map((row) => row.position);
    expect(await since(0)).to.deep.equal(positions.slice(0, 3));
    expect(await since(200)).to.deep.equal(positions.slice(1, 3));
    expect((await selectJournalAfter(store.client, 11, positions[0] ?? 0)).map((row) => row.number)).to.deep.equal([2]);
    const twice = insertJournal(store.client, { ...event, group_dbid: 11, at: 400, number: 2 });
    expect(await twice.catch((error: unknown) => error), 'a number of a session is given once').to.be.instanceOf(Error);
  });

  it('are logins: lost by a crash unless they were lost before, gone with a logout', async () => {
    await claimOwnership(store.client, 500, 'a', 0);
    const login = (agent_id: string, since: number) => upsertAgentLogin(store.client, 500, { agent_id, dn: `7${agent_id}`, since });
    await login('1', 10);
    await login('2', 20);
    await login('3', 30);
    await updateAgentLost(store.client, 500, '2', 25);
    await updateAgentLost(store.client, 500, '2', 99);
    await deleteAgentLogin(store.client, 500, '3');
    const recovered = await recoverAgentLogins(store.client, 500, 50);
    expect(recovered).to.have.deep.members([{ agent_id: '1', dn: '71', since: 10, lost_at: 50 }, { agent_id: '2', dn: '72', since: 20, lost_at: 25 }]);
    await login('2', 20);
    expect(await recoverAgentLogins(store.client, 500, 60), 'back, and lost anew').to.deep.include({ agent_id: '2', dn: '72', since: 20, lost_at: 60 });
    expect(await recoverAgentLogins(store.client, 501, 60)).to.deep.equal([]);
  });

  it('are lists it has served', async () => {
    await claimOwnership(store.client, 600, 'a', 0);
    await upsertKnownList(store.client, 600, { dbid: 2, name: 'Autumn', table_name: 'cl_autumn' });
    await upsertKnownList(store.client, 600, { dbid: 1, name: 'Spring', table_name: 'cl_spring' });
    await upsertKnownList(store.client, 600, { dbid: 2, name: 'Fall', table_name: 'cl_fall' });
    expect(await selectKnownLists(store.client, 600)).to.deep.equal([{ dbid: 1, name: 'Spring', table_name: 'cl_spring' }, { dbid: 2, name: 'Fall', table_name: 'cl_fall' }]);
    await deleteKnownList(store.client, 600, 1);
    expect(await selectKnownLists(store.client, 600)).to.have.length(1);
  });
});
