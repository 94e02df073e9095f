import { expect } from 'chai';
import { int, string } from '../../protocol/index.js';
import { USER_DATA_NAMES } from '../../src/user-data/parameter-names.js';
import { done, fakeHttp, httpEntry, refused, snapshotOf } from './support.js';

const GROUP = '/campaigngroups/1001';

describe('http/native', () => {
  const EVENT = {
    GSW_APPLICATION_ID: 156,
    GSW_CAMPAIGN_NAME: 'Spring',
    GSW_CAMPAIGN_DESCRIPTION: '',
    GSW_CAMPAIGN_GROUP_NAME: 'Spring@Sales',
    GSW_CAMPAIGN_GROUP_DESCRIPTION: '',
  };

  it('asks by the names of OCS, or by those of the direct protocol', async () => {
    const { post, gateway } = fakeHttp();
    const NAMES = ['CampaignLoad', 'CampaignUnload', 'StartDialing', 'StopDialing', 'SetDialingMode', 'CampaignForceUnload', 'CampaignComplete', 'CampaignStatusRequest'];
    const DIRECT = ['LoadCampaign', 'UnloadCampaign', 'StartDialing', 'StopDialing', 'SetDialingMode', 'ForceUnloadCampaign', 'CompleteCampaign', 'GetCampaignStatus'];
    const KINDS = ['Load', 'Unload', 'StartDialing', 'StopDialing', 'SetDialingMode', 'ForceUnload', 'Complete', 'GetCampaignStatus'];
    for (const names of [NAMES, DIRECT]) {
      for (const [index, req] of names.entries()) {
        expect((await post(`${GROUP}?req=${req}`)).statusCode, req).to.equal(200);
        expect(gateway.asked.at(-1)).to.deep.equal({ kind: KINDS[index], by: 'HTTP', names: USER_DATA_NAMES, target: { sessionId: 1001 } });
      }
    }
  });

  it('takes the keys of a request, and an empty body in every form', async () => {
    const { post, gateway } = fakeHttp();
    await post(`${GROUP}?req=StartDialing`, { GSW_DIAL_MODE: 'Preview', GSW_OPTIMIZE_BY: 'WaitTime', GSW_OPTIMIZE_GOAL: 3, GSW_AUTO_COMPLETION: '1' });
    await post(`${GROUP}?req=StartDialing`, { GSW_DIAL_MODE: 2, GSW_OPTIMIZE_BY: 1, GSW_AUTO_COMPLETION: 0 });
    await post(`${GROUP}?req=StartDialing`, '{"GSW_DIAL_MODE":"Fast","GSW_AUTO_COMPLETION":1.0}');
    for (const body of [undefined, '', '{}', 'null']) expect((await post(`${GROUP}?req=StartDialing`, body)).statusCode, body).to.equal(200);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(`${GROUP}?req=StartDialing`, '', form)).statusCode).to.equal(200);
    const target = { sessionId: 1001 };
    const [named, numbered, odd, ...empty] = gateway.asked;
    expect(named).to.deep.equal({ kind: 'StartDialing', by: 'HTTP', names: USER_DATA_NAMES, target, dialMode: 3, optimizeBy: 3, optimizeGoal: 3, autoCompletion: { kind: 'text', value: '1' } });
    expect(numbered).to.deep.equal({ kind: 'StartDialing', by: 'HTTP', names: USER_DATA_NAMES, target, dialMode: 2, optimizeBy: 1, autoCompletion: { kind: 'integer', value: 0n } });
    expect(odd).to.deep.equal({ kind: 'StartDialing', by: 'HTTP', names: USER_DATA_NAMES, target, dialMode: -1, autoCompletion: { kind: 'other', what: 'of type float' } });
    expect(empty).to.deep.equal(Array.from({ length: 5 }, () => ({ kind: 'StartDialing', by: 'HTTP', names: USER_DATA_NAMES, target })));
  });

  it('answers the flat event of what has happened', async () => {
    const { post, gateway } = fakeHttp();
    const group = gateway.group(1001);
    gateway.outcome = () => done(group, 'Loaded');
    expect((await post(`${GROUP}?req=CampaignLoad`)).json()).to.deep.equal({ GSW_USER_EVENT: 'CampaignLoaded', ...EVENT });
    gateway.outcome = () => done(group, 'Started', { status: 'Running', dialMode: 3 });
    const started = await post(`${GROUP}?req=StartDialing`, { GSW_REFERENCE_ID: 'abc' });
    expect(started.json()).to.deep.equal({ GSW_USER_EVENT: 'CampaignStarted', ...EVENT, GSW_CAMPAIGN_MODE: 'Preview', GSW_REFERENCE_ID: 'abc' });
    gateway.outcome = () => done(group, 'Unloaded', { status: 'NotLoaded', dialMode: 3 });
    expect((await post(`${GROUP}?req=CampaignComplete`)).json()).to.deep.equal({ GSW_USER_EVENT: 'CampaignUnloaded', ...EVENT });
  });

  it('answers the status with the event that led to it, and says which it is', async () => {
    const { post, gateway } = fakeHttp();
    const CASES = [
      ['NotLoaded', 'CampaignUnloaded', {}],
      ['Active', 'CampaignLoaded', {}],
      ['Running', 'CampaignStarted', { GSW_CAMPAIGN_MODE: 'Preview' }],
      ['WaitingUnload', 'CampaignLoaded', {}],
    ] as const;
    for (const [status, event, mode] of CASES) {
      const snapshot = snapshotOf(gateway.group(1001), { status, dialMode: 3 });
      gateway.outcome = () => ({ kind: 'status', snapshot });
      const answer = await post(`${GROUP}?req=CampaignStatusRequest`);
      expect(answer.json()).to.deep.equal({ GSW_USER_EVENT: event, ...EVENT, ...mode, GSW_GROUP_CAMPAIGN_STATUS: status });
      expect(answer.statusCode).to.equal(200);
    }
    gateway.outcome = () => ({ kind: 'waiting', snapshot: snapshotOf(gateway.group(1001), { status: 'WaitingUnload' }) });
    const waiting = await post(`${GROUP}?req=CampaignUnload`);
    expect(waiting.statusCode).to.equal(202);
    expect(waiting.json()).to.include({ GSW_USER_EVENT: 'CampaignLoaded', GSW_GROUP_CAMPAIGN_STATUS: 'WaitingUnload' });
  });

  it('answers a refusal with the event Error and the echo', async () => {
    const { post, gateway } = fakeHttp();
    gateway.outcome = () => refused('CampaignAlreadyLoaded', 'the campaign group is Active');
    const answer = await post(`${GROUP}?req=CampaignLoad`, { GSW_REFERENCE_ID: 7 });
    expect(answer.statusCode).to.equal(409);
    expect(answer.json()).to.deep.equal({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 5, GSW_ERROR: 'the campaign group is Active', GSW_REFERENCE_ID: 7 });
  });

  it('is traced under the number of its connection', async () => {
    const { post, gateway, trace } = fakeHttp();
    gateway.outcome = () => refused('CampaignNotLoaded', 'it is not');
    await post(`${GROUP}?req=StopDialing`, { GSW_AUTO_COMPLETION: 1, GSW_REFERENCE_ID: 'r' });
    const echo = { key: 'GSW_REFERENCE_ID', value: string('r') };
    expect(trace).to.deep.equal([
      httpEntry(21, 'received', [{ key: 'GSW_AGENT_REQ_TYPE', value: string('StopDialing') }, { key: 'GSW_AUTO_COMPLETION', value: int(1) }, echo]),
      httpEntry(21, 'sent', [
        { key: 'GSW_USER_EVENT', value: string('Error') },
        { key: 'GSW_ERROR_NUMBER', value: int(4) },
        { key: 'GSW_ERROR', value: string('it is not') },
        echo,
      ]),
    ]);
  });

  describe('names of the campaign group', () => {
    const CASES: readonly (readonly [body: object, expected: object])[] = [
      [{ GSW_CAMPAIGN_ID: 101, GSW_GROUP_ID: 732 }, { sessionId: 1001, campaignId: 101, groupId: 732 }],
      [{ GSW_CAMPAIGN_NAME: 'Spring', GSW_GROUP_NAME: 'Sales' }, { sessionId: 1001, campaignId: 101, groupId: 732 }],
      [{ GSW_CAMPAIGN_NAME: 'Spring', GSW_CAMPAIGN_ID: 101 }, { sessionId: 1001, campaignId: 101 }],
      // that these are of another campaign group is the engine's to say
      [{ GSW_CAMPAIGN_NAME: 'Autumn', GSW_GROUP_ID: 9 }, { sessionId: 1001, campaignId: 102, groupId: 9 }],
    ];
    for (const [body, target] of CASES) {
      it(`${JSON.stringify(body)} are what the engine is asked for`, async () => {
        const { post, gateway } = fakeHttp();
        await post(`${GROUP}?req=CampaignLoad`, body);
        expect(gateway.asked.map((asked) => asked.target)).to.deep.equal([target]);
      });
    }

    it('must be known, and agree with the ids beside them', async () => {
      const { post, gateway } = fakeHttp();
      const numbers = [];
      for (const body of [{ GSW_CAMPAIGN_NAME: 'spring' }, { GSW_GROUP_NAME: 'None' }, { GSW_CAMPAIGN_NAME: 'Spring', GSW_CAMPAIGN_ID: 102 }]) {
        const answer = await post(`${GROUP}?req=CampaignLoad`, body);
        numbers.push([answer.statusCode, answer.json().GSW_ERROR_NUMBER]);
      }
      expect(numbers).to.deep.equal([[404, 3], [404, 8], [404, 9]]);
      expect(gateway.asked).to.deep.equal([]);
    });
  });

  describe('a bad request', () => {
    const CASES: readonly (readonly [what: string, url: string, body: unknown, status: number, number: number, says: string])[] = [
      ['an unknown campaign group', '/campaigngroups/1003?req=CampaignLoad', {}, 404, 9, 'there is no campaign group 1003'],
      ['no req', GROUP, {}, 400, 10, 'querystring.req: found nothing, expected one of CampaignLoad, CampaignUnload'],
      ['an unknown req', `${GROUP}?req=Load`, {}, 400, 10, 'querystring.req: found "Load", expected one of CampaignLoad'],
      ['two of req', `${GROUP}?req=CampaignLoad&req=CampaignLoad`, {}, 400, 10, 'querystring.req: found a list'],
      ['an unknown key', `${GROUP}?req=CampaignLoad`, { GSW_MODE: 1 }, 400, 10, 'body: found the unknown field "GSW_MODE", expected only GSW_CAMPAIGN_ID'],
      ['an id of 1.0', `${GROUP}?req=CampaignLoad`, '{"GSW_CAMPAIGN_ID":101.0}', 400, 10, 'body.GSW_CAMPAIGN_ID: found 101.0, expected an integer'],
      ['a flag that is true', `${GROUP}?req=CampaignLoad`, { GSW_AUTO_COMPLETION: true }, 400, 10, 'GSW_AUTO_COMPLETION is true'],
      ['a flag that is null', `${GROUP}?req=CampaignLoad`, { GSW_AUTO_COMPLETION: null }, 400, 10, 'GSW_AUTO_COMPLETION is null'],
      ['a reference that is a list', `${GROUP}?req=CampaignLoad`, { GSW_REFERENCE_ID: [] }, 400, 10, 'body.GSW_REFERENCE_ID: found a list'],
      ['an unknown optimisation', `${GROUP}?req=StartDialing`, { GSW_OPTIMIZE_BY: 'x' }, 400, 10, 'expected one of None, BusyFactor'],
      ['half a body', `${GROUP}?req=CampaignLoad`, '{', 400, 10, 'body: expected JSON'],
    ];
    for (const [what, url, body, status, number, says] of CASES) {
      it(`has ${what}`, async () => {
        const { post, gateway } = fakeHttp();
        const answer = await post(url, body);
        expect(answer.statusCode).to.equal(status);
        expect(answer.json()).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: number });
        expect(answer.json().GSW_ERROR).to.include(says);
        expect(gateway.asked).to.deep.equal([]);
      });
    }
  });
});
