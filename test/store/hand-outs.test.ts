import { expect } from 'chai';
import {
  anyHandOut, deleteEndedHandOuts, endHandOuts, endHandOutsOfGroup, endStrandedHandOuts, type HandOutAsk, type HandOutRow, insertHandOuts, selectEndedHandOut,
  selectOpenHandOutsOfGroup,
} from '../../src/store/statements/hand-outs.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { runningGroup, setGroup } from './group-support.js';
import { fill, forbid, HOUR, listOf, NOW, type Row, ZONES } from './support.js';

const OURS = 156;
const RETRIEVED: Row = { record_status: 2, app_id: OURS, campaign_id: 101, group_id: 732 };
const list = listOf({ doNotCall: 'dnc' });

function ask(recordId: number, change: Partial<HandOutAsk> = {}): HandOutAsk {
  return { groupDbid: 1001, campaignId: 101, groupId: 732, session: 'session-1', recordId, phone: `555-${recordId}`, agentId: '1001', attemptGuid: `guid-${recordId}`, ...change };
}

describeOnStores('handing out', (openTestStore) => {
  let store: TestStore;
  before(async () => {
    store = await openTestStore();
    await forbid(store.client, 'dnc', ['666']);
    await runningGroup(store.client);
  });
  after(() => store.close());
  beforeEach(() => store.client.query('DELETE FROM ocm_hand_out', []));

  const insert = (...asks: HandOutAsk[]): Promise<HandOutRow[]> => insertHandOuts(store.client, list, OURS, asks, NOW, ZONES);

  it('writes who has what, under a handle of its own', async () => {
    await fill(store.client, list, [{ ...RETRIEVED, attempt: 3 }, { ...RETRIEVED, chain_id: 8 }]);
    const rows = await insert(ask(1), ask(2, { agentId: '1002' }));
    expect(rows).to.have.length(2);
    const [first, second] = rows.toSorted((a, b) => a.record_id - b.record_id);
    expect(first).to.deep.equal({
      handle: first?.handle, group_dbid: 1001, session: 'session-1', list_dbid: 501, chain_id: 1, record_id: 1, agent_id: '1001', attempt: 3,
      attempt_guid: 'guid-1', call_result: null, handed_at: NOW, call_state: null,
    });
    expect(second).to.include({ chain_id: 8, agent_id: '1002', attempt: 0 });
    expect(second?.handle).to.not.equal(first?.handle);
    expect(await anyHandOut(store.client, 1001, 'session-1')).to.equal(true);
    expect(await selectOpenHandOutsOfGroup(store.client, 1001)).to.deep.equal(rows.toSorted((a, b) => a.handle - b.handle));
  });

  const NOT_NOW: readonly (readonly [what: string, row: Row])[] = [
    ['whose window has closed', { ...RETRIEVED, tz_dbid: 1, daily_from: 0, daily_till: HOUR }],
    ['whose zone is unknown', { ...RETRIEVED, tz_dbid: 99 }],
    ['whose number is forbidden by now', { ...RETRIEVED, contact_info: '666' }],
    ['that is Ready again', { record_status: 1 }],
    ['that is final by now', { ...RETRIEVED, record_status: 3 }],
    ['that another application has', { ...RETRIEVED, app_id: 99 }],
    ['that another group has', { ...RETRIEVED, group_id: 733 }],
    ['that another campaign has', { ...RETRIEVED, campaign_id: 102 }],
  ];
  for (const [what, row] of NOT_NOW) {
    it(`leaves out a record ${what}, and no other`, async () => {
      await fill(store.client, list, [row, RETRIEVED]);
      expect((await insert(ask(1), ask(2))).map(({ record_id }) => record_id)).to.deep.equal([2]);
    });
  }

  it('takes a record out of schedule: that was asked when it was retrieved', async () => {
    await fill(store.client, list, [{ ...RETRIEVED, dial_sched_time: NOW / 1000 + 60, attempt: 99 }]);
    expect(await insert(ask(1))).to.have.length(1);
  });

  it('is over with the session, and with dialing', async () => {
    await fill(store.client, list, [RETRIEVED]);
    expect(await insert(ask(1, { session: 'session-0' }))).to.deep.equal([]);
    for (const status of [0, 1, 4]) {
      await setGroup(store.client, 'session-1', status);
      expect(await insert(ask(1)), `status ${status}`).to.deep.equal([]);
    }
    await setGroup(store.client, 'session-1', 5);
    expect(await insert(ask(1))).to.have.length(1);
  });

  it('gives a chain into one hand only, asked together or one after the other', async () => {
    await fill(store.client, list, [{ ...RETRIEVED, chain_id: 1 }, { ...RETRIEVED, chain_id: 1, chain_n: 1 }]);
    const [only, ...others] = await insert(ask(1), ask(1, { agentId: '1002', attemptGuid: 'b' }), ask(2, { attemptGuid: 'c' }));
    expect(others).to.deep.equal([]);
    expect(await insert(ask(1, { attemptGuid: 'd' }))).to.deep.equal([]);
    await endHandOuts(store.client, [{ handle: only?.handle ?? 0, ending: null, endResult: null }], NOW);
    expect(await insert(ask(1, { attemptGuid: 'e' })), 'back, and out again').to.have.length(1);
  });

  it('ends once, and the end is remembered', async () => {
    await fill(store.client, list, [RETRIEVED, RETRIEVED]);
    const [a, b] = await insert(ask(1), ask(2));
    if (a === undefined || b === undefined) throw new Error('they were not handed out');
    const end = { handle: a.handle, ending: 'content', endResult: 33, acknowledgment: 'Done' };
    expect((await endHandOuts(store.client, [end, { handle: 999_999, ending: 'x', endResult: 0 }], NOW + 5)).map(({ handle }) => handle)).to.deep.equal([a.handle]);
    expect(await endHandOuts(store.client, [{ ...end, ending: 'other' }], NOW + 6)).to.deep.equal([]);
    expect(await selectEndedHandOut(store.client, a.handle)).to.deep.equal({ ...a, ended_at: NOW + 5, ending: 'content', end_result: 33, acknowledgment: 'Done' });
    expect(await selectEndedHandOut(store.client, b.handle), 'still out').to.equal(undefined);
    expect(await endHandOutsOfGroup(store.client, 1001, NOW + 7)).to.deep.equal([b]);
    expect(await anyHandOut(store.client, 1001, 'session-1')).to.equal(false);
  });

  it('is forgotten some time after its end, by the server whose it was', async () => {
    await fill(store.client, list, [RETRIEVED, RETRIEVED, RETRIEVED]);
    const [a, b] = await insert(ask(1), ask(2), ask(3));
    if (a === undefined || b === undefined) throw new Error('they were not handed out');
    await endHandOuts(store.client, [{ handle: a.handle, ending: null, endResult: null }], NOW - 10);
    await endHandOuts(store.client, [{ handle: b.handle, ending: null, endResult: null }], NOW);
    const handles = async (): Promise<number> => (await store.client.query('SELECT 1 FROM ocm_hand_out', [])).length;
    await deleteEndedHandOuts(store.client, 157, NOW);
    expect(await handles()).to.equal(3);
    await deleteEndedHandOuts(store.client, OURS, NOW);
    expect(await handles(), 'the last is still out').to.equal(2);
    expect(await selectEndedHandOut(store.client, b.handle)).to.not.equal(undefined);
  });

  it('is stranded without its group, its list or its agent', async () => {
    await fill(store.client, list, [RETRIEVED, RETRIEVED]);
    const rows = await insert(ask(1), ask(2, { agentId: '1002' }));
    const handles = new Map(rows.map((row) => [row.agent_id, row.handle]));
    const strand = async (server: number, group: number, ofList: number, agents: string[]): Promise<number[]> =>
      (await endStrandedHandOuts(store.client, server, [{ group, list: ofList }], agents.map((agentId) => ({ group, agentId })), NOW)).map(({ handle }) => handle);
    expect(await strand(OURS, 1001, 501, ['1001', '1002'])).to.deep.equal([]);
    expect(await strand(157, 1002, 502, []), 'of another server').to.deep.equal([]);
    expect(await strand(OURS, 1001, 501, ['1001'])).to.deep.equal([handles.get('1002')]);
    expect(await strand(OURS, 1001, 502, ['1001']), 'the list is not in the group\'s campaign any more').to.deep.equal([handles.get('1001')]);
  });
});
