import { expect } from 'chai';
import { Importer } from '../../src/service/importer.js';
import { systemClock } from '../../src/util/clock.js';
import { silentLog, startEngine, type TestEngine } from '../support/engine.js';
import { testHttp, type TestHttp } from './support.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** HTTP over an engine and a store that are real. */
describe('http over the engine', () => {
  let engine: TestEngine;
  let http: TestHttp;

  before(async () => {
    engine = await startEngine();
    const { gateway, deployment, owner, store } = engine;
    const importer = new Importer({ deployment, client: store.client, owner, clock: systemClock, log: silentLog, listChanged: (dbid) => gateway.listChanged(dbid) });
    http = testHttp(gateway, deployment, { importer, clock: systemClock });
  });

  after(async () => {
    await http.app.close();
    await engine.close();
  });

  const gws = async (request: string, data: object) => {
    const answer = await http.post(`/ocs/v3/servers/156/${request}`, { data });
    return [answer.statusCode, answer.json()] as const;
  };
  const ask = async (req: string, body?: object) => (await http.post(`/campaigngroups/1001?req=${req}`, body)).json();
  const importCsv = (url: string, text: string) => http.post(url, text, { 'content-type': 'text/csv; charset=utf-8' });
  const SPRING = { campaignId: 101, groupId: 732, sessionId: 1001 };

  it('imports records, and tells the first bad line or all of them', async () => {
    const stored = await importCsv('/lists/Spring/import', 'contact_info,attempt\n5550100,0\n5550101,1\n');
    expect([stored.statusCode, stored.json()]).to.deep.equal([200, { loaded: 2, rejected: [] }]);
    const file = 'contact_info,attempt\n5550102,0\n5550103,x\n5550104\n';
    const refused = await importCsv('/lists/Spring/import', file);
    const attempt = { line: 3, field: 'attempt', message: 'found "x", expected an integer from 0 to 2147483647' };
    expect([refused.statusCode, refused.json()]).to.deep.equal([400, attempt]);
    const skipped = await importCsv('/lists/Spring/import?skipBad=true', file);
    expect(skipped.json()).to.deep.equal({ loaded: 1, rejected: [attempt, { line: 4, message: 'found 1 cells, expected 2 as in the header' }] });
    const empty = await importCsv('/lists/Spring/import?skipBad=false', '');
    expect([empty.statusCode, empty.json().line]).to.deep.equal([400, 1]);
    const none = await http.post('/lists/Spring/import');
    expect([none.statusCode, none.json().line]).to.deep.equal([400, 1]);
  });

  it('refuses imports of unknown lists, other bodies, and files of nothing but bad rows', async () => {
    const unknown = await importCsv('/lists/Summer/import', 'contact_info\n1\n');
    expect([unknown.statusCode, unknown.json().status.code]).to.deep.equal([404, 16]);
    const json = await http.post('/lists/Spring/import', { contact_info: '1' });
    expect([json.statusCode, json.json().status.message]).to.deep.equal([415, 'Content-Type: found "application/json", expected text/csv']);
    const query = await importCsv('/lists/Spring/import?skipBad=yes', 'contact_info\n');
    expect([query.statusCode, query.json().status.code]).to.deep.equal([400, 10]);
    const bad = await importCsv('/lists/Spring/import?skipBad=true', `contact_info,attempt\n1,1\n${'1,x\n'.repeat(10_001)}`);
    expect([bad.statusCode, bad.json().status.message]).to.match(/^400,more than 10000 bad rows/);
    expect((await http.get('/campaigngroups/1001')).json().records.total).to.equal(3);
  });

  it('describes campaign groups', async () => {
    const all = (await http.get('/campaigngroups')).json();
    expect(all.map(({ dbid }: { dbid: number }) => dbid)).to.deep.equal([1001, 1002]);
    expect(all[0]).to.deep.equal({
      dbid: 1001,
      name: 'Spring@Sales',
      campaignId: 101,
      groupId: 732,
      state: 'NotLoaded',
      dialMode: 'NoDialMode',
      autoCompletion: false,
      records: { ready: 3, retrieved: 0, final: 0, total: 3 },
      agents: 0,
      why: { autoCompletion: null, lastRetrieval: null, checkError: null, buffered: 0, recordsOut: [], retriesWaiting: 0, notDue: {}, lastCompletion: null },
    });
    expect((await http.get('/campaigngroups/1002')).json()).to.deep.equal(all[1]);
  });

  it('refuses in the order of the checks: form, flag, ids, state, mode', async () => {
    const flag = { requestProperties: [{ key: 'GSW_AUTO_COMPLETION', value: 2 }] };
    const codes: number[] = [];
    for (const data of [
      { optimizeGoal: -1, ...flag, sessionId: 9 },
      { ...flag, sessionId: 9 },
      { sessionId: 9, dialMode: 'Fast' },
      { sessionId: 1001, dialMode: 'Fast' },
    ]) {
      const [, body] = await gws('start-dialing', data);
      codes.push(body.status.code);
      if (codes.length === 2) expect(body.status.message).to.include('GSW_AUTO_COMPLETION is 2');
    }
    await gws('load-campaign', SPRING);
    codes.push((await gws('start-dialing', { sessionId: 1001, dialMode: 'Fast' }))[1].status.code);
    await gws('unload-campaign', SPRING);
    expect(codes).to.deep.equal([10, 10, 9, 4, 11]);
  });

  it('loads, starts, sets, stops and unloads over both families', async () => {
    expect(await gws('load-campaign', SPRING)).to.deep.equal([
      200,
      { status: { code: 0 }, data: { ...SPRING, groupCampaignStatus: 'Active', dialMode: 'NoDialMode', optimizeBy: 'None', autoCompletion: false } },
    ]);
    expect((await gws('load-campaign', SPRING))[0]).to.equal(409);
    expect(await ask('StartDialing', { GSW_DIAL_MODE: 3, GSW_OPTIMIZE_BY: 'BusyFactor', GSW_OPTIMIZE_GOAL: 80 })).to.include({
      GSW_USER_EVENT: 'CampaignStarted',
      GSW_CAMPAIGN_MODE: 'Preview',
    });
    expect(await gws('get-campaign-status', { sessionId: 1001 })).to.deep.equal([
      200,
      {
        status: { code: 0 },
        data: { ...SPRING, groupCampaignStatus: 'Running', dialMode: 'Preview', optimizeBy: 'BusyFactor', optimizeGoal: 80, autoCompletion: false },
      },
    ]);
    const properties = [{ key: 'GSW_AUTO_COMPLETION', value: '1' }];
    expect((await gws('set-dialing-mode', { ...SPRING, requestProperties: properties }))[1].data.autoCompletion).to.equal(true);
    const { why, state, autoCompletion } = (await http.get('/campaigngroups/1001')).json();
    expect({ state, autoCompletion }).to.deep.equal({ state: 'Running', autoCompletion: true });
    expect(why.autoCompletion).to.include({ on: true, setBy: 'HTTP' });
    expect(why.autoCompletion.setAt).to.match(ISO);
    expect(await ask('StopDialing')).to.include({ GSW_USER_EVENT: 'CampaignStopped' });
    expect(await ask('CampaignStatusRequest')).to.include({ GSW_USER_EVENT: 'CampaignLoaded', GSW_GROUP_CAMPAIGN_STATUS: 'Active' });
    expect(await ask('CampaignUnload')).to.include({ GSW_USER_EVENT: 'CampaignUnloaded' });
    expect(await ask('CampaignUnload')).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 4 });
  });

  it('answers the request that turned the flag on before the group of an empty list completes', async () => {
    await gws('load-campaign', { sessionId: 1002 });
    const [, started] = await gws('start-dialing', { sessionId: 1002, requestProperties: [{ key: 'GSW_AUTO_COMPLETION', value: 1 }] });
    expect(started.data).to.include({ groupCampaignStatus: 'Running', autoCompletion: true });
    await engine.announcer.until((row) => row.groupDbid === 1002 && row.kind === 'Unloaded');
    const { state, why } = (await http.get('/campaigngroups/1002')).json();
    expect(state).to.equal('NotLoaded');
    expect(why.autoCompletion).to.equal(null);
  });
});
