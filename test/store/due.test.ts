import { expect } from 'chai';
import * as fc from 'fast-check';
import { due, dueParams, reasonNotDue, zoneJoin } from '../../src/store/due.js';
import { type ListTable, quoteName } from '../../src/store/list-table.js';
import { takeAccount } from '../../src/service/list-account.js';
import { probe } from '../../src/store/statements/probe.js';
import { takeChains } from '../../src/store/statements/take-chains.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { fill, forbid, HOUR, listOf, NOW, NOW_SECONDS, type Row, ZONES } from './support.js';

const DO_NOT_CALL = 'dnc';
const TAKER = { campaignId: 101, groupId: 732, appId: 156 };
const READY = 1;
const RETRIEVED = 2;
const UPDATED = 3;

/** One row and why it is not due; `due` where it is. */
type Case = readonly [what: string, row: Row, outcome: string, list?: Partial<ListTable>];

const CASES: readonly Case[] = [
  ['a fresh record', {}, 'due'],
  ['a record without anything that may be null', { attempt: 0, dial_sched_time: null, tz_dbid: null, daily_from: null, daily_till: null }, 'due'],

  ['General', { record_type: 2 }, 'due'],
  ['CampaignRescheduled', { record_type: 3 }, 'due'],
  ['PersonalRescheduled', { record_type: 4 }, 'due'],
  ['PersonalCallBack', { record_type: 5 }, 'due'],
  ['CampaignCallBack', { record_type: 6 }, 'due'],
  ['NoCall', { record_type: 7 }, 'recordType'],
  ['no type', { record_type: 0 }, 'recordType'],
  ['Unknown', { record_type: 1 }, 'recordType'],

  ['one attempt below maxAttempts', { attempt: 9 }, 'due'],
  ['maxAttempts', { attempt: 10 }, 'maxAttempts'],
  ['more than maxAttempts', { attempt: 11 }, 'maxAttempts'],
  ['one attempt of one', { attempt: 1 }, 'maxAttempts', { maxAttempts: 1 }],

  ['a schedule that is past', { dial_sched_time: NOW_SECONDS - 1 }, 'due'],
  ['a schedule of this second', { dial_sched_time: NOW_SECONDS }, 'due'],
  ['a schedule of the next second', { dial_sched_time: NOW_SECONDS + 1 }, 'scheduled'],
  ['a schedule of 0', { dial_sched_time: 0 }, 'due'],

  ['a window around noon at noon', { tz_dbid: 1, daily_from: 11 * HOUR, daily_till: 13 * HOUR }, 'due'],
  ['a window that opens this second', { tz_dbid: 1, daily_from: 12 * HOUR, daily_till: 13 * HOUR }, 'due'],
  ['a window that opens in a second', { tz_dbid: 1, daily_from: 12 * HOUR + 1, daily_till: 13 * HOUR }, 'window'],
  ['a window that closes in a second', { tz_dbid: 1, daily_from: 0, daily_till: 12 * HOUR + 1 }, 'due'],
  ['a window that closes this second', { tz_dbid: 1, daily_from: 0, daily_till: 12 * HOUR }, 'window'],
  ['a window of no length', { tz_dbid: 1, daily_from: 12 * HOUR, daily_till: 12 * HOUR }, 'window'],
  ['a window of all day', { tz_dbid: 1, daily_from: 0, daily_till: 24 * HOUR }, 'due'],
  ['a window across midnight at noon', { tz_dbid: 1, daily_from: 22 * HOUR, daily_till: 6 * HOUR }, 'window'],
  ['a window across midnight just before midnight', { tz_dbid: 2, daily_from: 22 * HOUR, daily_till: 6 * HOUR }, 'due'],
  ['a window across midnight at midnight', { tz_dbid: 3, daily_from: 22 * HOUR, daily_till: 6 * HOUR }, 'due'],
  ['a window across midnight that ends at midnight', { tz_dbid: 3, daily_from: 22 * HOUR, daily_till: 0 }, 'window'],
  ['a window until the end of the day, in its last second', { tz_dbid: 2, daily_from: 12 * HOUR, daily_till: 24 * HOUR }, 'due'],
  ['a window from midnight at midnight', { tz_dbid: 3, daily_from: 0, daily_till: 1 }, 'due'],

  ['no window, that of the list is open', { tz_dbid: 1 }, 'due', { fromSeconds: 9 * HOUR, untilSeconds: 18 * HOUR }],
  ['no window, that of the list is closed', { tz_dbid: 3 }, 'window', { fromSeconds: 9 * HOUR, untilSeconds: 18 * HOUR }],
  ['a beginning only, the list has the end', { tz_dbid: 2, daily_from: HOUR }, 'window', { fromSeconds: 9 * HOUR, untilSeconds: 18 * HOUR }],
  ['an end only, the list has the beginning, across midnight', { tz_dbid: 3, daily_till: HOUR }, 'due', { fromSeconds: 9 * HOUR, untilSeconds: 18 * HOUR }],

  ['a zone nobody knows', { tz_dbid: 99 }, 'unknownZone'],
  ['a zone nobody knows, all day', { tz_dbid: 99, daily_from: 0, daily_till: 24 * HOUR }, 'unknownZone'],
  ['no zone, all day', { tz_dbid: null, daily_from: 0, daily_till: 24 * HOUR }, 'due'],
  ['zone 0 is no zone', { tz_dbid: 0 }, 'due'],
  ['no zone and a window: nobody knows when that is', { tz_dbid: null, daily_from: 0, daily_till: 12 * HOUR }, 'window'],

  ['a number on the do-not-call list', { contact_info: '666' }, 'doNotCall'],
  ['a number that is only like one on it', { contact_info: '6666' }, 'due'],

  ['what the filter lets through', { switch_id: 1 }, 'due', { filter: { where: 'switch_id = 1' } }],
  ['what the filter holds back', { switch_id: 2 }, 'filter', { filter: { where: 'switch_id = 1' } }],
  ['what the filter cannot tell', { switch_id: null }, 'filter', { filter: { where: 'switch_id = 1' } }],
  ['one half of a filter with OR, whatever else is against it', { switch_id: 1, record_type: 7 }, 'recordType', { filter: { where: 'switch_id = 1 OR switch_id = 2' } }],

  ['a row without a chain: it could not be taken', { chain_id: null }, 'chain'],
];

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });

describeOnStores('what is due', (openTestStore) => {
  let store: TestStore;

  before(async () => {
    store = await openTestStore();
    await forbid(store.client, DO_NOT_CALL, ['666']);
    await fill(store.client, listOf(), []);
    // a table of somebody else may have columns that may be null
    await store.client.query(`ALTER TABLE ${quoteName(listOf().table)} ALTER chain_id DROP NOT NULL`, []);
  });
  after(() => store.close());

  for (const [what, row, outcome, change] of CASES) {
    it(`${what}: ${outcome}`, async () => {
      const list = listOf({ doNotCall: DO_NOT_CALL, ...change });
      await fill(store.client, list, [{ contact_info: '555', ...row }]);
      const isDue = outcome === 'due';
      expect((await takeAccount(store.client, list, NOW, ZONES)).notDue).to.deep.equal(isDue ? {} : { [outcome]: 1 });
      expect(await probe(store.client, [list], NOW, ZONES)).to.equal(isDue ? 'left' : 'nothing');
      expect((await takeChains(store.client, list, TAKER, { chains: 10, look: 10 }, NOW, ZONES)).rows).to.have.length(isDue ? 1 : 0);
    });
  }

  const CHAINS: readonly (readonly [what: string, rows: Row[], due: number[], notDue: Record<string, number>])[] = [
    ['its first row leads', [{ chain_n: 0 }, { chain_n: 1 }], [1], { chain: 1 }],
    ['the first that is not final leads', [{ chain_n: 0, record_status: UPDATED }, { chain_n: 1 }, { chain_n: 2 }], [2], { chain: 1 }],
    ['the first by chain_n, not by record_id', [{ chain_n: 2 }, { chain_n: 1 }], [2], { chain: 1 }],
    ['a first row that is not due holds the others', [{ chain_n: 0, dial_sched_time: NOW_SECONDS + 5 }, { chain_n: 1 }], [], { scheduled: 1, chain: 1 }],
    ['a first row with too many attempts holds the others', [{ chain_n: 0, attempt: 10 }, { chain_n: 1 }], [], { maxAttempts: 1, chain: 1 }],
    ['a row that is retrieved makes all of it somebody\'s', [{ chain_n: 0 }, { chain_n: 1, record_status: RETRIEVED }], [], { chain: 1 }],
    ['a row of another chain does not', [{ chain_n: 0 }, { chain_id: 2, chain_n: 0, record_status: RETRIEVED }], [1], {}],
  ];
  for (const [what, rows, leaders, notDue] of CHAINS) {
    it(`of a chain: ${what}`, async () => {
      const list = listOf();
      await fill(store.client, list, rows.map((row, index) => ({ chain_id: 1, record_id: index + 1, ...row })));
      expect((await takeAccount(store.client, list, NOW, ZONES)).notDue).to.deep.equal(notDue);
      expect(await dueIds(store, list)).to.deep.equal(leaders);
      expect(await probe(store.client, [list], NOW, ZONES)).to.equal(leaders.length > 0 ? 'left' : 'nothing');
    });
  }

  it('is told, for whatever row, by the rules written down once more', async () => {
    const seconds = fc.constantFrom(0, 1, 6 * HOUR, 12 * HOUR, 12 * HOUR + 1, 22 * HOUR, 24 * HOUR - 1, 24 * HOUR);
    const row = fc.record({
      record_type: fc.integer({ min: 0, max: 8 }),
      record_status: fc.constantFrom(READY, READY, READY, RETRIEVED, UPDATED),
      attempt: fc.integer({ min: 0, max: 4 }),
      dial_sched_time: maybe(fc.integer({ min: NOW_SECONDS - 2, max: NOW_SECONDS + 2 })),
      daily_from: maybe(seconds),
      daily_till: maybe(seconds),
      tz_dbid: maybe(fc.constantFrom(0, 1, 2, 3, 4)),
      contact_info: fc.constantFrom('555', '555', '555', '666'),
      switch_id: maybe(fc.integer({ min: 1, max: 2 })),
      chain_id: fc.integer({ min: 1, max: 2000 }),
    });
    const list = listOf({
      maxAttempts: 3, fromSeconds: 6 * HOUR, untilSeconds: 22 * HOUR, doNotCall: DO_NOT_CALL, filter: { where: 'switch_id = 1 OR switch_id IS NULL' },
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1500, maxLength: 1500 }), async (given) => {
        const rows = given.map((one, index) => ({ ...one, record_id: index + 1, chain_n: index }));
        await fill(store.client, list, rows);
        const told = await store.client.query<{ record_id: number; reason: string | null; due: boolean }>(
          `SELECT r.record_id, ${reasonNotDue(list)} AS reason, coalesce(${due(list)}, false) AS due
           FROM ${quoteName(list.table)} r ${zoneJoin} WHERE r.record_status = 1 ORDER BY r.record_id`,
          dueParams(NOW, ZONES),
        );
        const expected = rows
          .filter((one) => one.record_status === READY)
          .map((one) => ({ record_id: one.record_id, reason: reasonOf(one, rows), due: reasonOf(one, rows) === null }));
        expect(told).to.deep.equal(expected);
      }),
      { numRuns: 3 },
    );
  });
});

interface WholeRow {
  readonly record_id: number;
  readonly record_type: number;
  readonly record_status: number;
  readonly attempt: number;
  readonly dial_sched_time: number | null;
  readonly daily_from: number | null;
  readonly daily_till: number | null;
  readonly tz_dbid: number | null;
  readonly contact_info: string;
  readonly switch_id: number | null;
  readonly chain_id: number;
  readonly chain_n: number;
}

/** Why a Ready row of the property's list is not due, in the words of the specification. */
function reasonOf(row: WholeRow, rows: readonly WholeRow[]): string | null {
  if (row.record_type < 2 || row.record_type > 6) return 'recordType';
  if (row.attempt >= 3) return 'maxAttempts';
  if (row.switch_id === 2) return 'filter';
  const zone = ZONES.find(({ dbid }) => dbid === row.tz_dbid);
  if (zone === undefined && row.tz_dbid !== null && row.tz_dbid !== 0) return 'unknownZone';
  if (row.contact_info === '666') return 'doNotCall';
  if (row.dial_sched_time !== null && row.dial_sched_time > NOW_SECONDS) return 'scheduled';
  if (!isOpen(row.daily_from ?? 6 * HOUR, row.daily_till ?? 22 * HOUR, zone?.secondOfDay)) return 'window';
  const others = rows.filter((other) => other.chain_id === row.chain_id && other !== row);
  const held = others.some((other) => other.record_status === RETRIEVED || (other.record_status === READY && other.chain_n < row.chain_n));
  return held ? 'chain' : null;
}

function isOpen(from: number, till: number, second: number | undefined): boolean {
  if (from === 0 && till === 24 * HOUR) return true;
  if (second === undefined || from === till) return false;
  return from < till ? second >= from && second < till : second >= from || second < till;
}

async function dueIds({ client }: TestStore, list: ListTable): Promise<number[]> {
  const rows = await client.query<{ record_id: number }>(
    `SELECT r.record_id FROM ${quoteName(list.table)} r ${zoneJoin} WHERE ${due(list)} ORDER BY 1`,
    dueParams(NOW, ZONES),
  );
  return rows.map((row) => row.record_id);
}
