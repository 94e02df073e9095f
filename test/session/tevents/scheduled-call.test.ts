import { expect } from 'chai';
import { ManualClock } from '../../support/manual-clock.js';
import { TestDesk, type TestDesktop } from './support.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Spring@Support: the list of Spring@Sales, with an agent of its own. */
const SHARED = 1003;

/** As MM/dd/yyyy. */
function dayOf(seconds: number): string {
  const [year, month, day] = new Date(seconds * 1000).toISOString().slice(0, 10).split('-');
  return `${month}/${day}/${year}`;
}

describe('session/tevents: personal callbacks', () => {
  let desk: TestDesk;
  let clock: ManualClock;
  let ada: TestDesktop;
  const open: TestDesktop[] = [];
  /** Noon of the test's day, in seconds. */
  let noon = 0;

  before(async () => {
    clock = new ManualClock(Date.UTC(2026, 10, 21, 12));
    desk = await TestDesk.start({
      clock,
      change: (config) => {
        config.callingLists[0]!['customFields'] = { age: 'int' };
        config.agents.push({ id: '1003', name: 'Lin' });
        config.groups[1]!['agents'] = ['1003'];
        config.campaignGroups.push({ dbid: SHARED, campaign: 'Spring', group: 'Support' });
      },
    });
  });

  after(() => desk.close());

  beforeEach(async () => {
    await desk.query('DELETE FROM cl_spring');
    // a day of its own for every test: whatever the one before did with the clock is past
    clock.advance(DAY - ((clock.now() - DAY / 2) % DAY));
    noon = clock.now() / 1000;
    ada = await login('7001', '1001');
  });

  afterEach(async () => {
    await desk.unload();
    await desk.unload(SHARED);
    for (const desktop of open.splice(0)) desktop.session.closed();
  });

  async function login(dn: string, agentId: string): Promise<TestDesktop> {
    const desktop = await desk.desktop(dn, agentId);
    open.push(desktop);
    return desktop;
  }

  const callback = (agentId: string, over: Readonly<Record<string, string | number>> = {}) =>
    desk.insert('cl_spring', [{ record_id: 1, record_type: 5, agent_id: agentId, dial_sched_time: noon, call_result: 7, attempt: 1, tz_dbid: 1, age: 36, ...over }]);

  /** Nothing becomes of record 1 for `minutes`, in which others ask; at the end of them it is missed and the group completes. */
  async function missedAfter(minutes: number, asking: TestDesktop): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      expect(await asking.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
      expect(await desk.row(1), `minute ${minute}`).to.include({ record_status: 1 });
      if (minute < minutes - 1) clock.advance(MINUTE);
    }
    const completed = asking.completed();
    clock.advance(MINUTE);
    await completed;
    expect(await desk.row(1)).to.include({ record_status: 8 });
  }

  it('are announced and handed to their agent, who need not be ready', async () => {
    await callback('1001');
    await desk.run();
    const told = await ada.told('ScheduledCall');
    expect(told).to.include({
      GSW_APPLICATION_ID: 156, GSW_CAMPAIGN_NAME: 'Spring', GSW_CALLING_LIST: 'Spring', GSW_PHONE: '555-1', GSW_CALL_RESULT: 7, GSW_CHAIN_ID: 1, GSW_TZ_OFFSET: 0,
      GSW_CALLBACK_TYPE: 'Personal', age: 36,
    });
    const { GSW_RECORD_HANDLE = 0 } = told;
    expect(await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE, GSW_CALL_RESULT: 33 })).to.include({ GSW_USER_EVENT: 'RecordProcessedAcknowledge' });
    expect(await desk.row(1)).to.include({ record_status: 3, attempt: 2, call_result: 33 });
  });

  it('are nobody else\'s', async () => {
    await callback('1001', { dial_sched_time: noon + 60 });
    const grace = await login('7002', '1002');
    await desk.run();
    expect(await grace.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    clock.advance(MINUTE);
    await ada.told('ScheduledCall');
    expect(await grace.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    expect(grace.names).to.not.include('ScheduledCall');
  });

  it('wait for a hand that is free, and for an agent who logs in', async () => {
    await callback('1002');
    await desk.insert('cl_spring', [{ record_id: 2, record_type: 5, agent_id: '1002', dial_sched_time: noon }]);
    await desk.run();
    const grace = await login('7002', '1002');
    const first = await grace.told('ScheduledCall');
    expect(await desk.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL')).to.have.length(1);
    await grace.ask('RecordProcessed', { GSW_RECORD_HANDLE: first['GSW_RECORD_HANDLE'] ?? 0 });
    clock.advance(10_000);
    expect(await grace.told('ScheduledCall')).to.not.include({ GSW_PHONE: first['GSW_PHONE'] ?? '' });
    expect(ada.names).to.not.include('ScheduledCall');
  });

  it('are announced again to an agent who lost the line and is back', async () => {
    await callback('1001');
    await desk.run();
    const { GSW_RECORD_HANDLE } = await ada.told('ScheduledCall');
    ada.session.closed();
    const again = await login('7001', '1001');
    expect(await again.told('ScheduledCall')).to.include({ GSW_RECORD_HANDLE });
  });

  it('are missed without their agent, and hold the completion until then', async () => {
    await callback('1002');
    await desk.insert('cl_spring', [{ record_id: 2, chain_id: 1, chain_n: 1 }]);
    await desk.run(1001, true);
    await missedAfter(30, ada);
    expect(await desk.row(1)).to.include({ record_status: 8, record_type: 5, attempt: 1 });
    expect(await desk.row(2), 'it was for the same person').to.include({ record_status: 7 });
  });

  it('are not missed while their agent is there, however busy', async () => {
    await callback('1001', { dial_sched_time: noon + 60 });
    await desk.insert('cl_spring', [{ record_id: 2 }]);
    await desk.run(1001, true);
    const { GSW_RECORD_HANDLE } = await ada.record();
    for (let minute = 0; minute < 60; minute += 1) {
      clock.advance(MINUTE);
      await ada.ask('CampaignStatusRequest');
    }
    await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE });
    clock.advance(10_000);
    const { GSW_RECORD_HANDLE: second = 0 } = await ada.told('ScheduledCall');
    const completed = ada.completed();
    await ada.ask('RecordProcessed', { GSW_RECORD_HANDLE: second });
    await completed;
    expect(await desk.row(1)).to.include({ record_status: 3 });
  });

  it('are missed where their agent is not a member of the group, logged in or not', async () => {
    await login('7003', '1003');
    await callback('1003');
    await desk.run(1001, true);
    await missedAfter(30, ada);
  });

  it('are not missed by one group while another that runs can give them to their agent', async () => {
    const lin = await login('7003', '1003');
    await desk.insert('cl_spring', [{ record_id: 2 }]);
    await desk.run(SHARED);
    const { GSW_RECORD_HANDLE } = await lin.record();
    await callback('1003');
    await desk.run();
    for (let minute = 0; minute < 40; minute += 1) {
      clock.advance(MINUTE);
      expect(await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    }
    expect(await desk.row(1)).to.include({ record_status: 1 });
    await lin.ask('RecordProcessed', { GSW_RECORD_HANDLE });
    clock.advance(10_000);
    expect(await lin.told('ScheduledCall')).to.include({ GSW_PHONE: '555-1' });
  });

  it('are missed where their agent has logged out of the campaign', async () => {
    const grace = await login('7002', '1002');
    await callback('1001', { dial_sched_time: noon - 3600 });
    expect(await ada.ask('LogOut', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'LogOutAcknowledge' });
    await desk.run(1001, true);
    await missedAfter(30, grace);
    expect(ada.names).to.not.include('ScheduledCall');
  });

  it('of a redial that was retrieved go back when their agent logs out of the campaign, and come again with the agent', async () => {
    const grace = await login('7002', '1002');
    const tenSeconds = async (): Promise<void> => {
      clock.advance(10_000);
      // answered behind what the group does by the clock
      expect(await grace.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    };
    await callback('1001', { record_type: 4, dial_sched_time: noon + 5 });
    await desk.run();
    expect(await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    await tenSeconds();
    expect(await desk.row(1)).to.include({ record_status: 2 });
    await ada.ask('LogOut', { GSW_CAMPAIGN_NAME: 'Spring' });
    await tenSeconds();
    expect(await desk.row(1)).to.include({ record_status: 1 });
    expect(await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    await tenSeconds();
    expect(await ada.record()).to.include({ GSW_PHONE: '555-1' });
  });

  it('made by RecordReschedule come back to their agent', async () => {
    await desk.insert('cl_spring', [{ record_id: 1, tz_dbid: 1 }]);
    await desk.run();
    const { GSW_RECORD_HANDLE } = await ada.record();
    await ada.ask('RecordReschedule', { GSW_RECORD_HANDLE, GSW_DATE_TIME: dayOf(noon) + ' 12:05', GSW_CALLBACK_TYPE: 'Personal' });
    expect(ada.names).to.not.include('ScheduledCall');
    clock.advance(5 * MINUTE);
    expect(await ada.told('ScheduledCall')).to.include({ GSW_PHONE: '555-1' });
  });

  it('of a redial are given when their agent asks', async () => {
    await callback('1001', { record_type: 4 });
    const grace = await login('7002', '1002');
    await desk.run();
    expect(await grace.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' })).to.include({ GSW_USER_EVENT: 'PreviewRecordEmpty' });
    // asking makes an agent one to whom redials are brought
    await ada.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
    clock.advance(10_000);
    await ada.ask('CampaignStatusRequest');
    expect(await ada.record()).to.include({ GSW_PHONE: '555-1' });
    expect(ada.names).to.not.include('ScheduledCall');
  });

  it('of nobody are everybody\'s', async () => {
    await desk.insert('cl_spring', [{ record_id: 1, record_type: 5, dial_sched_time: noon }]);
    await desk.run();
    expect(await ada.record()).to.include({ GSW_PHONE: '555-1' });
  });
});
