import { expect } from 'chai';
import { ListCounter } from '../../src/service/list-counter.js';
import type { Sql, StoreClient } from '../../src/store/client.js';
import { addRows, fill, listOf, NOW } from '../store/support.js';
import { silentLog, type TestStore } from '../support/engine.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeOnStores } from '../support/stores.js';

const spring = listOf();
const autumn = listOf({ dbid: 502, name: 'Autumn', table: 'cl_autumn' });

describeOnStores('how many records lists have', (openTestStore) => {
  let store: TestStore;
  let clock: ManualClock;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => void (clock = new ManualClock(NOW)));

  const countsOf = (client: Sql, lists = [spring], warnings: string[] = []): ListCounter =>
    new ListCounter(client as StoreClient, new Map(lists.map((list) => [list.dbid, list])), clock, { ...silentLog, warn: (message) => void warnings.push(message) });

  it('is counted in short steps, whatever the rows are, and anew only when it is old', async () => {
    const brought = listOf({ table: 'brought' });
    await store.client.query('CREATE TABLE brought (record_id integer, record_status integer)');
    await store.client.query(`INSERT INTO brought (record_id, record_status)
      SELECT CASE WHEN n > 9 THEN n - 10 END, CASE n % 4 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 3 END FROM generate_series(1, 9010) n`);
    const asked: string[] = [];
    const counts = countsOf({ query: (text, params) => (asked.push(text), store.client.query(text, params)) }, [brought]);
    expect(counts.latest(), 'nothing is known yet, and nobody waits').to.deep.equal([]);
    await counts.settled();
    const first = { list: 'Spring', ready: 2252, retrieved: 2253, final: 4505, countedAt: NOW };
    expect(counts.latest()).to.deep.equal([first]);
    expect(asked.length, 'rows without a record_id, and three steps').to.equal(4);

    await store.client.query('INSERT INTO brought VALUES (20000, 1)');
    clock.advance(14_999);
    counts.latest();
    await counts.settled();
    expect(counts.latest()).to.deep.equal([first]);
    clock.advance(1);
    counts.latest();
    await counts.settled();
    expect(counts.latest()).to.deep.equal([{ ...first, ready: 2253, countedAt: NOW + 15_000 }]);
  });

  it('leaves the store alone between two steps, nine times as long as a step took', async () => {
    await fill(store.client, spring, [{}, {}]);
    let steps = 0;
    const slow: Sql = {
      query: async (text, params) => {
        const rows = await store.client.query(text, params);
        steps += 1;
        clock.advance(10);
        return rows as never;
      },
    };
    const counts = countsOf(slow);
    counts.latest();
    const seen: number[] = [];
    while (counts.latest().length === 0) {
      if (clock.pending === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
      else {
        seen.push(steps);
        clock.advance(89);
        expect(clock.pending, 'still at rest').to.equal(1);
        clock.advance(1);
      }
    }
    expect(seen).to.deep.equal([1, 2]);
  });

  it('keeps the old figures of a list that cannot be counted, says so, and goes on with the others', async () => {
    await fill(store.client, spring, [{}]);
    await fill(store.client, autumn, [{}, { record_status: 3 }]);
    const warnings: string[] = [];
    const counts = countsOf(store.client, [spring, autumn], warnings);
    counts.latest();
    await counts.settled();
    await store.client.query('DROP TABLE cl_spring');
    await addRows(store.client, autumn, [{ record_id: 3 }]);
    clock.advance(15_000);
    counts.latest();
    await counts.settled();
    expect(counts.latest().map(({ list, ready, countedAt }) => [list, ready, countedAt - NOW])).to.deep.equal([['Spring', 1, 0], ['Autumn', 2, 15_000]]);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.contain('Spring');
  });

  it('ends in the middle when it is told to stop', async () => {
    await fill(store.client, spring, [{}]);
    const counts = countsOf({ query: async (text, params) => (clock.advance(10), store.client.query(text, params)) });
    counts.latest();
    while (clock.pending === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
    await counts.stop();
    clock.advance(15_000);
    expect(counts.latest()).to.deep.equal([]);
    await counts.settled();
  });
});
