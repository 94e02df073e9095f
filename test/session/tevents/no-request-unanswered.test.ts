import { expect } from 'chai';
import { type Value, wstring } from '../../../protocol/index.js';
import { ManualClock } from '../../support/manual-clock.js';
import { TestDesk, type TestDesktop, type Told, toValue } from './support.js';

type Data = Readonly<Record<string, string | number | Value>>;

interface Row {
  readonly type: string;
  /** A request that is right. `rec` stands for the handle of a record in hand. */
  readonly data: Data;
  readonly answer: string;
  /** Keys that it cannot do without: error 2 names the first of them that is missing. */
  readonly needs: readonly string[];
  /** Its record stays in hand. */
  readonly keeps?: true;
}

const rec = { GSW_RECORD_HANDLE: -1 };
const named = { GSW_APPLICATION_ID: 156, GSW_CAMPAIGN_NAME: 'Spring', GSW_CALLING_LIST: 'Spring' };

/** Every request of a desktop about records and its campaign. */
const ROWS: readonly Row[] = [
  { type: 'UpdateCallCompletionStats', data: { ...named, ...rec, GSW_CALL_RESULT: 7, age: 1 }, answer: 'UpdateCallCompletionStatsAcknowledge', needs: ['GSW_RECORD_HANDLE'], keeps: true },
  { type: 'RecordProcessed', data: { ...named, ...rec, GSW_CALL_RESULT: 7, GSW_RECORD_STATUS: 3, age: 1 }, answer: 'RecordProcessedAcknowledge', needs: ['GSW_RECORD_HANDLE'] },
  { type: 'RecordProcessed', data: { ...named, ...rec, GSW_CALL_RESULT: 7, GSW_TREATMENT: 'RecordTreatPersonal' }, answer: 'RecordProcessedAcknowledge', needs: ['GSW_RECORD_HANDLE', 'GSW_CALL_RESULT'] },
  { type: 'RecordReject', data: { ...named, ...rec }, answer: 'RecordRejectAcknowledge', needs: ['GSW_RECORD_HANDLE'] },
  {
    type: 'RecordReschedule',
    data: { ...named, ...rec, GSW_DATE_TIME: '11/23/2026 9:30', GSW_CALLBACK_TYPE: 'Personal', age: 1 },
    answer: 'RecordRescheduleAcknowledge',
    needs: ['GSW_RECORD_HANDLE', 'GSW_DATE_TIME'],
  },
  { type: 'ScheduledRecordReschedule', data: { ...named, ...rec, GSW_DATE_TIME: '11/23/2026 9:30' }, answer: 'ScheduledRecordRescheduleAcknowledge', needs: ['GSW_RECORD_HANDLE', 'GSW_DATE_TIME'] },
  { type: 'RequestRecordCancel', data: { ...named, ...rec, GSW_CHAIN_ATTR: 'RecordOnly' }, answer: 'RecordCancelAcknowledge', needs: ['GSW_RECORD_HANDLE'] },
  { type: 'RequestRecordCancel', data: { ...named, GSW_PHONE: '555', GSW_CHAIN_ATTR: 'AllChain' }, answer: 'RecordCancelAcknowledge', needs: ['GSW_PHONE'] },
  { type: 'DoNotCall', data: { ...named, ...rec, GSW_CHAIN_ATTR: 'AllChain' }, answer: 'DoNotCallAcknowledge', needs: ['GSW_RECORD_HANDLE'] },
  { type: 'DoNotCall', data: { ...named, GSW_CUSTOMER_ID: 'C1' }, answer: 'DoNotCallAcknowledge', needs: ['GSW_CUSTOMER_ID'] },
  { type: 'ChainedRecordRequest', data: { ...named, ...rec }, answer: 'ChainedRecordsDataEnd', needs: ['GSW_RECORD_HANDLE'], keeps: true },
  {
    type: 'AddRecord',
    data: { ...named, GSW_PHONE: '555', GSW_PHONE_TYPE: 'HomePhone', GSW_RECORD_TYPE: 2, GSW_ATTEMPTS: 0, GSW_FROM: 0, GSW_UNTIL: 86_400, GSW_TZ_NAME: 'GMT', GSW_DATE_TIME: '11/23/2026 9:30', age: 1 },
    answer: 'AddRecordAcknowledge',
    needs: ['GSW_CALLING_LIST', 'GSW_PHONE'],
  },
  { type: 'LogOut', data: { ...named }, answer: 'LogOutAcknowledge', needs: ['GSW_CAMPAIGN_NAME'] },
  { type: 'CampaignStatusRequest', data: { ...named }, answer: 'CampaignStarted', needs: [] },
  { type: 'PreviewDialingModeStart', data: { ...named }, answer: 'PreviewDialingModeStartAcknowledge', needs: ['GSW_CAMPAIGN_NAME'] },
  { type: 'PreviewDialingModeOver', data: { ...named }, answer: 'PreviewDialingModeOverAcknowledge', needs: ['GSW_CAMPAIGN_NAME'] },
  { type: 'PreviewRecordRequest', data: { ...named }, answer: 'PreviewRecordEmpty', needs: ['GSW_CAMPAIGN_NAME'] },
];

const hasRecord = (row: Row): boolean => 'GSW_RECORD_HANDLE' in row.data;
const without = (data: Data, key: string): Data => Object.fromEntries(Object.entries(data).filter(([one]) => one !== key));
const error = (number: number) => ({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: number });

describe('session/tevents: no request stays without an answer', () => {
  let desk: TestDesk;
  let clock: ManualClock;
  let ada: TestDesktop;
  let grace: TestDesktop;
  let lastId = 0;

  before(async () => {
    clock = new ManualClock(Date.UTC(2026, 10, 22, 12));
    desk = await TestDesk.start({
      clock,
      change: (config) => {
        config.callingLists[0]!['customFields'] = { customer_id: 'varchar', age: 'int' };
        config.campaignGroups[0]!['maxPreviewRecords'] = 100;
      },
    });
    ada = await desk.desktop('7001', '1001');
    grace = await desk.desktop('7002', '1002');
  });

  after(() => desk.close());

  beforeEach(async () => {
    await desk.query('DELETE FROM cl_spring');
    await desk.query('DELETE FROM dnc');
    await desk.run();
  });

  afterEach(() => desk.unload());

  /** A fresh record in Ada's hand, in place of the one that stands for it. */
  async function right(row: Row): Promise<Data> {
    if (!hasRecord(row)) return row.data;
    lastId += 1;
    await desk.insert('cl_spring', [{ record_id: lastId }]);
    desk.engine.gateway.listChanged(501);
    const { GSW_RECORD_HANDLE } = await ada.record();
    return { ...row.data, GSW_RECORD_HANDLE };
  }

  const ask = async (row: Row, data: Data, by = ada): Promise<Told> => (await by.askAll(row.type, data)).at(-1) ?? {};

  /** What waits for a retrieval is answered when its time is over. */
  async function whileTimePasses<T>(answer: Promise<T>): Promise<T> {
    const wait = { over: false };
    const settled = answer.finally(() => (wait.over = true));
    while (!wait.over) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
    return settled;
  }

  for (const row of ROWS) {
    describe(`${row.type} (${Object.keys(row.data).filter((key) => !(key in named)).join(', ')})`, () => {
      it('as documented', async () => {
        const data = await right(row);
        expect(await ask(row, data)).to.include({ GSW_USER_EVENT: row.answer });
      });

      for (const key of Object.keys(row.data)) {
        it(`without ${key}`, async () => {
          const told = await ask(row, without(await right(row), key));
          if (row.needs.includes(key)) {
            expect(told).to.include(error(2));
            expect(told['GSW_ERROR']).to.include(key === 'GSW_PHONE' || key === 'GSW_CUSTOMER_ID' ? key : `${key} is missing`);
          } else {
            expect(told).to.include({ GSW_USER_EVENT: row.answer });
          }
        });

        it(`with ${key} of a type that it cannot have`, async () => {
          for (const value of [{ type: 'binary', value: new Uint8Array([0]) }, { type: 'kvlist', value: [] }] as const) {
            const told = await ask(row, { ...(await right(row)), [key]: value });
            if (told['GSW_USER_EVENT'] === 'Error') {
              expect(told).to.include(error(3));
              expect(told['GSW_ERROR']).to.include(key);
            } else {
              expect(told).to.include({ GSW_USER_EVENT: row.answer });
              expect(['GSW_APPLICATION_ID', 'GSW_CALLING_LIST', 'GSW_CAMPAIGN_NAME', 'age'], 'what it has no use for').to.include(key);
            }
          }
        });
      }

      it('with everything as wide strings', async () => {
        const data = await right(row);
        const wide = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, typeof value === 'object' ? value : wstring(String(value))]));
        expect(await ask(row, wide)).to.include({ GSW_USER_EVENT: row.answer });
      });

      it('with every key twice: the first counts', async () => {
        const pairs = Object.entries(await right(row)).map(([key, value]) => ({ key, value: toValue(value) }));
        const again = pairs.map(({ key }) => ({ key, value: { type: 'string', value: 'something else' } as const }));
        expect((await ada.askAll(row.type, [...pairs, ...again])).at(-1)).to.include({ GSW_USER_EVENT: row.answer });
      });

      it('of an unknown campaign', async () => {
        const told = await ask(row, { ...(await right(row)), GSW_CAMPAIGN_NAME: 'Winter' });
        if (row.type === 'CampaignStatusRequest') expect(told).to.include({ GSW_USER_EVENT: row.answer });
        else expect(told).to.include(error(6));
      });

      it('on a DN without an agent', async () => {
        const data = await right(row);
        const nobody = await desk.visitor('7009');
        expect(await ask(row, data, nobody)).to.include(error(10));
      });

      it('while the store is away', async () => {
        const data = await right(row);
        desk.store.away = true;
        try {
          const told = await whileTimePasses(ask(row, data));
          if (told['GSW_USER_EVENT'] === 'Error') expect(told).to.include(error(11));
          else expect(['CampaignStatusRequest', 'LogOut', 'PreviewDialingModeStart', 'PreviewDialingModeOver', 'PreviewRecordRequest'], 'what needs no store, or has just asked it').to.include(row.type);
        } finally {
          desk.store.away = false;
        }
        const again = await whileTimePasses(ask(row, data));
        expect(again, 'and again when it is back').to.include({ GSW_USER_EVENT: row.answer });
      });

      if (!hasRecord(row)) return;

      it('of a handle that nobody has', async () => {
        await right(row);
        for (const GSW_RECORD_HANDLE of [999_999, 0, -1]) {
          expect(await ask(row, { ...row.data, GSW_RECORD_HANDLE })).to.include({ ...error(4), GSW_RECORD_HANDLE });
        }
      });

      it('of what is no handle', async () => {
        expect(await ask(row, { ...(await right(row)), GSW_RECORD_HANDLE: 'seventeen' })).to.include(error(3));
      });

      it('by the wrong agent', async () => {
        const data = await right(row);
        expect(await ask(row, data, grace)).to.include({ ...error(5), GSW_RECORD_HANDLE: data['GSW_RECORD_HANDLE'] });
        expect(await ask(row, data)).to.include({ GSW_USER_EVENT: row.answer });
      });

      it('after the record has ended, and while its end is being written', async () => {
        const data = await right(row);
        const GSW_RECORD_HANDLE = data['GSW_RECORD_HANDLE'] ?? 0;
        const ending = ada.ask('RecordProcessed', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 33 });
        const behind = ask(row, data);
        expect(await ending).to.include({ GSW_USER_EVENT: 'RecordProcessedAcknowledge' });
        expect(await behind).to.include({ ...error(4), GSW_RECORD_HANDLE });
        expect(await ask(row, data)).to.include({ ...error(4), GSW_RECORD_HANDLE });
      });

      it('sent twice at once', async () => {
        const data = await right(row);
        const answers = await Promise.all([ask(row, data), ask(row, data)]);
        expect(answers.map((told) => told['GSW_USER_EVENT'])).to.deep.equal([row.answer, row.answer]);
      });
    });
  }

  it('an unknown request, or none, is named', async () => {
    expect(await ada.ask('RecordProcesed', {})).to.include(error(1));
  });
});
