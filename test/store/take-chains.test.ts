import { expect } from 'chai';
import type { ListTable } from '../../src/store/list-table.js';
import { finalizeForbidden } from '../../src/store/statements/finalize-forbidden.js';
import { type Probed, probe } from '../../src/store/statements/probe.js';
import { takeChains } from '../../src/store/statements/take-chains.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { addRows, fill, forbid, listOf, NOW, NOW_SECONDS, type Row, rowsOf, ZONES } from './support.js';

const TAKER = { campaignId: 101, groupId: 732, appId: 156 };

describeOnStores('retrieval', (openTestStore) => {
  let store: TestStore;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());

  const look = (list: ListTable, chains: number) => takeChains(store.client, list, TAKER, { chains, look: chains }, NOW, ZONES);
  const take = async (list: ListTable, chains: number): Promise<number[]> => (await look(list, chains)).rows.map((row) => row.record_id);

  describe('retrieving', () => {
    it('goes callbacks, rescheduled, general; inside of each by record_id', async () => {
      const list = listOf();
      const types = [2, 3, 6, 2, 5, 4, 6];
      await fill(store.client, list, types.map((record_type) => ({ record_type })));
      const { rows } = await look(list, 100);
      expect(rows.map((row) => [row.record_id, row.urgency])).to.deep.equal([[3, 0], [5, 0], [7, 0], [2, 1], [6, 1], [1, 2], [4, 2]]);
    });

    it('goes by the order of the filter before record_id, and behind urgency', async () => {
      const list = listOf({ filter: { where: 'switch_id > 0', order: 'switch_id DESC, agent_id' } });
      await fill(store.client, list, [
        { switch_id: 1 }, { switch_id: 9, agent_id: 'b' }, { switch_id: 9, agent_id: 'a' }, { switch_id: 1, record_type: 6 }, { switch_id: 9, agent_id: 'a' }, { switch_id: 0 },
      ]);
      expect(await take(list, 100)).to.deep.equal([4, 3, 5, 2, 1]);
    });

    it('gives what is personal, but names nobody, to anybody', async () => {
      const list = listOf();
      await fill(store.client, list, [{ record_type: 4, agent_id: '' }, { record_type: 5, agent_id: null }, { record_type: 5, agent_id: 'a' }]);
      expect((await look(list, 100)).rows.map((row) => [row.record_id, row.agent_id])).to.deep.equal([[2, null], [1, null]]);
    });

    it('takes whole chains, as many as asked, their rows in order, the one to dial first', async () => {
      const list = listOf();
      await fill(store.client, list, [
        { record_id: 1, chain_id: 7, chain_n: 2 }, { record_id: 2, chain_id: 7, chain_n: 1 }, { record_id: 3, chain_id: 7, chain_n: 0, record_status: 3 },
        { record_id: 4, chain_id: 8 }, { record_id: 5, chain_id: 9 },
      ]);
      expect(await take(list, 2), 'two chains: the final row of the first stays where it is').to.deep.equal([2, 1, 4]);
      expect(await rowsOf(store.client, list, 'record_id', 'record_status', 'campaign_id', 'group_id', 'app_id')).to.deep.equal([
        { record_id: 1, record_status: 2, campaign_id: 101, group_id: 732, app_id: 156 },
        { record_id: 2, record_status: 2, campaign_id: 101, group_id: 732, app_id: 156 },
        { record_id: 3, record_status: 3, campaign_id: null, group_id: null, app_id: null },
        { record_id: 4, record_status: 2, campaign_id: 101, group_id: 732, app_id: 156 },
        { record_id: 5, record_status: 1, campaign_id: null, group_id: null, app_id: null },
      ]);
      expect(await take(list, 2)).to.deep.equal([5]);
      expect(await take(list, 2)).to.deep.equal([]);
    });

    it('takes chains in the order of their first rows, also where a later row has the smaller id', async () => {
      const list = listOf();
      await fill(store.client, list, [
        { record_id: 1, chain_id: 8, chain_n: 1 }, { record_id: 2, chain_id: 9 }, { record_id: 3, chain_id: 8, chain_n: 0 },
      ]);
      expect(await take(list, 100)).to.deep.equal([2, 3, 1]);
    });

    it('leaves what another application has retrieved', async () => {
      const list = listOf();
      await fill(store.client, list, [{ record_status: 2, app_id: 99, campaign_id: 1, group_id: 1 }, {}]);
      expect(await take(list, 100)).to.deep.equal([2]);
      expect(await rowsOf(store.client, list, 'record_id', 'app_id')).to.deep.equal([{ record_id: 1, app_id: 99 }, { record_id: 2, app_id: 156 }]);
    });

    it('answers what a desktop is told, custom fields among it', async () => {
      const list = listOf({ table: 'cl_custom', customFields: [{ name: 'Customer_Name', type: 'varchar' }, { name: 'age', type: 'int' }] });
      await fill(store.client, list, [{ contact_info: '555-1', contact_info_type: 4, call_result: 6, attempt: 2, tz_dbid: 1, agent_id: '1001' }]);
      await store.client.query(`UPDATE cl_custom SET customer_name = 'Ada', age = NULL`, []);
      const [row] = (await look(list, 1)).rows;
      expect(row).to.deep.include({
        list_dbid: 501, record_id: 1, chain_id: 1, chain_n: 0, record_type: 2, contact_info: '555-1', contact_info_type: 4, call_result: 6, attempt: 2, tz_dbid: 1,
        agent_id: '1001', custom: { Customer_Name: 'Ada', age: null },
      });
    });

    it('answers custom fields of char(n) without the blanks that fill them up', async () => {
      const list = listOf({ table: 'cl_padded', customFields: [{ name: 'customer_name', type: 'varchar' }, { name: 'code', type: 'char', length: 9 }] });
      await fill(store.client, list, [{}]);
      await store.client.query(`ALTER TABLE cl_padded ALTER COLUMN customer_name TYPE char(20)`, []);
      await store.client.query(`UPDATE cl_padded SET customer_name = 'Ada L.', code = 'X 1'`, []);
      expect((await look(list, 1)).rows[0]?.custom).to.deep.equal({ customer_name: 'Ada L.', code: 'X 1' });
    });
  });

  describe('numbers on the do-not-call list', () => {
    const list = listOf({ doNotCall: 'dnc' });

    it('are made final when their records are due, and no others', async () => {
      await forbid(store.client, 'dnc', ['666', '667']);
      await fill(store.client, list, [
        { contact_info: '666' }, { contact_info: '667', dial_sched_time: NOW_SECONDS + 60 }, { contact_info: '555' }, { contact_info: '666', record_status: 3, call_result: 33 },
      ]);
      expect(await finalizeForbidden(store.client, list, NOW, ZONES)).to.equal(1);
      expect(await rowsOf(store.client, list, 'record_status', 'call_result', 'record_type')).to.deep.equal([
        { record_status: 3, call_result: 51, record_type: 7 },
        { record_status: 1, call_result: null, record_type: 2 },
        { record_status: 1, call_result: null, record_type: 2 },
        { record_status: 3, call_result: 33, record_type: 2 },
      ]);
    });

    it('make way for the next row of their chain', async () => {
      await forbid(store.client, 'dnc', ['666']);
      await fill(store.client, list, [{ contact_info: '666', chain_id: 1, chain_n: 0 }, { chain_id: 1, chain_n: 1 }]);
      expect(await look(list, 1)).to.deep.equal({ rows: [], looked: 1, forbidden: 1, locked: 0 });
      expect(await take(list, 1)).to.deep.equal([2]);
    });

    it('are nobody\'s business where no list is configured', async () => {
      await fill(store.client, listOf(), [{ contact_info: '666' }]);
      expect(await finalizeForbidden(store.client, listOf(), NOW, ZONES)).to.equal(0);
    });
  });

  describe('the probe', () => {
    before(() => forbid(store.client, 'dnc', ['666']));

    const spring = listOf({ doNotCall: 'dnc' });
    const autumn = listOf({ dbid: 502, name: 'Autumn', table: 'cl_autumn', doNotCall: 'dnc' });

    async function probed(inSpring: Row[], inAutumn: Row[], untilMs?: number): Promise<Probed> {
      await fill(store.client, spring, []);
      await fill(store.client, autumn, []);
      await addRows(store.client, spring, inSpring);
      await addRows(store.client, autumn, inAutumn);
      return probe(store.client, [spring, autumn], NOW, ZONES, untilMs);
    }

    const LATER: Row = { dial_sched_time: NOW_SECONDS + 60 };

    it('finds something due in any of the lists', async () => {
      expect(await probed([], [])).to.equal('nothing');
      expect(await probed([{}], [])).to.equal('left');
      expect(await probed([{ record_status: 3 }], [{}])).to.equal('left');
      expect(await probe(store.client, [], NOW, ZONES)).to.equal('nothing');
    });

    it('leaves out what is on the do-not-call list, final, retrieved, or later', async () => {
      expect(await probed([{ contact_info: '666' }], [{ record_status: 2 }, { record_status: 3 }, LATER])).to.equal('nothing');
    });

    it('counts what is scheduled up to the horizon where it is told one, to the second', async () => {
      expect(await probed([], [LATER], NOW + 60_000)).to.equal('left');
      expect(await probed([], [LATER], NOW + 59_999)).to.equal('nothing');
      expect(await probed([], [{ ...LATER, contact_info: '666' }], NOW + 60_000)).to.equal('nothing');
      expect(await probed([], [{ ...LATER, tz_dbid: 99 }], NOW + 60_000)).to.equal('nothing');
      expect(await probed([], [{ ...LATER, attempt: 10 }], NOW + 60_000)).to.equal('nothing');
      expect(await probed([], [{ ...LATER, daily_from: 0, daily_till: 1, tz_dbid: 1 }], NOW + 60_000), 'its window may be open by then').to.equal('left');
      expect(await probed([{}], [], NOW)).to.equal('left');
    });
  });
});
