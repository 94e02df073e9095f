import { expect } from 'chai';
import { attributeId, type AttributeName, int, keys, type KvList, kvlist, makeMessage, type Message, type MessageName, messageType, string, type Value } from '../../protocol/index.js';
import { Audit } from '../../src/access/audit.js';
import { connectDesktop, connectDirect, RequestRefused } from '../../src/client/index.js';
import type { Client } from '../../src/config/deployment.js';
import { describeFields } from '../../src/log/log-fields.js';
import { fakeHttp, refused } from '../http/support.js';
import { HOST, openGateway, SPRING, type TestGateway } from '../support/gateway.js';
import { RawLine } from '../support/raw-line.js';

const CLIENTS: readonly Client[] = [
  { name: 'boss', password: 'b', roles: ['supervisor'] },
  { name: 'the eye', password: 'e', roles: ['monitor'] },
  { name: 'desk', password: 'd', roles: ['agent', 'supervisor'] },
];
const basic = (name: string, password: string) => ({ authorization: `Basic ${btoa(`${name}:${password}`)}` });
const FLAG = { key: keys.GSW_AUTO_COMPLETION, value: int(1) };

const attribute = (name: AttributeName, value: Value) => ({ id: attributeId(name), value });
const load = (type: string) => [{ key: keys.GSW_AGENT_REQ_TYPE, value: string(type) }, FLAG];
const userRequest = (data: KvList) => makeMessage('RequestDistributeUserEvent', { AttributeReferenceID: 5, AttributeThisDN: 'CommDN1', AttributeUserData: data });
/** The message, but for an attribute. */
const without = (name: AttributeName, message: Message): Message => ({ ...message, attributes: message.attributes.filter(({ id }) => id !== attributeId(name)) });

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
    for (const data of [{ campaignId: 101, groupId: '732', sessionId: 1001 }, { groupId: 732, optimizeGoal: 'x' }, 7]) {
      await http.post('/ocs/v3/servers/156/load-campaign', { data }, basic('boss', 'b'));
    }
    await http.post('/ocs/v3/servers/156/fly', body, basic('boss', 'b'));
    await http.post('/campaigngroups/1001?req=LoadCampaign', { GSW_AUTO_COMPLETION: 1 }, basic('boss', 'b'));
    await http.post('/campaigngroups/7?req=CampaignLoad', {}, basic('boss', 'b'));
    await http.post('/campaigngroups/1001?req=StopDialing', {}, basic('the eye', 'e'));
    await http.post('/campaigngroups/1001?req=StopDialing', { wrong: 1 }, basic('boss', 'b'));
    await http.post('/campaigngroups/spring?req=fly', {}, basic('boss', 'b'));
    await http.post('/campaigngroups/1001', {}, basic('boss', 'b'));
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
        'client=boss from=127.0.0.1 request=Load campaign=101 session=1001 outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 request=Load group=732 outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 request=Load outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 request=fly campaign=101 group=732 outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 request=Load campaign=101 group=732 session=1001 flag=1 outcome=done',
        'client=boss from=127.0.0.1 request=Load session=7 outcome=refused code=CampaignGroupNotFound',
        'client="the eye" from=127.0.0.1 request=StopDialing session=1001 outcome=refused code=RegistrationError',
        'client=boss from=127.0.0.1 request=StopDialing session=1001 outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 request=fly outcome=refused code=InvalidParameter',
        'client=boss from=127.0.0.1 session=1001 outcome=refused code=InvalidParameter',
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

    it('has a line for every GSW_CM request that nobody has looked into', async () => {
      const direct = await RawLine.open(gateway.ports.direct, 'GSW_CM');
      const request = (name: MessageName, ...attributes: { id: number; value: Value }[]) => direct.sendMessage({ dialect: 'GSW_CM', type: messageType(name), attributes });
      const reference = attribute('GSW_CM_AttrReferenceID', int(5));
      const session = attribute('GSW_CM_AttrSessionID', int(1001));
      const flag = attribute('GSW_CM_AttrProperties', kvlist([FLAG]));
      request('GSW_CM_ReqLoadCampaign', reference, session, flag);
      direct.sendMessage(makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'boss', GSW_CM_AttrClientPassword: 'b' }));
      request('GSW_CM_ReqLoadCampaign', session, flag);
      request('GSW_CM_ReqStartDialing', reference, session, attribute('GSW_CM_AttrDialMode', string('Preview')));
      request('GSW_CM_ReqCompleteCampaign', reference, attribute('GSW_CM_AttrCampaignID', string('101')), attribute('GSW_CM_AttrGroupID', int(732)));
      request('GSW_CM_ReqForceUnloadCampaign', attribute('GSW_CM_AttrReferenceID', int(0)), session);
      // no campaign requests
      request('GSW_CM_ReqHeartbeat');
      request('GSW_CM_ReqCampaignRegistered', reference, attribute('GSW_CM_AttrCampaignID', string('101')));
      for (let answers = 0; answers < 8; answers += 1) await direct.message();
      direct.destroy();
      const who = { protocol: 'GSW_CM', client: 'boss', from: '127.0.0.1' };
      const refusal = { outcome: 'refused', code: 'InvalidParameter' };
      expect(lines()).to.deep.equal([
        { protocol: 'GSW_CM', from: '127.0.0.1', request: 'Load', session: 1001, flag: '1', outcome: 'refused', code: 'RegistrationError' },
        { ...who, request: 'Load', session: 1001, flag: '1', ...refusal },
        { ...who, request: 'StartDialing', session: 1001, ...refusal },
        { ...who, request: 'Complete', group: 732, ...refusal },
        { ...who, request: 'ForceUnload', session: 1001, ...refusal },
      ]);
    });

    it('has a line for every request in user data that nobody has looked into', async () => {
      const line = await RawLine.open(gateway.ports.tevents, 'T');
      const register = (name: string, password: string) =>
        line.sendMessage(makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: name, AttributeApplicationPassword: password }));
      line.sendMessage(userRequest([...load('CampaignLoad'), { key: keys.GSW_CAMPAIGN_NAME, value: string('Spring') }, { key: keys.GSW_GROUP_ID, value: string('732') }]));
      register('desk', 'd');
      line.sendMessage(userRequest(load('CampaignUnload')));
      line.sendMessage(without('AttributeThisDN', userRequest(load('StartDialing'))));
      // no campaign requests: another one, one that is masked, no user data at all, another message
      line.sendMessage(userRequest(load('RecordProcessed')));
      line.sendMessage(userRequest([{ key: keys.GSW_AGENT_REQ_TYPE, value: { type: 'masked' } }]));
      line.sendMessage(without('AttributeUserData', userRequest([])));
      line.sendMessage(makeMessage('RequestAgentLogin', { AttributeReferenceID: 6, AttributeThisDN: 'CommDN1', AttributeAgentID: '1001' }));
      for (let answers = 0; answers < 8; answers += 1) await line.message();
      line.destroy();
      const eye = await connectDesktop({ host: HOST, port: gateway.ports.tevents, applicationName: 'the eye', password: 'e' });
      await refusedOf(eye.request('RequestDistributeUserEvent', { AttributeThisDN: 'CommDN1', AttributeUserData: load('CampaignForceUnload') }));
      await eye.close();
      const who = { protocol: 'T-Events', from: '127.0.0.1', flag: '1', outcome: 'refused' };
      expect(lines()).to.deep.equal([
        { ...who, request: 'Load', campaign: 101, group: 732, code: 'ClientNotRegistered' },
        { ...who, client: 'desk', request: 'Unload', code: 'DnNotRegistered' },
        { ...who, client: 'desk', request: 'StartDialing', code: 'BadParameter' },
        { ...who, client: 'the eye', request: 'ForceUnload', code: 'NotAllowed' },
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
      await refusedOf(desk.userRequest('CampaignUnload', [{ key: keys.GSW_CAMPAIGN_ID, value: string('x') }, { key: keys.GSW_CAMPAIGN_NAME, value: string('none') }, { key: keys.GSW_GROUP_ID, value: int(9) }], { dn: 'CommDN1' }));
      await desk.userRequest('CampaignUnload', names, { dn: 'CommDN1' });
      await desk.close();
      const ids = { campaign: 101, group: 732, session: 1001 };
      const who = { protocol: 'T-Events', client: 'desk', from: '127.0.0.1' };
      expect(lines()).to.deep.equal([
        { ...who, request: 'Load', ...ids, flag: '1', outcome: 'done' },
        { ...who, request: 'Load', ...ids, outcome: 'refused', code: 'CampaignAlreadyLoaded' },
        { ...who, request: 'Load', flag: '1', outcome: 'refused', code: 'InvalidParameter' },
        { ...who, request: 'Unload', campaign: 101, group: 732, outcome: 'refused', code: 'NotAllowed' },
        { ...who, request: 'Unload', group: 9, outcome: 'refused', code: 'InvalidParameter' },
        { ...who, request: 'Unload', ...ids, outcome: 'done' },
      ]);
    });
  });
});
