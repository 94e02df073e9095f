import { expect } from 'chai';
import { ErrorCode } from '../../protocol/index.js';
import { type DesktopClient, type DirectClient, RequestRefused } from '../../src/client/index.js';
import { sampleOf } from '../metrics/support.js';
import { desktopOf, HOST, importRecords, openGateway, SPRING, supervisorOf, type TestGateway } from '../support/gateway.js';

const RECORDS = 3;

async function refusedWith(code: number, promise: Promise<unknown>): Promise<void> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).to.be.instanceOf(RequestRefused).and.include({ code });
}

describe('GET /metrics', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  let supervisor: DirectClient;
  let desktop: DesktopClient;

  before(async () => {
    gateway = await openGateway();
    supervisor = await supervisorOf(gateway);
    desktop = await desktopOf(gateway);
  });
  after(async () => {
    await supervisor.close();
    await desktop.close();
    await gateway.close();
  });

  const scrape = async (): Promise<string> => {
    const answer = await fetch(`http://${HOST}:${gateway.ports.http}/metrics`);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    return answer.text();
  };

  it('shows a campaign from its load to its completion', async () => {
    await importRecords(gateway, RECORDS);
    const AUTO = [{ key: 'GSW_AUTO_COMPLETION', value: { type: 'int', value: 1 } }] as const;
    await refusedWith(ErrorCode.CampaignNotLoaded, supervisor.request('GSW_CM_ReqUnloadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid }));
    await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid, GSW_CM_AttrProperties: AUTO });
    await supervisor.request('GSW_CM_ReqStartDialing', { GSW_CM_AttrSessionID: SPRING.dbid });
    expect(sampleOf(await scrape(), 'ocm_campaign_groups', { state: 'Running' })).to.equal(1);

    await desktop.registerAddress('7001');
    await desktop.login('1001');
    await refusedWith(4, desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: 999_999, GSW_CALL_RESULT: 33 }));
    for (let record = 0; record < RECORDS; record += 1) {
      const event = await desktop.userRequest('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
      expect(event.name).to.equal('PreviewRecord');
      await desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: event.integer('GSW_RECORD_HANDLE') ?? 0, GSW_CALL_RESULT: 33 });
    }
    for await (const { name } of desktop.notifications) if (name === 'CampaignUnloaded') break;

    expect((await fetch(`http://${HOST}:${gateway.ports.http}/nosuch`)).status).to.equal(404);
    const text = await scrape();
    const value = (name: string, labels: Record<string, string> = {}): number | undefined => sampleOf(text, name, labels);
    expect(value('ocm_campaign_groups', { state: 'NotLoaded' })).to.equal(2);
    expect(value('ocm_connections', { dialect: 'GSW_CM' })).to.equal(1);
    expect(value('ocm_connections', { dialect: 'T' })).to.equal(1);
    expect(value('ocm_connections', { dialect: 'HTTP' })).to.be.greaterThan(0);
    expect(value('ocm_messages_total', { dialect: 'GSW_CM', type: 'GSW_CM_ReqLoadCampaign', direction: 'received' })).to.equal(1);
    expect(value('ocm_messages_total', { dialect: 'GSW_CM', type: 'GSW_CM_EvError', direction: 'sent' })).to.equal(1);
    // the four notifications of the campaign but for its load and start, and an answer of each request
    expect(value('ocm_messages_total', { dialect: 'T', type: 'EventUserEvent', direction: 'sent' })).to.be.at.least(2 * RECORDS + 3);
    expect(value('ocm_refusals_total', { dialect: 'GSW_CM', code: 'CampaignNotLoaded' })).to.equal(1);
    expect(value('ocm_refusals_total', { dialect: 'T', code: 'UnknownRecordHandle' })).to.equal(1);
    expect(value('ocm_refusals_total', { dialect: 'HTTP', code: 'InvalidParameter' })).to.equal(1);
    expect(value('ocm_http_request_duration_seconds_count', { method: 'GET', route: 'none', status: '404' })).to.equal(1);
    expect(value('ocm_http_request_duration_seconds_count', { method: 'POST', route: '/lists/:name/import', status: '200' })).to.equal(1);
    expect(value('ocm_outbox_bytes', { dialect: 'T' })).to.equal(0);
    expect(value('ocm_commit_duration_seconds_count', { of: 'hand_out' })).to.equal(RECORDS);
    expect(value('ocm_commit_duration_seconds_count', { of: 'result' })).to.equal(RECORDS);
    expect(value('ocm_commit_duration_seconds_count', { of: 'completion' })).to.equal(1);
    expect(value('ocm_retrieval_duration_seconds_count')).to.be.greaterThan(0);
    expect(value('ocm_fan_out_duration_seconds_count')).to.equal(3);
    for (const stage of ['result_commit', 'probe', 'completion_commit', 'fan_out']) {
      expect(value('ocm_completion_stage_duration_seconds_count', { stage }), stage).to.equal(1);
    }
    expect(value('process_resident_memory_bytes')).to.be.greaterThan(0);
  });

  it('shows how many records the lists have, as soon as they are counted', async () => {
    for (;;) {
      const text = await scrape();
      const counts = ['ready', 'retrieved', 'final'].map((status) => sampleOf(text, 'ocm_list_records', { list: 'Spring', status }));
      if (counts[0] === undefined) continue;
      expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).to.equal(RECORDS);
      expect(sampleOf(text, 'ocm_list_records_age_seconds', { list: 'Spring' })).to.be.within(0, 60);
      break;
    }
  });

  it('tells why connections were closed', async () => {
    const other = await desktopOf(gateway);
    await other.close();
    for (;;) {
      const text = await scrape();
      if (sampleOf(text, 'ocm_connections_closed_total', { dialect: 'T', reason: 'peer' }) !== 1) continue;
      expect(sampleOf(text, 'ocm_connections_closed_total', { dialect: 'T', reason: 'outboxFull' })).to.equal(0);
      expect(sampleOf(text, 'ocm_connections_accepted_total', { dialect: 'T' })).to.equal(2);
      break;
    }
  });
});
