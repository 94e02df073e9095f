import { expect } from 'chai';
import { ListAccounts } from '../../src/service/list-account.js';
import type { StoreClient } from '../../src/store/client.js';
import type { AccountRow } from '../../src/store/statements/account-list.js';
import { listOf, NOW, ZONES } from '../store/support.js';
import { ManualClock } from '../support/manual-clock.js';

describe('service/list-account', () => {
  let total: number;
  let taken: number;
  let away: boolean;
  let clock: ManualClock;
  let accounts: ListAccounts;
  beforeEach(() => {
    total = 19_999;
    taken = 0;
    away = false;
    clock = new ManualClock(NOW);
    accounts = new ListAccounts({ client, clock, zonesAt: () => [...ZONES] });
  });

  /** A store with one list, whose rows are alike and come in one step. */
  const client = {
    query(text: string, params: readonly unknown[]): Promise<readonly AccountRow[]> {
      if (away) return Promise.reject(new Error('away'));
      if (text.includes('record_id IS NULL')) taken += 1;
      const rest = text.includes('record_id IS NULL') || Number(params.at(-1)) > 0;
      return Promise.resolve(rest ? [] : [{ status: 1, app_id: null, reason: null, count: total, next: null, last: 1 }]);
    },
  } as unknown as StoreClient;

  const ready = async () => (await accounts.of(listOf())).ready;

  it('of a small list is always taken', async () => {
    expect(await ready()).to.equal(19_999);
    total = 5;
    expect(await ready()).to.equal(5);
  });

  it('of a large list is given again for five seconds, however many ask', async () => {
    total = 20_000;
    expect(await ready()).to.equal(20_000);
    total = 30_000;
    clock.advance(4_999);
    expect(await ready()).to.equal(20_000);
    clock.advance(1);
    taken = 0;
    expect(await Promise.all([ready(), ready(), ready()])).to.deep.equal([30_000, 30_000, 30_000]);
    expect(taken).to.equal(1);
    total = 5;
    clock.advance(5_000);
    expect(await ready()).to.equal(5);
    total = 6;
    expect(await ready(), 'it is small now').to.equal(6);
  });

  it('that could not be taken is not given again', async () => {
    total = 20_000;
    await ready();
    clock.advance(5_000);
    away = true;
    expect(await ready().catch((error: unknown) => String(error))).to.equal('Error: away');
    away = false;
    expect(await ready()).to.equal(20_000);
  });
});
