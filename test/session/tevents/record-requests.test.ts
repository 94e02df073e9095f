import { expect } from 'chai';
import { ManualClock } from '../../support/manual-clock.js';
import { TestDesk, type TestDesktop } from './support.js';

const NOON = Date.UTC(2026, 10, 22, 12);
const SECONDS = NOON / 1000;

/** Retrievals go through the mailbox and the store, not through the clock: the tests need no time to pass. */
describe('session/tevents: requests about records', () => {
  let desk: TestDesk;
  let clock: ManualClock;
  let ada: TestDesktop;
  let grace: TestDesktop;

  before(async () => {
    clock = new ManualClock(NOON);
    desk = await TestDesk.start({
      clock,
      change: (config) => {
        config.timeZones.push({ dbid: 2, name: 'PST', zone: 'America/Los_Angeles' });
        config['treatments'] = [
          { dbid: 601, name: 'RetryBusy', callResult: 'Busy', action: 'Cycle', attempts: 2, interval: '30m', increment: '10m' },
          { dbid: 602, name: 'Next', callResult: 'NoAnswer', action: 'NextInChain' },
        ];
        Object.assign(config.callingLists[0]!, { treatments: [601, 602], customFields: { customer_name: 'varchar(10)', customer_id: 'varchar', age: 'int' } });
        config.campaignGroups[0]!['maxPreviewRecords'] = 5;
      },
    });
    ada = await desk.desktop('7001', '1001');
    grace = await desk.desktop('7002', '1002');
  });

  after(() => desk.close());

  beforeEach(async () => {
    await desk.query('DELETE FROM cl_spring');
    await desk.query('DELETE FROM dnc');
  });

  afterEach(async () => {
    await desk.unload();
    expect(await desk.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL')).to.deep.equal([]);
  });

  describe('UpdateCallCompletionStats', () => {
    it('writes result and fields at once, leaves the record, and counts the attempt once', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }]);
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      const told = await ada.ask('UpdateCallCompletionStats', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 6, age: '41' });
      expect(told).to.include({ GSW_USER_EVENT: 'UpdateCallCompletionStatsAcknowledge', GSW_APPLICATION_ID: 156, GSW_CAMPAIGN_NAME: 'Spring', GSW_CALLING_LIST: 'Spring', GSW_RECORD_HANDLE, GSW_CALL_RESULT: 6 });
      expect(await desk.row(1)).to.include({ record_status: 2, call_result: 6, attempt: 1, age: 41, agent_id: '1001', call_time: SECONDS });
      await ada.ask('UpdateCallCompletionStats', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 'Answer', customer_name: 'Byron' });
      expect(await desk.row(1)).to.include({ call_result: 33, attempt: 1, customer_name: 'Byron' });
      expect(await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE })).to.include({ GSW_USER_EVENT: 'RecordProcessedAcknowledge', GSW_CALL_RESULT: 33 });
      expect(await desk.row(1)).to.include({ record_status: 3, call_result: 33, attempt: 1 });
    });

    it('without a result counts nothing, and the record goes back as if nothing had been said', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }]);
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      expect(await ada.ask('UpdateCallCompletionStats', { GSW_RECORD_HANDLE, age: 5 })).to.not.have.property('GSW_CALL_RESULT');
      expect(await desk.row(1)).to.include({ attempt: 0, age: 5, call_time: null });
      await desk.request('ForceUnload');
      expect(await desk.row(1)).to.include({ record_status: 1 });
    });

    it('makes the record of an agent who is gone, or of a forced unload, AgentError', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }, { record_id: 2 }]);
      await desk.run();
      for (const _ of [1, 2]) {
        const { GSW_RECORD_HANDLE } = await ada.record();
        // the end is not waited for: what was reported a moment ago counts all the same
        void ada.ask('UpdateCallCompletionStats', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 33 });
      }
      await desk.request('ForceUnload');
      expect(await desk.query('SELECT record_status, call_result FROM cl_spring')).to.deep.equal([
        { record_status: 6, call_result: 33 },
        { record_status: 6, call_result: 33 },
      ]);
    });
  });

  describe('RecordReschedule', () => {
    for (const [what, data, type, due] of [
      ['of the campaign by default', { GSW_DATE_TIME: '11/23/2026 09:30' }, 6, Date.UTC(2026, 10, 23, 17, 30)],
      ['of the agent, with single digits', { GSW_DATE_TIME: '1/2/2027 9:05', GSW_CALLBACK_TYPE: 'Personal' }, 5, Date.UTC(2027, 0, 2, 17, 5)],
      ['of the campaign by name', { GSW_DATE_TIME: '06/01/2027 09:00:59', GSW_CALLBACK_TYPE: 'Campaign' }, 6, Date.UTC(2027, 5, 1, 16)],
    ] as const) {
      it(`makes a callback ${what}, in the record's zone`, async () => {
        await desk.insert('cl_spring', [{ record_id: 1, tz_dbid: 2 }]);
        await desk.run();
        const { GSW_RECORD_HANDLE } = await ada.record();
        expect(await ada.ask('RecordReschedule', { GSW_RECORD_HANDLE, ...data })).to.include({ GSW_USER_EVENT: 'RecordRescheduleAcknowledge', GSW_RECORD_HANDLE });
        expect(await desk.row(1)).to.include({ record_status: 1, record_type: type, dial_sched_time: due / 1000, agent_id: '1001', attempt: 0, app_id: null });
      });
    }

    it('is acknowledged as scheduled where the record was, or the request says so; also when it is sent again', async () => {
      await desk.insert('cl_spring', [{ record_id: 1, record_type: 3, treatments: '601@1@0@1' }, { record_id: 2 }]);
      await desk.run();
      const first = await ada.record();
      const request = { GSW_RECORD_HANDLE: first.GSW_RECORD_HANDLE, GSW_DATE_TIME: '11/23/2026 09:30', GSW_CALL_RESULT: 7 };
      expect(await ada.ask('RecordReschedule', request)).to.include({ GSW_USER_EVENT: 'ScheduledRecordRescheduleAcknowledge', GSW_CALL_RESULT: 7 });
      expect(await desk.row(1)).to.include({ record_type: 6, attempt: 1, call_result: 7, treatments: null });
      expect(await ada.ask('RecordReschedule', request), 'sent again').to.include({ GSW_USER_EVENT: 'ScheduledRecordRescheduleAcknowledge' });
      const second = await ada.record();
      expect(await ada.ask('ScheduledRecordReschedule', { GSW_RECORD_HANDLE: second.GSW_RECORD_HANDLE, GSW_DATE_TIME: '11/23/2026 09:30' })).to.include({
        GSW_USER_EVENT: 'ScheduledRecordRescheduleAcknowledge',
      });
    });

    it('to a time that is past is due at once', async () => {
      await desk.insert('cl_spring', [{ record_id: 1, tz_dbid: 1 }]);
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      await ada.ask('RecordReschedule', { GSW_RECORD_HANDLE, GSW_DATE_TIME: '11/22/2026 11:59' });
      expect(await grace.record()).to.include({ GSW_PHONE: '555-1' });
    });
  });

  describe('GSW_TREATMENT in RecordProcessed', () => {
    it('has the treatment of the result decide: a redial, personal where it is asked for', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }, { record_id: 2 }]);
      await desk.run();
      const [first, second] = [await ada.record(), await ada.record()];
      await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE: first.GSW_RECORD_HANDLE, GSW_CALL_RESULT: 6, GSW_TREATMENT: 'RecordTreatCampaign' });
      await ada.ask('UpdateCallCompletionStats', { GSW_RECORD_HANDLE: second.GSW_RECORD_HANDLE, GSW_CALL_RESULT: 6 });
      await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE: second.GSW_RECORD_HANDLE, GSW_TREATMENT: 'RecordTreatPersonal' });
      const redial = { record_status: 1, call_result: 6, attempt: 1, dial_sched_time: SECONDS + 1800, treatments: '601@1@0@1' };
      const rows = [await desk.row(Number(first['GSW_CHAIN_ID'])), await desk.row(Number(second['GSW_CHAIN_ID']))];
      expect(rows[0]).to.include({ ...redial, record_type: 3 });
      expect(rows[1]).to.include({ ...redial, record_type: 4, agent_id: '1001' });
    });

    it('goes on to the next of the chain', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }, { record_id: 2, chain_id: 1, chain_n: 1 }]);
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 7, GSW_TREATMENT: 'RecordTreatCampaign' });
      expect(await desk.row(1)).to.include({ record_status: 3, call_result: 7 });
      expect(await ada.record()).to.include({ GSW_PHONE: '555-2', GSW_CHAIN_ID: 1 });
    });

    it('needs a result', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }]);
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      const told = await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE, GSW_TREATMENT: 'RecordTreatCampaign' });
      expect(told).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 2, GSW_RECORD_HANDLE });
    });
  });

  describe('ChainedRecordRequest', () => {
    it('tells of every other record of the chain, then the end', async () => {
      await desk.insert('cl_spring', [
        { record_id: 1, record_status: 3, call_result: 7, tz_dbid: 2, customer_name: 'Ada' },
        { record_id: 2, chain_id: 1, chain_n: 1 },
        { record_id: 3, chain_id: 1, chain_n: 2, age: 36 },
        { record_id: 4 },
      ]);
      await desk.run();
      const { GSW_RECORD_HANDLE, GSW_PHONE } = await ada.record();
      expect(GSW_PHONE).to.equal('555-2');
      const told = await ada.askAll('ChainedRecordRequest', { GSW_RECORD_HANDLE }, 'ChainedRecordsDataEnd');
      const about = { GSW_APPLICATION_ID: 156, GSW_CAMPAIGN_NAME: 'Spring', GSW_CALLING_LIST: 'Spring', GSW_RECORD_HANDLE, GSW_CHAIN_ID: 1 };
      expect(told.map(({ GSW_REFERENCE_ID: _echo, ...rest }) => rest)).to.deep.equal([
        { ...about, GSW_USER_EVENT: 'ChainedRecord', GSW_PHONE: '555-1', GSW_TZ_NAME: 'PST', GSW_TZ_OFFSET: -28_800, GSW_CALL_RESULT: 7, customer_name: 'Ada' },
        { ...about, GSW_USER_EVENT: 'ChainedRecord', GSW_PHONE: '555-3', GSW_TZ_NAME: '', GSW_TZ_OFFSET: 0, GSW_CALL_RESULT: 28, age: 36 },
        { ...about, GSW_USER_EVENT: 'ChainedRecordsDataEnd' },
      ]);
    });

    it('has an end where there are no others', async () => {
      await desk.insert('cl_spring', [{ record_id: 4 }]);
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      const told = await ada.askAll('ChainedRecordRequest', { GSW_RECORD_HANDLE }, 'ChainedRecordsDataEnd');
      expect(told.map((event) => event['GSW_USER_EVENT'])).to.deep.equal(['ChainedRecordsDataEnd']);
    });
  });
});
