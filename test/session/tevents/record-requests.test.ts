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

  /** The do-not-call list: numbers and customers. */
  const listed = async () => (await desk.query('SELECT phone, customer_id FROM dnc ORDER BY phone')).map((row) => [row['phone'], row['customer_id']]);

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
        await ada.ask('UpdateCallCompletionStats', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 33 });
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

  describe('GSW_RECORD_STATUS in RecordProcessed', () => {
    for (const GSW_RECORD_STATUS of [1, 2]) {
      for (const treatment of [{}, { GSW_TREATMENT: 'RecordTreatCampaign' }]) {
        it(`refuses ${GSW_RECORD_STATUS}${'GSW_TREATMENT' in treatment ? ', also with a treatment' : ''}, and the record stays in hand`, async () => {
          await desk.insert('cl_spring', [{ record_id: 1 }]);
          await desk.run();
          const { GSW_RECORD_HANDLE } = await ada.record();
          const told = await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 6, GSW_RECORD_STATUS, ...treatment });
          expect(told).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 3 });
          expect(await desk.row(1)).to.include({ record_status: 2 });
        });
      }
    }
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
      const { GSW_REFERENCE_ID = 0 } = told[0] ?? {};
      Object.assign(about, { GSW_REFERENCE_ID });
      expect(told).to.deep.equal([
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

  describe('RequestRecordCancel', () => {
    const CANCELLED = { record_status: 5, call_result: 52 };

    beforeEach(() =>
      desk.insert('cl_spring', [
        { record_id: 1, contact_info: 'home' },
        { record_id: 2, contact_info: 'work', chain_id: 1, chain_n: 1, customer_id: 'C1' },
        { record_id: 3, contact_info: 'home' },
        { record_id: 4, contact_info: 'home', record_status: 3, call_result: 33 },
      ]),
    );

    it('of the record in hand cancels it alone, and the rest of its chain goes on', async () => {
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      expect(await ada.ask('RequestRecordCancel', { GSW_RECORD_HANDLE })).to.include({ GSW_USER_EVENT: 'RecordCancelAcknowledge', GSW_RECORD_HANDLE, GSW_CALL_RESULT: 52, GSW_CALLING_LIST: 'Spring' });
      expect(await desk.row(1)).to.include({ ...CANCELLED, attempt: 0 });
      expect([(await ada.record())['GSW_PHONE'], (await ada.record())['GSW_PHONE']]).to.have.members(['work', 'home']);
    });

    it('of the whole chain cancels all of it', async () => {
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      await ada.ask('RequestRecordCancel', { GSW_RECORD_HANDLE, GSW_CHAIN_ATTR: 'allchain' });
      expect([await desk.row(1), await desk.row(2)].map((row) => row['record_status'])).to.deep.equal([5, 5]);
      expect((await desk.row(3))['record_status']).to.not.equal(5);
    });

    it('by number cancels what waits, buffered or not, and what is final stays', async () => {
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      expect(await ada.ask('RequestRecordCancel', { GSW_PHONE: 'home', GSW_CAMPAIGN_NAME: 'Spring' })).to.include({
        GSW_USER_EVENT: 'RecordCancelAcknowledge', GSW_PHONE: 'home', GSW_CAMPAIGN_NAME: 'Spring', GSW_CALL_RESULT: 52,
      });
      expect(await desk.row(1), 'in hand').to.include(CANCELLED);
      expect(await desk.row(3), 'buffered').to.include(CANCELLED);
      expect(await desk.row(4)).to.include({ record_status: 3, call_result: 33 });
      expect(await ada.ask('RecordReject', { GSW_RECORD_HANDLE }), 'ended with it').to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 4 });
      expect(await ada.record()).to.include({ GSW_PHONE: 'work' });
      expect(await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    });

    it('lets a group complete whose buffer it emptied, without anybody asking', async () => {
      await desk.query('DELETE FROM cl_spring WHERE record_id IN (2, 3)');
      await desk.run(1001, true);
      const { GSW_RECORD_HANDLE } = await ada.record();
      await ada.ask('RecordReject', { GSW_RECORD_HANDLE });
      // it is Ready, and then in the group's buffer again
      while ((await desk.row(1))['record_status'] !== 2);
      await grace.ask('RequestRecordCancel', { GSW_PHONE: 'home' });
      await ada.completed();
      expect(await desk.row(1)).to.include(CANCELLED);
    });

    it('by customer, with the chain', async () => {
      expect(await ada.ask('RequestRecordCancel', { GSW_CUSTOMER_ID: 'C1', GSW_CHAIN_ATTR: 'AllChain' })).to.include({ GSW_USER_EVENT: 'RecordCancelAcknowledge', GSW_CUSTOMER_ID: 'C1' });
      expect([await desk.row(1), await desk.row(2)].map((row) => row['record_status'])).to.deep.equal([5, 5]);
      expect(await desk.row(3)).to.include({ record_status: 1 });
    });

    it('of what another agent has is error 5 and changes nothing', async () => {
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      for (const data of [{ GSW_RECORD_HANDLE }, { GSW_PHONE: 'home' }, { GSW_CUSTOMER_ID: 'C1', GSW_CHAIN_ATTR: 'AllChain' }]) {
        expect(await grace.ask('RequestRecordCancel', data), JSON.stringify(data)).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 5, GSW_RECORD_HANDLE });
      }
      expect(await desk.query('SELECT 1 FROM cl_spring WHERE record_status = 5')).to.deep.equal([]);
      expect(await grace.ask('RequestRecordCancel', { GSW_CUSTOMER_ID: 'C1' }), 'another row of the chain').to.include({ GSW_USER_EVENT: 'RecordCancelAcknowledge' });
      expect(await desk.row(2)).to.include(CANCELLED);
    });
  });

  describe('DoNotCall', () => {
    const FORBIDDEN = { record_status: 3, call_result: 51, record_type: 7 };
    beforeEach(async () => {
      await desk.query('DELETE FROM cl_autumn');
      await desk.insert('cl_spring', [
        { record_id: 1, contact_info: 'home', customer_id: 'C1' },
        { record_id: 2, contact_info: 'work', chain_id: 1, chain_n: 1, customer_id: 'C1' },
        { record_id: 3, contact_info: 'home', customer_id: 'C2' },
        { record_id: 4, contact_info: 'other', customer_id: 'C1' },
      ]);
      await desk.insert('cl_autumn', [{ record_id: 9, contact_info: 'home' }]);
    });

    it('of the record in hand forbids its number, and the rest of its chain goes on', async () => {
      await desk.run(1001, true);
      const { GSW_RECORD_HANDLE } = await ada.record();
      expect(await ada.ask('DoNotCall', { GSW_RECORD_HANDLE })).to.include({ GSW_USER_EVENT: 'DoNotCallAcknowledge', GSW_RECORD_HANDLE, GSW_CALL_RESULT: 51 });
      expect(await desk.row(1)).to.include({ ...FORBIDDEN, attempt: 0 });
      expect(await listed()).to.deep.equal([['home', null]]);
      const rest = [await ada.record(), await ada.record()];
      expect(rest.map((record) => record['GSW_PHONE']), 'the other row of the number is never dialed').to.have.members(['work', 'other']);
      for (const record of rest) await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE: record.GSW_RECORD_HANDLE });
      await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
      await ada.completed();
      expect(await desk.row(3), 'nor does it hold the group').to.include({ attempt: 0, agent_id: null });
    });

    it('of the whole chain forbids every number of it, and the customer', async () => {
      await desk.run();
      const { GSW_RECORD_HANDLE } = await ada.record();
      await ada.ask('DoNotCall', { GSW_RECORD_HANDLE, GSW_CHAIN_ATTR: 'AllChain' });
      expect(await listed()).to.deep.equal([['home', 'C1'], ['work', 'C1']]);
      expect([await desk.row(1), await desk.row(2)].map((row) => [row['record_status'], row['call_result'], row['record_type']])).to.deep.equal([[3, 51, 7], [3, 51, 7]]);
      expect(await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' }), 'nothing of the customer, nothing of the number').to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    });

    it('by number closes what waits in every list, and is kept once', async () => {
      for (const _ of [1, 2]) expect(await ada.ask('DoNotCall', { GSW_PHONE: 'home' })).to.include({ GSW_USER_EVENT: 'DoNotCallAcknowledge', GSW_PHONE: 'home' });
      expect(await listed()).to.deep.equal([['home', null]]);
      expect([await desk.row(1), await desk.row(3), await desk.row(9, 'cl_autumn')].map((row) => row['record_type'])).to.deep.equal([7, 7, 7]);
      expect(await desk.row(2)).to.include({ record_status: 1 });
      expect((await desk.query('SELECT is_internal, time_stamp FROM dnc'))[0]).to.deep.equal({ is_internal: 1, time_stamp: SECONDS });
    });

    it('by number ends what the agent has of it, and leaves others what they have', async () => {
      await desk.run();
      const mine = await ada.record();
      const theirs = await grace.record();
      expect([mine['GSW_PHONE'], theirs['GSW_PHONE']]).to.deep.equal(['home', 'home']);
      await ada.ask('DoNotCall', { GSW_PHONE: 'home' });
      expect(await desk.row(1)).to.include(FORBIDDEN);
      expect(await grace.ask('RecordProcessed', { GSW_RECORD_HANDLE: theirs.GSW_RECORD_HANDLE, GSW_CALL_RESULT: 33 })).to.include({ GSW_USER_EVENT: 'RecordProcessedAcknowledge' });
    });

    it('by customer forbids the customer', async () => {
      expect(await ada.ask('DoNotCall', { GSW_CUSTOMER_ID: 'C1' })).to.include({ GSW_USER_EVENT: 'DoNotCallAcknowledge', GSW_CUSTOMER_ID: 'C1' });
      expect(await listed()).to.deep.equal([[null, 'C1']]);
      expect([await desk.row(1), await desk.row(2), await desk.row(4)].map((row) => row['record_type'])).to.deep.equal([7, 7, 7]);
      await desk.insert('cl_spring', [{ record_id: 10, customer_id: 'C1' }]);
      await desk.query('DELETE FROM cl_spring WHERE record_id = 3');
      await desk.run();
      expect(await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    });
  });

  describe('AddRecord', () => {
    it('adds a record in a chain of its own, with what an import would give it', async () => {
      await desk.insert('cl_spring', [{ record_id: 7, chain_id: 12 }]);
      const told = await ada.ask('AddRecord', { GSW_CALLING_LIST: 'Spring', GSW_PHONE: '5550100' });
      expect(told).to.deep.equal({
        GSW_USER_EVENT: 'AddRecordAcknowledge', GSW_APPLICATION_ID: 156, GSW_CAMPAIGN_NAME: 'Spring', GSW_CALLING_LIST: 'Spring', GSW_PHONE: '5550100',
        GSW_PHONE_TYPE: 'NoContactType', GSW_RECORD_TYPE: 'General', GSW_RECORD_STATUS: 'Ready', GSW_CALL_RESULT: 28, GSW_ATTEMPTS: 0,
        GSW_CHAIN_ID: 13, GSW_CHAIN_N: 0, GSW_REFERENCE_ID: told['GSW_REFERENCE_ID'],
      });
      expect(await desk.row(13)).to.include({ contact_info: '5550100', record_type: 2, record_status: 1, attempt: 0, call_result: 28, chain_id: 13, chain_n: 0, tz_dbid: null, dial_sched_time: null });
    });

    it('takes everything that is documented, by name or number, behind the last of a chain', async () => {
      await desk.insert('cl_spring', [{ record_id: 7 }]);
      const told = await ada.ask('AddRecord', {
        GSW_CALLING_LIST: 'Spring', GSW_PHONE: 5550100, GSW_PHONE_TYPE: 'Mobile', GSW_RECORD_TYPE: '6', GSW_RECORD_STATUS: 1, GSW_DATE_TIME: '11/23/2026 09:30',
        GSW_FROM: '32400', GSW_UNTIL: 64_800, GSW_TZ_NAME: 'PST', GSW_ATTEMPTS: '2', GSW_CALL_RESULT: 'NoAnswer', GSW_AGENT_ID: '1002', GSW_CHAIN_ID: '7', age: '30', customer_name: 'Lin',
      });
      expect(told).to.include({ GSW_PHONE_TYPE: 'Mobile', GSW_RECORD_TYPE: 'CampaignCallBack', GSW_CALL_RESULT: 7, GSW_TZ_NAME: 'PST', GSW_CHAIN_ID: 7, GSW_CHAIN_N: 1, GSW_FROM: 32_400 });
      expect(await desk.row(8)).to.include({
        contact_info: '5550100', contact_info_type: 4, record_type: 6, dial_sched_time: Date.UTC(2026, 10, 23, 17, 30) / 1000, daily_from: 32_400, daily_till: 64_800,
        tz_dbid: 2, attempt: 2, call_result: 7, agent_id: '1002', chain_id: 7, chain_n: 1, age: 30, customer_name: 'Lin',
      });
    });

    it('is there for the group at once', async () => {
      await desk.run();
      expect(await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
      await grace.ask('AddRecord', { GSW_CALLING_LIST: 'Spring', GSW_PHONE: '5550100' });
      expect(await ada.record()).to.include({ GSW_PHONE: '5550100' });
    });

    it('gives a personal callback to who adds it', async () => {
      await ada.ask('AddRecord', { GSW_CALLING_LIST: 'Spring', GSW_PHONE: '1', GSW_RECORD_TYPE: 'PersonalCallBack' });
      expect(await desk.row(1)).to.include({ record_type: 5, agent_id: '1001' });
    });

    for (const [key, value] of Object.entries({
      GSW_CALLING_LIST: 'Winter', GSW_PHONE: ' ', GSW_PHONE_TYPE: 'Phone', GSW_RECORD_TYPE: 99, GSW_RECORD_STATUS: 'Retrieved', GSW_DATE_TIME: '02/30/2027 09:00', GSW_FROM: 86_401,
      GSW_UNTIL: -1, GSW_TZ_NAME: 'Mars', GSW_ATTEMPTS: -1, GSW_CALL_RESULT: 54, GSW_AGENT_ID: 'x'.repeat(65), GSW_CHAIN_ID: 4711, age: 'old', customer_name: 'longer than ten',
    })) {
      it(`refuses ${key} ${value}, and names it`, async () => {
        const told = await ada.ask('AddRecord', { GSW_CALLING_LIST: 'Spring', GSW_PHONE: '1', [key]: value });
        expect(told).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 3 });
        expect(told['GSW_ERROR']).to.include(key);
        expect(await desk.query('SELECT 1 FROM cl_spring')).to.deep.equal([]);
      });
    }
  });

  describe('LogOut', () => {
    it('is acknowledged at once where the agent has nothing', async () => {
      expect(await ada.ask('LogOut', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'LogOutAcknowledge', GSW_CAMPAIGN_NAME: 'Spring' });
    });

    it('waits for the last record, gives no new one, and ends when the agent asks again', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }, { record_id: 2 }, { record_id: 3 }]);
      await desk.run();
      const [first, second] = [await ada.record(), await ada.record()];
      const leaving = ada.ask('LogOut', { GSW_CAMPAIGN_NAME: 'Spring' });
      for (const type of ['PreviewRecordRequest', 'PreviewDialingModeStart']) {
        expect(await ada.ask(type, { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 10 });
      }
      await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE: first.GSW_RECORD_HANDLE });
      let left = false;
      void leaving.then(() => (left = true));
      await ada.ask('UpdateCallCompletionStats', { GSW_RECORD_HANDLE: second.GSW_RECORD_HANDLE });
      expect(left, 'one record is still out').to.equal(false);
      await ada.ask('RecordReject', { GSW_RECORD_HANDLE: second.GSW_RECORD_HANDLE });
      expect(await leaving).to.include({ GSW_USER_EVENT: 'LogOutAcknowledge' });
      expect((await ada.record())['GSW_PHONE']).to.be.a('string');
    });

    it('waits for a record that is on its way', async () => {
      await desk.insert('cl_spring', [{ record_id: 1 }, { record_id: 2 }]);
      await desk.run();
      await grace.record();
      const coming = ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
      const leaving = ada.ask('LogOut', { GSW_CAMPAIGN_NAME: 'Spring' });
      const told = await coming;
      if (told['GSW_USER_EVENT'] === 'PreviewRecord') await ada.ask('RecordReject', { GSW_RECORD_HANDLE: told['GSW_RECORD_HANDLE'] ?? 0 });
      expect(await leaving).to.include({ GSW_USER_EVENT: 'LogOutAcknowledge' });
    });

    it('of a campaign that is not the agent\'s is refused', async () => {
      expect(await ada.ask('LogOut', { GSW_CAMPAIGN_NAME: 'Autumn' })).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 10 });
      expect(await ada.ask('LogOut', { GSW_CAMPAIGN_NAME: 'Winter' })).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 6 });
    });
  });
});
