import { expect } from 'chai';
import type { ListTable } from '../../src/store/list-table.js';
import { finalizeMissed } from '../../src/store/statements/missed-callbacks.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { fill, forbid, HOUR, listOf, NOW, NOW_SECONDS, type Row, rowsOf, ZONES } from './support.js';

const MISSED = 8;
const READY = 1;
const WAIT_SECONDS = 60;

const callback = (row: Row = {}): Row => ({ record_type: 5, agent_id: '1002', dial_sched_time: NOW_SECONDS - WAIT_SECONDS, ...row });

describeOnStores('personal callbacks without their agent', (openTestStore) => {
  let store: TestStore;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());

  const list = listOf({ table: 'cl_missed' });

  /** What is missed of `rows` when 1001 is there, 1003 has been gone for ten seconds and everybody else for an hour. */
  async function missed(of: ListTable, rows: readonly Row[]): Promise<unknown[]> {
    await fill(store.client, of, rows);
    const absent = [{ agentId: '1003', sinceSeconds: NOW_SECONDS - 10 }];
    const who = { present: ['1001'], absent, sinceSeconds: NOW_SECONDS - HOUR, waitSeconds: WAIT_SECONDS };
    const count = await finalizeMissed(store.client, of, who, NOW, ZONES);
    const states = (await rowsOf(store.client, of, 'record_status')).map((row) => row['record_status']);
    expect(states.filter((state) => state !== READY), 'as many as it answers').to.have.length(count);
    return states;
  }

  it('are missed when they have been due for the wait, with the rest of their chain', async () => {
    const rows = [callback({ chain_id: 1 }), { chain_id: 1, chain_n: 1 }, callback({ dial_sched_time: NOW_SECONDS - WAIT_SECONDS + 1 }), callback({ dial_sched_time: null, record_type: 4 })];
    expect(await missed(list, rows)).to.deep.equal([MISSED, 7, READY, MISSED]);
  });

  it('wait while their agent is there, and from when it was gone', async () => {
    expect(await missed(list, ['1001', '1002', '1003', ''].map((agent_id) => callback({ agent_id })))).to.deep.equal([READY, MISSED, READY, READY]);
  });

  it('are not missed outside of their window, or without a zone that is known', async () => {
    const window = { daily_from: 9 * HOUR, daily_till: 17 * HOUR };
    const rows = [callback({ tz_dbid: 1, ...window }), callback({ tz_dbid: 2, ...window }), callback({ tz_dbid: 3, ...window }), callback({ tz_dbid: 9 })];
    expect(await missed(list, rows)).to.deep.equal([MISSED, READY, READY, READY]);
  });

  it('are not missed when their attempts are used up, or when the filter of the list leaves them out', async () => {
    expect(await missed(list, [callback({ attempt: 9 }), callback({ attempt: 10 })])).to.deep.equal([MISSED, READY]);
    expect(await missed(listOf({ table: 'cl_missed', filter: { where: 'switch_id > 0' } }), [callback({ switch_id: 1 }), callback({ switch_id: 0 }), callback()])).to.deep.equal([
      MISSED, READY, READY,
    ]);
  });

  it('are not missed behind another of their chain, nor while that is in hand: it stays what it was', async () => {
    const rows = [
      { chain_id: 1 }, callback({ chain_id: 1, chain_n: 1 }),
      { chain_id: 3, record_status: 2 }, callback({ chain_id: 3, chain_n: 1 }),
      { chain_id: 5, record_status: 3 }, callback({ chain_id: 5, chain_n: 1 }),
    ];
    await fill(store.client, list, rows);
    const who = { present: [], absent: [], sinceSeconds: 0, waitSeconds: WAIT_SECONDS };
    expect(await finalizeMissed(store.client, list, who, NOW, ZONES)).to.equal(1);
    expect((await rowsOf(store.client, list, 'record_status')).map((row) => row['record_status'])).to.deep.equal([1, 1, 2, 1, 3, MISSED]);
  });

  it('are missed also where their number is on the do-not-call list', async () => {
    await forbid(store.client, 'dnc_missed', ['555-1']);
    expect(await missed(listOf({ table: 'cl_missed', doNotCall: 'dnc_missed' }), [callback()])).to.deep.equal([MISSED]);
  });
});
