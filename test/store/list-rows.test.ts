import { expect } from 'chai';
import { takeAccount } from '../../src/service/list-account.js';
import { type HandOutAsk, insertHandOuts } from '../../src/store/statements/hand-outs.js';
import { countForeign, type EndedRow, releaseChains, releaseUnheld, selectChains, writeEndedRows } from '../../src/store/statements/list-rows.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { runningGroup } from './group-support.js';
import { fill, listOf, NOW, type Row, rowsOf, ZONES } from './support.js';

const OURS = 156;
const RETRIEVED: Row = { record_status: 2, app_id: OURS, campaign_id: 101, group_id: 732 };

function endedRow(recordId: number, change: Partial<EndedRow> = {}): EndedRow {
  return {
    recordId, chainId: recordId, status: 3, callResult: 33, agentId: '1001', callTimeSeconds: 1000, attempts: 1, customFields: {}, recordType: null, dialSchedTime: null,
    treatments: null, others: 'chainUpdated', nextDueAt: null, ...change,
  };
}

const ask = (recordId: number): HandOutAsk => ({
  groupDbid: 1001, campaignId: 101, groupId: 732, session: 'session-1', recordId, phone: `555-${recordId}`, agentId: '1001', attemptGuid: `guid-${recordId}`,
});

describeOnStores('rows of a list', (openTestStore) => {
  let store: TestStore;
  before(async () => {
    store = await openTestStore();
    await runningGroup(store.client);
  });
  after(() => store.close());
  const list = listOf();

  it('become final with what came of them, many in one statement', async () => {
    await fill(store.client, list, [{ ...RETRIEVED, attempt: 2 }, { ...RETRIEVED, call_result: 6, call_time: 7 }, RETRIEVED]);
    const written = await writeEndedRows(store.client, list, OURS, [endedRow(1), endedRow(2, { status: 6, callResult: null, callTimeSeconds: null, attempts: 0, agentId: '1002' })]);
    expect(written).to.equal(2);
    expect(await rowsOf(store.client, list, 'record_status', 'call_result', 'agent_id', 'call_time', 'attempt')).to.deep.equal([
      { record_status: 3, call_result: 33, agent_id: '1001', call_time: 1000, attempt: 3 },
      { record_status: 6, call_result: 6, agent_id: '1002', call_time: 7, attempt: 0 },
      { record_status: 2, call_result: null, agent_id: null, call_time: null, attempt: 0 },
    ]);
  });

  it('take the others of their chain with them, but for those that are final', async () => {
    await fill(store.client, list, [
      { ...RETRIEVED, chain_id: 1 }, { ...RETRIEVED, chain_id: 1, chain_n: 1 }, { ...RETRIEVED, chain_id: 1, chain_n: 2, record_status: 5 }, { ...RETRIEVED, chain_id: 4 },
    ]);
    await writeEndedRows(store.client, list, OURS, [endedRow(1)]);
    expect((await rowsOf(store.client, list, 'record_status')).map((row) => row['record_status'])).to.deep.equal([3, 7, 5, 2]);
  });

  it('are left where another application holds them, or nobody', async () => {
    const rows: Row[] = [{ ...RETRIEVED, app_id: 99 }, { record_status: 1 }, { record_status: 3, call_result: 6 }];
    await fill(store.client, list, rows);
    expect(await writeEndedRows(store.client, list, OURS, [endedRow(1), endedRow(2), endedRow(3)])).to.equal(0);
    expect((await rowsOf(store.client, list, 'call_result')).map((row) => row['call_result'])).to.deep.equal([null, null, 6]);
  });

  it('take custom fields of every type; what is not named stays, what is null is emptied', async () => {
    const custom = listOf({
      table: 'cl_custom',
      customFields: [
        { name: 'name', type: 'varchar', length: 20 }, { name: 'age', type: 'int' }, { name: 'score', type: 'float' }, { name: 'born', type: 'datetime' }, { name: 'Mood', type: 'char', length: 3 },
      ],
    });
    await fill(store.client, custom, [RETRIEVED, RETRIEVED]);
    await store.client.query(`UPDATE cl_custom SET name = 'before', age = 1, mood = 'sad'`, []);
    const fields = { name: `O'Neil "x" \\`, age: 42, score: -0.5, born: '2000-02-29 10:00:00', Mood: null };
    await writeEndedRows(store.client, custom, OURS, [endedRow(1, { customFields: fields }), endedRow(2, { customFields: { age: 2 } })]);
    const found = await store.client.query(`SELECT name, age, score, born::text, mood FROM cl_custom ORDER BY record_id`, []);
    expect(found).to.deep.equal([
      { name: `O'Neil "x" \\`, age: 42, score: -0.5, born: '2000-02-29 10:00:00', mood: null },
      { name: 'before', age: 2, score: null, born: null, mood: 'sad' },
    ]);
  });

  const READY_AGAIN = { record_status: 1, campaign_id: null, group_id: null, app_id: null };
  const columns = ['record_status', 'campaign_id', 'group_id', 'app_id'] as const;

  it('go back to Ready by chains', async () => {
    await fill(store.client, list, [{ ...RETRIEVED, chain_id: 1 }, { ...RETRIEVED, chain_id: 1, chain_n: 1 }, RETRIEVED, { ...RETRIEVED, app_id: 99 }, { ...RETRIEVED, record_status: 3 }]);
    await releaseChains(store.client, list, OURS, [1, 4, 5]);
    const found = await rowsOf(store.client, list, ...columns);
    expect(found.slice(0, 2)).to.deep.equal([READY_AGAIN, READY_AGAIN]);
    expect(found.slice(2).map((row) => row['record_status'])).to.deep.equal([2, 2, 3]);
  });

  it('go back to Ready where nobody has them in hand: all, those of a group, some chains of a group', async () => {
    const statuses = async (): Promise<unknown[]> => (await rowsOf(store.client, list, 'record_status')).map((row) => row['record_status']);
    const rows: Row[] = [
      { ...RETRIEVED, chain_id: 1 }, { ...RETRIEVED, chain_id: 1, chain_n: 1 }, RETRIEVED, { ...RETRIEVED, group_id: 733 }, { ...RETRIEVED, app_id: 99 }, { ...RETRIEVED },
    ];
    await fill(store.client, list, rows);
    expect(await insertHandOuts(store.client, list, OURS, [ask(1)], NOW, ZONES)).to.have.length(1);
    const group = { campaignId: 101, groupId: 732 };
    expect(await releaseUnheld(store.client, list, OURS, { ...group, chainIds: [1, 3, 4] })).to.equal(1);
    expect(await statuses(), 'chain 1 is in hand').to.deep.equal([2, 2, 1, 2, 2, 2]);
    expect(await releaseUnheld(store.client, list, OURS, group)).to.equal(1);
    expect(await statuses()).to.deep.equal([2, 2, 1, 2, 2, 1]);
    expect(await releaseUnheld(store.client, list, OURS)).to.equal(1);
    expect(await statuses(), 'what another application has is left to it').to.deep.equal([2, 2, 1, 1, 2, 1]);
    await store.client.query('DELETE FROM ocm_hand_out', []);
  });

  it('are read back as chains, and counted', async () => {
    await fill(store.client, list, [{ ...RETRIEVED, chain_id: 9, chain_n: 1 }, { ...RETRIEVED, chain_id: 9 }, { record_status: 3 }, {}, { record_status: 2, app_id: 99 }, { record_status: 2, app_id: null }]);
    expect((await selectChains(store.client, list, [{ chain_id: 9, record_id: 2 }])).map((row) => row.record_id)).to.deep.equal([2, 1]);
    expect(await takeAccount(store.client, list, NOW, ZONES)).to.deep.include({ ready: 1, retrieved: 4, final: 1, total: 6 });
    expect(await countForeign(store.client, list, OURS)).to.have.deep.members([{ app_id: 99, count: 1 }, { app_id: null, count: 1 }]);
  });
});
