import { expect } from 'chai';
import { int, keys, string } from '../../protocol/index.js';
import { Audit } from '../../src/access/audit.js';
import { connectDesktop, connectDirect, RequestRefused } from '../../src/client/index.js';
import type { Client } from '../../src/config/deployment.js';
import { describeFields } from '../../src/log/log-fields.js';
import { fakeHttp, refused } from '../http/support.js';
import { HOST, openGateway, SPRING, type TestGateway } from '../support/gateway.js';

const CLIENTS: readonly Client[] = [
  { name: 'boss', password: 'b', roles: ['supervisor'] },
  { name: 'the eye', password: 'e', roles: ['monitor'] },
  { name: 'desk', password: 'd', roles: ['agent', 'supervisor'] },
];
const basic = (name: string, password: string) => ({ authorization: `Basic ${btoa(`${name}:${password}`)}` });
const FLAG = { key: keys.GSW_AUTO_COMPLETION, value: int(1) };

async function refusedOf(request: Promise<unknown>): Promise<void> {
  const error = await request.then(() => undefined, (reason: unknown) => reason);
  expect(error).to.be.instanceOf(RequestRefused);
}

describe('the audit', () => {
  it('says all it knows in the same order, and nothing of what it does not', () => {
    const lines: string[] = [];
    const audit = new Audit({ info: (message, fields) => lines.push(message + describeFields(fields)) });
    audit.refused({ protocol: 'HTTP', from: '::1', request: 'x'.repeat(1000) }, 'InvalidParameter');
    audit.refused({ protocol: 'T-Events', client: 'a\nb', from: '::1', request: 'Load', target: { groupId: 1 }, flag: { kind: 'text', value: '1 outcome=done' } }, 'NotAllowed');
    expect(lines).to.deep.equal([
      `audit protocol=HTTP from=::1 request=${'x'.repeat(64)} outcome=refused code=InvalidParameter`,
      'audit protocol=T-Events client="a\\nb" from=::1 request=Load group=1 flag="1 outcome=done" outcome=refused code=NotAllowed',
    ]);
  });

  it('has a line for every request over HTTP', async () => {
    const http = fakeHttp((config) => (config['clients'] = CLIENTS));
    const body = { data: { campaignId: 101, groupId: 732, requestProperties: [{ key: 'GSW_AUTO_COMPLETION', value: '1' }] } };
    await http.post('/ocs/v3/servers/156/load-campaign', body, basic('boss', 'b'));
    await http.post('/ocs/v3/servers/156/load-campaign', body, basic('the eye', 'e'));
    await http.post('/ocs/v3/servers/156/load-campaign', body, basic('boss', 'x'));
    await http.post('/ocs/v3/servers/156/load-campaign', '{', basic('boss', 'b'));
    await http.post('/ocs/v3/servers/156/fly', body, basic('boss', 'b'));
    await http.post('/campaigngroups/1001?req=LoadCampaign', { GSW_AUTO_COMPLETION: 1 }, basic('boss', 'b'));
    await http.post('/campaigngroups/7?req=CampaignLoad', {}, basic('boss', 'b'));
    http.gateway.outcome = () => refused('CampaignNotLoaded');
    await http.post('/campaigngroups/1001?req=StopDialing', {}, basic('boss', 'b'));
    await http.post('/ocs/v3/servers/156/stop-dialing', { data: { sessionId: 1001 } }, basic('boss', 'b'));
    // no campaign requests
    await http.get('/campaigngroups/7', basic('boss', 'b'));
    await http.get('/nothing', basic('boss', 'b'));
    expect(http.audit).to.deep.equal(
      [
        'client=boss from=127.0.0.1 request=Load campaign=101 group=732 session=1001 flag=1 outcome=done',
        'client="the eye" from=127.0.0.1 request=Load outcome=refused code=RegistrationError',
        'from=127.0.0.1 request=Load outcome=refused code=RegistrationError',
        'client=boss from=127.0.0.1 request=Load outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 request=fly outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 request=Load campaign=101 group=732 session=1001 flag=1 outcome=done',
        'client=boss from=127.0.0.1 request=Load session=7 outcome=refused code=CampaignGroupNotFound',
        'client=boss from=127.0.0.1 request=StopDialing session=1001 outcome=refused code=CampaignNotLoaded',
        'client=boss from=127.0.0.1 request=StopDialing session=1001 outcome=refused code=CampaignNotLoaded',
      ].map((line) => `audit protocol=HTTP ${line}`),
    );
  });

  describe('over TCP', () => {
    let gateway: TestGateway;
    before(async () => {
      gateway = await openGateway({ clients: CLIENTS });
    });
    after(() => gateway.close());

    /** The lines since it was asked last. */
    let read = 0;
    const lines = (): unknown[] => {
      const fresh = gateway.log.slice(read);
      read = gateway.log.length;
      return fresh.filter((line) => line.startsWith('info audit ')).map((line) => JSON.parse(line.slice('info audit '.length)));
    };

    it('has a line for every request of a GSW_CM client', async () => {
      const protocol = 'GSW_CM';
      const ids = { campaign: 101, group: 732, session: 1001 };
      const boss = await connectDirect({ host: HOST, port: gateway.ports.direct, clientName: 'boss', password: 'b' });
      await boss.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid, GSW_CM_AttrProperties: [FLAG] });
      await boss.request('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrCampaignID: 101, GSW_CM_AttrGroupID: 732 });
      await refusedOf(boss.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid }));
      await refusedOf(boss.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrCampaignID: 9, GSW_CM_AttrGroupID: 732 }));
      await boss.request('GSW_CM_ReqUnloadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid });
      await boss.close();
      const eye = await connectDirect({ host: HOST, port: gateway.ports.direct, clientName: 'the eye', password: 'e' });
      await refusedOf(eye.request('GSW_CM_ReqStopDialing', { GSW_CM_AttrSessionID: SPRING.dbid }));
      await eye.close();
      const bossed = { protocol, client: 'boss', from: '127.0.0.1' };
      expect(lines()).to.deep.equal([
        { ...bossed, request: 'Load', ...ids, flag: '1', outcome: 'done' },
        { ...bossed, request: 'GetCampaignStatus', ...ids, outcome: 'status' },
        { ...bossed, request: 'Load', ...ids, outcome: 'refused', code: 'CampaignAlreadyLoaded' },
        { ...bossed, request: 'Load', campaign: 9, group: 732, outcome: 'refused', code: 'CampaignNotFound' },
        { ...bossed, request: 'Unload', ...ids, outcome: 'done' },
        { protocol, client: 'the eye', from: '127.0.0.1', request: 'StopDialing', session: 1001, outcome: 'refused', code: 'RegistrationError' },
      ]);
    });

    it('has a line for every request over a Communication DN', async () => {
      const desk = await connectDesktop({ host: HOST, port: gateway.ports.tevents, applicationName: 'desk', password: 'd' });
      await desk.registerAddress('CommDN1');
      await desk.registerAddress('7001');
      const names = [
        { key: keys.GSW_CAMPAIGN_NAME, value: string('Spring') },
        { key: keys.GSW_GROUP_NAME, value: string('Sales') },
      ];
      await desk.userRequest('CampaignLoad', [...names, FLAG], { dn: 'CommDN1' });
      await refusedOf(desk.userRequest('CampaignLoad', names, { dn: 'CommDN1' }));
      await refusedOf(desk.userRequest('CampaignLoad', [FLAG], { dn: 'CommDN1' }));
      await refusedOf(desk.userRequest('CampaignUnload', names, { dn: '7001' }));
      await desk.userRequest('CampaignUnload', names, { dn: 'CommDN1' });
      await desk.close();
      const ids = { campaign: 101, group: 732, session: 1001 };
      const who = { protocol: 'T-Events', client: 'desk', from: '127.0.0.1' };
      expect(lines()).to.deep.equal([
        { ...who, request: 'Load', ...ids, flag: '1', outcome: 'done' },
        { ...who, request: 'Load', ...ids, outcome: 'refused', code: 'CampaignAlreadyLoaded' },
        { ...who, request: 'Load', flag: '1', outcome: 'refused', code: 'InvalidParameter' },
        { ...who, request: 'Unload', outcome: 'refused', code: 'NotAllowed' },
        { ...who, request: 'Unload', ...ids, outcome: 'done' },
      ]);
    });
  });
});
