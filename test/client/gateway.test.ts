import { expect } from 'chai';
import { CallResult, ErrorCode, keys, UserEventError } from '../../protocol/index.js';
import { RequestRefused } from '../../src/client/errors.js';
import { connectDesktop, connectDirect, type DesktopClient, type DirectClient, type Notification } from '../../src/client/index.js';
import { startApp, type TestApp } from '../support/app.js';
import { Proxy } from '../support/proxy.js';
import { nextOf, rejection } from './support.js';

const HOST = '127.0.0.1';
const SPRING = { GSW_CM_AttrCampaignID: 101, GSW_CM_AttrGroupID: 732 };
const FAST = { reconnect: { firstDelayMs: 10, maxDelayMs: 50 } };
const CAMPAIGN = { [keys.GSW_CAMPAIGN_NAME]: 'Spring' };

/** Reads notifications until one of that name has come; answers the names. */
async function until(notifications: AsyncIterable<Notification>, name: string): Promise<string[]> {
  const names: string[] = [];
  while (names.at(-1) !== name) names.push((await nextOf(notifications)).name);
  return names;
}

describe('clients of a real gateway', () => {
  let app: TestApp;
  let supervisor: DirectClient;
  let proxy: Proxy;
  let desktop: DesktopClient;

  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  beforeEach(async () => {
    supervisor = await connectDirect({ host: HOST, port: app.ports.direct, clientName: 'supervisor' });
    proxy = await Proxy.open(app.ports.tevents);
    desktop = await connectDesktop({ host: HOST, port: proxy.port, applicationName: 'desktop', ...FAST });
    await desktop.registerAddress('7001');
    await desktop.login('1001');
    await desktop.ready();
  });
  afterEach(async () => {
    await desktop.up();
    await desktop.logout();
    await desktop.close();
    await proxy.close();
    await supervisor.close();
  });

  it('control a campaign, are told of it, and of what is refused', async () => {
    await supervisor.request('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrCampaignID: 101 });
    const other = await connectDirect({ host: HOST, port: app.ports.direct, clientName: 'other' });
    const loaded = await other.request('GSW_CM_ReqLoadCampaign', SPRING);
    expect(loaded.attributes).to.include({ GSW_CM_AttrSessionID: 1001, GSW_CM_AttrGroupCampaignStatus: 4 });
    const refused = await rejection(other.request('GSW_CM_ReqLoadCampaign', SPRING), RequestRefused);
    expect(refused.code).to.equal(ErrorCode.CampaignAlreadyLoaded);
    await other.request('GSW_CM_ReqUnloadCampaign', SPRING);
    await other.close();
    expect([await nextOf(supervisor.events), await nextOf(supervisor.events)].map(({ name }) => name)).to.deep.equal([
      'GSW_CM_EvCampaignLoaded',
      'GSW_CM_EvCampaignUnloaded',
    ]);
    expect(await until(desktop.notifications, 'CampaignUnloaded')).to.deep.equal(['CampaignLoaded', 'CampaignUnloaded']);
  });

  it('work records', async () => {
    await app.importRows('Spring', 'contact_info,customer_name', ['5550100,Ada Lovelace']);
    const early = await rejection(desktop.userRequest('PreviewRecordRequest', CAMPAIGN), RequestRefused);
    expect(early).to.include({ code: UserEventError.CampaignNotLoaded, userEvent: true });
    await supervisor.request('GSW_CM_ReqLoadCampaign', { ...SPRING, GSW_CM_AttrProperties: [{ key: 'GSW_AUTO_COMPLETION', value: { type: 'int', value: 1 } }] });
    await supervisor.request('GSW_CM_ReqStartDialing', SPRING);
    await desktop.userRequest('PreviewDialingModeStart', CAMPAIGN);
    const record = await desktop.userRequest('PreviewRecordRequest', CAMPAIGN);
    expect(record).to.include({ name: 'PreviewRecord', dn: '7001' });
    expect(record.text('customer_name')).to.equal('Ada Lovelace');
    const handle = record.integer(keys.GSW_RECORD_HANDLE) ?? 0;
    const done = await desktop.userRequest('RecordProcessed', { [keys.GSW_RECORD_HANDLE]: handle, [keys.GSW_CALL_RESULT]: CallResult.Answer });
    expect(done.name).to.equal('RecordProcessedAcknowledge');
    expect(await until(desktop.notifications, 'CampaignUnloaded')).to.deep.equal(['CampaignLoaded', 'CampaignStarted', 'CampaignStopped', 'CampaignUnloaded']);
  });

  it('hear after a cut what happened meanwhile, once, and go on', async () => {
    await supervisor.request('GSW_CM_ReqLoadCampaign', SPRING);
    await until(desktop.notifications, 'CampaignLoaded');
    // while the desktop is away nothing leads back to the gateway
    proxy.target = 1;
    const lost = desktop.request('RequestHeartbeat', {}).catch(() => undefined);
    proxy.cut();
    await lost;
    await supervisor.request('GSW_CM_ReqStartDialing', SPRING);
    await supervisor.request('GSW_CM_ReqStopDialing', SPRING);
    proxy.target = app.ports.tevents;
    await desktop.up();
    await supervisor.request('GSW_CM_ReqUnloadCampaign', SPRING);
    expect(await until(desktop.notifications, 'CampaignUnloaded')).to.deep.equal(['CampaignStarted', 'CampaignStopped', 'CampaignUnloaded']);
    await desktop.up();
    expect(desktop.counters.reconnects).to.equal(1);
  });

  it('hear after a restart of the gateway nothing that they have heard', async () => {
    await supervisor.request('GSW_CM_ReqLoadCampaign', SPRING);
    await supervisor.request('GSW_CM_ReqStartDialing', SPRING);
    await until(desktop.notifications, 'CampaignStarted');
    await supervisor.close();
    await app.restart();
    proxy.target = app.ports.tevents;
    await desktop.up();
    supervisor = await connectDirect({ host: HOST, port: app.ports.direct, clientName: 'supervisor' });
    await supervisor.request('GSW_CM_ReqForceUnloadCampaign', SPRING);
    expect(await until(desktop.notifications, 'CampaignUnloaded')).to.deep.equal(['CampaignStopped', 'CampaignUnloaded']);
    // it cannot know what the old connection was given, and says all of the last minutes again
    expect(desktop.counters.repeatedNotifications).to.be.at.least(2);
  });

  it('are put out by another connection that logs their agent in', async () => {
    const newer = await connectDesktop({ host: HOST, port: app.ports.tevents, applicationName: 'newer' });
    await newer.registerAddress('7001');
    await newer.login('1001');
    for (;;) {
      const outcome = await nextOf(desktop.events).catch((error: unknown) => error);
      if (!(outcome instanceof RequestRefused)) continue;
      expect(outcome.code).to.equal(527);
      break;
    }
    await desktop.close();
    desktop = newer;
  });
});
