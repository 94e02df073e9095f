import { expect } from 'chai';
import { ErrorCode } from '../../protocol/index.js';
import type { CampaignRequest } from '../../src/campaign/requests.js';
import { done, fakeHttp, refused, snapshotOf } from './support.js';

const SERVER = '/ocs/v3/servers/156';
const NAMES = { campaignId: 'campaignId', groupId: 'groupId', optimizeBy: 'optimizeBy', optimizeGoal: 'optimizeGoal' };

describe('http/gws', () => {
  const IDS = { campaignId: 101, groupId: 732, sessionId: 1001 };

  it('asks the engine what the path and the body say', async () => {
    const { post, gateway } = fakeHttp();
    const CASES: readonly (readonly [path: string, data: object, asked: Omit<CampaignRequest, 'by' | 'names'>])[] = [
      ['load-campaign', IDS, { kind: 'Load', target: IDS }],
      ['unload-campaign', { sessionId: 1001 }, { kind: 'Unload', target: { sessionId: 1001 } }],
      [
        'start-dialing',
        { ...IDS, dialMode: 'Preview', optimizeBy: 'BusyFactor', optimizeGoal: 80 },
        { kind: 'StartDialing', target: IDS, dialMode: 3, optimizeBy: 1, optimizeGoal: 80 },
      ],
      ['stop-dialing', IDS, { kind: 'StopDialing', target: IDS }],
      ['set-dialing-mode', { ...IDS, dialMode: 2, optimizeBy: 5 }, { kind: 'SetDialingMode', target: IDS, dialMode: 2, optimizeBy: 5 }],
      ['force-unload-campaign', IDS, { kind: 'ForceUnload', target: IDS }],
      ['complete-campaign', IDS, { kind: 'Complete', target: IDS }],
      ['get-campaign-status', IDS, { kind: 'GetCampaignStatus', target: IDS }],
    ];
    for (const [path, data, asked] of CASES) {
      expect((await post(`${SERVER}/${path}`, { data })).statusCode, path).to.equal(200);
      expect(gateway.asked.at(-1), path).to.deep.equal({ by: 'HTTP', names: NAMES, ...asked });
    }
  });

  it('hands an unknown mode to the engine, which refuses it in its place', async () => {
    const { post, gateway } = fakeHttp();
    await post(`${SERVER}/start-dialing`, { data: { ...IDS, dialMode: 'Fast' } });
    await post(`${SERVER}/start-dialing`, { data: { ...IDS, dialMode: 77 } });
    await post(`${SERVER}/start-dialing`, { data: { ...IDS, dialMode: 'toString' } });
    expect(gateway.asked.map(({ dialMode }) => dialMode)).to.deep.equal([-1, 77, -1]);
  });

  it('ignores fields that a request does not have', async () => {
    const { post, gateway } = fakeHttp();
    await post(`${SERVER}/load-campaign`, { data: { ...IDS, dialMode: 'Preview', optimizeBy: 'BusyFactor', optimizeGoal: 80 } });
    expect(gateway.asked).to.deep.equal([{ by: 'HTTP', names: NAMES, kind: 'Load', target: IDS }]);
  });

  it('answers what the event says, and the flag', async () => {
    const { post, gateway } = fakeHttp();
    const event = { status: 'Running', dialMode: 3, optimizeBy: 1, optimizeGoal: 80 } as const;
    gateway.outcome = () => done(gateway.group(1001), 'Started', event, { autoCompletion: true });
    const started = await post(`${SERVER}/start-dialing`, { data: IDS });
    expect(started.statusCode).to.equal(200);
    expect(started.json()).to.deep.equal({
      status: { code: 0 },
      data: { ...IDS, groupCampaignStatus: 'Running', dialMode: 'Preview', optimizeBy: 'BusyFactor', optimizeGoal: 80, autoCompletion: true },
    });
    // the event of an unload still says the mode, though nothing is loaded any more
    gateway.outcome = () => done(gateway.group(1001), 'Unloaded', { status: 'NotLoaded', dialMode: 3 }, { dialMode: 0 });
    const unloaded = await post(`${SERVER}/complete-campaign`, { data: IDS });
    expect(unloaded.json()).to.deep.equal({
      status: { code: 0 },
      data: { ...IDS, groupCampaignStatus: 'NotLoaded', dialMode: 'Preview', optimizeBy: 'None', autoCompletion: false },
    });
  });

  it('answers 202 where an unload waits, and 200 with the status where it is asked for', async () => {
    const { post, gateway } = fakeHttp();
    const snapshot = snapshotOf(gateway.group(1001), { status: 'WaitingUnload' });
    gateway.outcome = () => ({ kind: 'waiting', snapshot });
    const waiting = await post(`${SERVER}/unload-campaign`, { data: IDS });
    expect(waiting.statusCode).to.equal(202);
    expect(waiting.json().data.groupCampaignStatus).to.equal('WaitingUnload');
    gateway.outcome = () => ({ kind: 'status', snapshot });
    expect((await post(`${SERVER}/get-campaign-status`, { data: IDS })).statusCode).to.equal(200);
  });

  it('maps every code to its HTTP status', async () => {
    const { post, gateway } = fakeHttp();
    const statuses: Record<string, number> = {};
    for (const code of Object.keys(ErrorCode) as (keyof typeof ErrorCode)[]) {
      if (code === 'NoError') continue;
      gateway.outcome = () => refused(code, `it is ${code}`);
      const answer = await post(`${SERVER}/load-campaign`, { data: IDS });
      expect(answer.json()).to.deep.equal({ status: { code: ErrorCode[code], name: code, message: `it is ${code}` } });
      statuses[ErrorCode[code]] = answer.statusCode;
    }
    expect(statuses).to.deep.equal({
      1: 503, 2: 403, 3: 404, 4: 409, 5: 409, 6: 409, 7: 409, 8: 404, 9: 404, 10: 400, 11: 409, 12: 409, 13: 404, 14: 409, 15: 409, 16: 409, 17: 409,
    });
  });

  it('is traced as the messages of an OCM client whose ReferenceIDs rise from 1', async () => {
    const { post, trace, gateway } = fakeHttp();
    gateway.outcome = () => refused('CampaignNotFound', 'there is no campaign 101');
    const requestProperties = [{ key: 'GSW_AUTO_COMPLETION', value: 1 }];
    await post(`${SERVER}/load-campaign`, { data: { campaignId: 101, groupId: 732, requestProperties } });
    await post(`${SERVER}/stop-dialing`, { data: { sessionId: 1001 } });
    expect(trace[0]).to.equal(
      [
        '00:00:00.000 OCMClient[9]::message received',
        '\tGSW_CM_MessageType              7 [GSW_CM_ReqLoadCampaign]',
        '\tGSW_CM_AttrReferenceID          1',
        '\tGSW_CM_AttrCampaignID           101',
        '\tGSW_CM_AttrGroupID              732',
        '\tGSW_CM_AttrProperties',
        "\t\t'GSW_AUTO_COMPLETION' 1",
      ].join('\n'),
    );
    expect(trace[1]).to.include('OCMClient[9]::message sent').and.include('27 [GSW_CM_EvError]').and.match(/GSW_CM_AttrRequestID +1\n/);
    expect(trace[2]).to.match(/GSW_CM_AttrReferenceID +2\n/).and.include('GSW_CM_ReqStopDialing');
    expect(trace).to.have.length(4);
  });

  describe('requestProperties', () => {
    const TAKEN: readonly (readonly [json: string, traced: string])[] = [
      ['1', '1'],
      ['-0', '0'],
      ['-2147483648', '-2147483648'],
      ['2147483648', '2147483648L'],
      ['-9223372036854775808', '-9223372036854775808L'],
      ['1.0', '1.0'],
      ['1e3', '1000.0'],
      ['"yes"', "'yes'"],
    ];
    for (const [json, traced] of TAKEN) {
      it(`takes ${json}`, async () => {
        const { post, trace } = fakeHttp();
        const body = `{"data":{"sessionId":1001,"requestProperties":[{"key":"k","value":${json}},{"key":"l","value":"x"}]}}`;
        expect((await post(`${SERVER}/load-campaign`, body)).statusCode).to.equal(200);
        expect(trace[0]).to.include(`\t\t'k' ${traced}\n\t\t'l' 'x'`);
      });
    }

    for (const json of ['true', 'false', 'null', '[1]', '{"a":1}', '9223372036854775808', '123456789012345678901234567890', '1e999']) {
      it(`refuses ${json}, and names the key`, async () => {
        const { post, gateway } = fakeHttp();
        const answer = await post(`${SERVER}/load-campaign`, `{"data":{"sessionId":1001,"requestProperties":[{"key":"GSW_AUTO_COMPLETION","value":${json}}]}}`);
        expect(answer.statusCode).to.equal(400);
        expect(answer.json().status).to.include({ code: 10, name: 'InvalidParameter' });
        expect(answer.json().status.message).to.match(/^GSW_AUTO_COMPLETION is /);
        expect(gateway.asked).to.deep.equal([]);
      });
    }

    it('bring the flag as it came: 1.0 is not 1', async () => {
      const { post, gateway } = fakeHttp();
      for (const json of ['1', '"1"', '1.0', '4294967297']) {
        await post(`${SERVER}/load-campaign`, `{"data":{"sessionId":1001,"requestProperties":[{"key":"GSW_AUTO_COMPLETION","value":${json}}]}}`);
      }
      expect(gateway.asked.map(({ autoCompletion }) => autoCompletion)).to.deep.equal([
        { kind: 'integer', value: 1n },
        { kind: 'text', value: '1' },
        { kind: 'other', what: 'of type float' },
        { kind: 'integer', value: 4_294_967_297n },
      ]);
    });
  });

  describe('a bad request', () => {
    const CASES: readonly (readonly [what: string, body: unknown, status: number, says: string])[] = [
      ['no body', undefined, 400, 'body: found nothing, expected an object with data'],
      ['an empty body', '', 400, 'body: found nothing'],
      ['no data', {}, 400, 'body.data: found nothing, expected an object with campaignId, groupId'],
      ['a list', [], 400, 'body: found a list, expected an object with data'],
      ['an unknown field at the top', { date: {} }, 400, 'body: found the unknown field "date", expected only data'],
      ['an unknown field', { data: { campaignID: 1 } }, 400, 'body.data: found the unknown field "campaignID", expected only campaignId'],
      ['an id as text', { data: { campaignId: '101' } }, 400, 'body.data.campaignId: found "101", expected an integer of 32 bits'],
      ['an id of 1.0', '{"data":{"campaignId":1.0}}', 400, 'body.data.campaignId: found 1.0, expected an integer'],
      ['an id beyond 32 bits', '{"data":{"groupId":2147483648}}', 400, 'body.data.groupId: found 2147483648, expected an integer'],
      ['an id that is null', { data: { sessionId: null } }, 400, 'body.data.sessionId: found null'],
      ['a mode that is neither name nor number', { data: { dialMode: true } }, 400, 'body.data.dialMode: found true, expected one of NoDialMode, Predict'],
      ['an unknown optimizeBy', { data: { optimizeBy: 'Luck' } }, 400, 'body.data.optimizeBy: found "Luck", expected one of None, BusyFactor'],
      ['a goal with a fraction', { data: { optimizeGoal: 0.5 } }, 400, 'body.data.optimizeGoal: found 0.5, expected an integer'],
      ['properties that are no list', { data: { requestProperties: {} } }, 400, 'body.data.requestProperties: found an object, expected a list'],
      ['a property without a key', { data: { requestProperties: [{ value: 1 }] } }, 400, 'body.data.requestProperties.0.key: found nothing, expected text'],
      ['a property with an empty key', { data: { requestProperties: [{ key: '', value: 1 }] } }, 400, 'expected a key of at least one character'],
      ['a property without a value', { data: { requestProperties: [{ key: 'k' }] } }, 400, 'body.data.requestProperties.0.value: found nothing, expected a value'],
      ['an unknown field of a property', { data: { requestProperties: [{ key: 'k', value: 1, type: 'int' }] } }, 400, 'unknown field "type"'],
      ['a prototype', '{"data":{"__proto__":{"sessionId":1001}}}', 400, 'unknown field "__proto__"'],
      ['a key twice', '{"data":{"sessionId":1001,"sessionId":1002}}', 400, "Duplicate key 'sessionId'"],
      ['half a body', '{"data":', 400, 'body: expected JSON'],
      ['a depth bomb', '['.repeat(400_000), 400, 'nested more than 16 deep'],
      ['a depth bomb of objects', '{"a":'.repeat(100_000), 400, 'nested more than 16 deep'],
      ['a body over the limit', `{"data":${' '.repeat(2 ** 20)}}`, 413, 'at most 1048576 bytes'],
    ];
    for (const [what, body, status, says] of CASES) {
      it(`has ${what}`, async () => {
        const { post, gateway } = fakeHttp();
        const answer = await post(`${SERVER}/load-campaign`, body);
        expect({ status: answer.statusCode, code: answer.json().status.code }).to.deep.equal({ status, code: 10 });
        expect(answer.json().status.message).to.include(says);
        expect(gateway.asked).to.deep.equal([]);
      });
    }

    it('brackets in a text are no depth', async () => {
      const { post } = fakeHttp();
      const value = `\\"${'[{'.repeat(100)}\\\\`;
      expect((await post(`${SERVER}/load-campaign`, `{"data":{"sessionId":1001,"requestProperties":[{"key":"k","value":"${value}"}]}}`)).statusCode).to.equal(200);
    });

    it('is of another type', async () => {
      const { post } = fakeHttp();
      for (const type of ['text/csv', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense']) {
        const answer = await post(`${SERVER}/load-campaign`, '{}', { 'content-type': type });
        expect(answer.statusCode, type).to.equal(415);
        expect(answer.json().status.message).to.include('expected application/json');
      }
    });

    it('names an unknown server, request or query', async () => {
      const { post } = fakeHttp();
      const server = await post('/ocs/v3/servers/157/load-campaign', { data: IDS });
      expect(server.statusCode).to.equal(404);
      expect(server.json().status).to.deep.equal({ code: 16, name: 'WrongConfiguration', message: 'there is no server 157; this is server 156' });
      const request = await post(`${SERVER}/loadCampaign`, { data: IDS });
      expect(request.statusCode).to.equal(404);
      expect(request.json().status.message).to.include('expected one of load-campaign, unload-campaign');
      const query = await post(`${SERVER}/load-campaign?force=1`, { data: IDS });
      expect(query.statusCode).to.equal(400);
      expect(query.json().status.message).to.equal('querystring: found the unknown field "force", expected none');
    });
  });
});
