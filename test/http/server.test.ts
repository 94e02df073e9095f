import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { IDLE_CHECK_MS } from '../../src/http/limits.js';
import type { HealthState } from '../../src/http/parts.js';
import { StoreAway } from '../../src/service/ports.js';
import { ManualClock } from '../support/manual-clock.js';
import { readToEnd, turnUntil } from '../support/test-listener.js';
import { fakeHttp } from './support.js';

/** limits.stopTimeout where the file does not say. */
const STOP_TIMEOUT_MS = 10_000;

/** Something that happens once. */
class Signal {
  set: () => void = () => undefined;
  readonly reached = new Promise<void>((resolve) => (this.set = resolve));
}

const basic = (name: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` });

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A server that has begun to close while a request was under way, and a peer that keeps its connection. */
async function closingServer(answered: boolean) {
  const clock = new ManualClock();
  const arrived = new Signal();
  const gate = new Signal();
  const http = fakeHttp(undefined, {
    clock,
    health: async () => {
      arrived.set();
      await gate.reached;
      return { status: 'ok' };
    },
  });
  await http.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = http.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const gone = once(socket, 'close');
  socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await arrived.reached;
  const closed = http.app.close();
  await turnUntil(() => clock.pending === 1);
  if (answered) {
    const answer = once(socket, 'data');
    gate.set();
    expect(String(await answer)).to.match(/^HTTP\/1\.1 200 /);
  } else {
    socket.resume();
  }
  return { clock, closed, gone };
}

describe('http/server', () => {
  it('refuses an unknown path with 404, and a method that a path does not have with 405 and those it has', async () => {
    const { app } = fakeHttp();
    const CASES = [
      ['GET', '/', 404, undefined],
      ['POST', '/campaigngroups/1001/load', 404, undefined],
      ['GET', '/metrics/', 404, undefined],
      ['GET', '/ocs/v3/servers/156/load-campaign', 405, 'POST'],
      ['DELETE', '/campaigngroups/1001', 405, 'GET, HEAD, POST'],
      ['POST', '/campaigngroups', 405, 'GET, HEAD'],
      ['PUT', '/lists/Spring/import?skipBad=true', 405, 'POST'],
      ['POST', '/health', 405, 'GET, HEAD'],
    ] as const;
    for (const [method, url, status, allow] of CASES) {
      const answer = await app.inject({ method, url });
      expect([answer.statusCode, answer.headers.allow, answer.json().status.code], url).to.deep.equal([status, allow, 10]);
      expect(answer.json().status.message).to.include('expected');
    }
  });

  it('refuses a path that is no text', async () => {
    const { get } = fakeHttp();
    const answer = await get('/campaigngroups/%ff');
    expect(answer.statusCode).to.equal(400);
    expect(answer.json().status.name).to.equal('InvalidParameter');
  });

  it('answers 503 and code 1 while the store is away', async () => {
    const { get, gateway } = fakeHttp();
    const groups = gateway.groups();
    const away = fakeHttp(undefined, { gateway: { groups: () => groups, request: () => undefined, describe: () => Promise.reject(new StoreAway('gone')) } });
    for (const url of ['/campaigngroups', '/campaigngroups/1001']) {
      const answer = await away.get(url);
      expect(answer.statusCode).to.equal(503);
      expect(answer.json()).to.deep.equal({ status: { code: 1, name: 'ServerConnectionError', message: 'the store is away, try again' } });
    }
    expect(away.errors).to.deep.equal([]);
    expect((await get('/campaigngroups/7')).json().status.code).to.equal(9);
  });

  it('answers 500 for a failure of its own, logs it, and tells nobody what it was', async () => {
    const { get, errors } = fakeHttp();
    const answer = await get('/campaigngroups/1001');
    expect(answer.statusCode).to.equal(500);
    expect(answer.body).not.to.include('not in this test');
    expect(JSON.stringify(errors)).to.include('an HTTP request failed');
  });

  it('answers 503 where the engine has not answered in time, and says that it still may', async () => {
    const late = Object.assign(new Error('late'), { code: 'FST_ERR_HANDLER_TIMEOUT', statusCode: 503 });
    const { post } = fakeHttp(undefined, { ocmClient: { request: () => Promise.reject(late) } });
    const answer = await post('/ocs/v3/servers/156/load-campaign', { data: { sessionId: 1001 } });
    expect([answer.statusCode, answer.headers.connection, answer.json().status.code]).to.deep.equal([503, 'close', 1]);
    expect(answer.json().status.message).to.include('ask for the status');
  });

  it('tells its health, to anyone', async () => {
    let state: HealthState = { status: 'ok' };
    const { get } = fakeHttp((config) => (config['clients'] = [{ name: 'a', password: 'b', roles: ['agent'] }]), { health: () => state });
    const healthy = await get('/health');
    expect([healthy.statusCode, healthy.json()]).to.deep.equal([200, { status: 'ok' }]);
    state = { status: 'unavailable', reasons: ['the store is away'] };
    const ill = await get('/health');
    expect([ill.statusCode, ill.json()]).to.deep.equal([503, state]);
  });

  describe('without clients', () => {
    it('serves loopback and nobody else', async () => {
      const { app } = fakeHttp();
      const statusFrom = async (remoteAddress: string) => (await app.inject({ url: '/health', remoteAddress })).statusCode;
      for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']) expect(await statusFrom(address), address).to.equal(200);
      for (const address of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '128.0.0.1']) expect(await statusFrom(address), address).to.equal(403);
      const answer = await app.inject({ url: '/health', remoteAddress: '10.0.0.1' });
      expect(answer.json().status).to.include({ code: 2, name: 'RegistrationError' });
    });

    it('does not serve a page of another site, nor a name that was made to point here', async () => {
      const { get } = fakeHttp();
      const statusOf = async (headers: Record<string, string>) => (await get('/health', headers)).statusCode;
      expect(await statusOf({ origin: 'http://evil.example' })).to.equal(403);
      expect(await statusOf({ origin: 'null' })).to.equal(403);
      expect(await statusOf({ host: 'evil.example' })).to.equal(403);
      expect(await statusOf({ host: 'evil.example', origin: 'http://evil.example' })).to.equal(403);
      for (const host of ['localhost:8098', '127.0.0.1:8098', '[::1]:8098', '10.1.2.3']) {
        expect(await statusOf({ host, origin: `http://${host}` }), host).to.equal(200);
      }
    });
  });

  describe('with clients', () => {
    const clients = [
      { name: 'boss', password: 'pass:word', roles: ['supervisor'] },
      { name: 'eye', password: 'é', roles: ['monitor'] },
      { name: 'desk', password: 'd', roles: ['agent'] },
    ];
    const open = () => fakeHttp((config) => (config['clients'] = clients));
    const LOAD = ['/campaigngroups/1001?req=CampaignLoad', '/ocs/v3/servers/156/load-campaign'] as const;
    const STATUS = ['/campaigngroups/1001?req=CampaignStatusRequest', '/ocs/v3/servers/156/get-campaign-status'] as const;
    const IMPORT = '/lists/Spring/import';
    const body = { data: { sessionId: 1001 } };

    it('asks for name and password', async () => {
      const { get, post } = open();
      const WRONG = [{}, { authorization: 'Bearer x' }, { authorization: 'Basic ?' }, { authorization: `Basic ${Buffer.from('boss').toString('base64')}` }];
      for (const headers of [...WRONG, basic('boss', 'password'), basic('nobody', ''), basic('', '')]) {
        const answer = await get('/campaigngroups', headers);
        expect(answer.statusCode).to.equal(401);
        expect(answer.headers['www-authenticate']).to.match(/^Basic /);
        expect(answer.json().status).to.include({ code: 2, name: 'RegistrationError' });
      }
      expect((await post(LOAD[0])).statusCode).to.equal(401);
      expect((await post(LOAD[0])).json()).to.include({ GSW_USER_EVENT: 'Error', GSW_ERROR_NUMBER: 2 });
      expect((await get('/nothing')).statusCode).to.equal(401);
    });

    it('lets supervisors do everything, monitors look, and agents nothing', async () => {
      const { get, post, gateway } = open();
      const allowed = async (headers: Record<string, string>) => ({
        change: [(await post(LOAD[0], {}, headers)).statusCode !== 403, (await post(LOAD[1], body, headers)).statusCode !== 403],
        import: (await post(IMPORT, 'contact_info\n', { ...headers, 'content-type': 'text/csv' })).statusCode !== 403,
        status: [(await post(STATUS[0], {}, headers)).statusCode !== 403, (await post(STATUS[1], body, headers)).statusCode !== 403],
        look: (await get('/campaigngroups/1', headers)).statusCode !== 403,
      });
      expect(await allowed(basic('boss', 'pass:word'))).to.deep.equal({ change: [true, true], import: true, status: [true, true], look: true });
      expect(await allowed(basic('eye', 'é'))).to.deep.equal({ change: [false, false], import: false, status: [true, true], look: true });
      expect(await allowed(basic('desk', 'd'))).to.deep.equal({ change: [false, false], import: false, status: [false, false], look: false });
      expect([...new Set(gateway.asked.map(({ by }) => by))]).to.deep.equal(['HTTP client boss', 'HTTP client eye']);
    });

    it('takes a token in place of name and password', async () => {
      const { get, post, gateway } = fakeHttp((config) => (config['clients'] = [...clients, { name: 'metrics', token: 'a-token-of-metrics==', roles: ['monitor'] }, { name: 'crm', token: 'a-token.of_crm/+~12', roles: ['supervisor'] }]));
      expect((await get('/campaigngroups/7', bearer('a-token-of-metrics=='))).statusCode).to.equal(404);
      expect((await post(LOAD[0], {}, bearer('a-token-of-metrics=='))).statusCode).to.equal(403);
      expect((await post(LOAD[0], {}, bearer('a-token.of_crm/+~12'))).statusCode).to.equal(200);
      expect(gateway.asked.map(({ by }) => by)).to.deep.equal(['HTTP client crm']);
      const wrong = await get('/campaigngroups/7', bearer('a-token-of-nobody=='));
      expect(wrong.statusCode).to.equal(401);
      expect(wrong.headers['www-authenticate']).to.include('Bearer realm=');
      expect((await get('/campaigngroups/7', basic('crm', ''))).statusCode).to.equal(401);
      expect((await get('/campaigngroups/7', { authorization: 'Bearer two words' })).statusCode).to.equal(401);
    });

    it('serves those from elsewhere too', async () => {
      const { app } = open();
      const headers = { ...basic('eye', 'é'), host: 'gateway.example' };
      expect((await app.inject({ url: '/campaigngroups/1', headers, remoteAddress: '10.0.0.1' })).statusCode).to.equal(404);
    });
  });

  describe('closing', () => {
    it('ends with the last answer, though its peer keeps the connection', async () => {
      const { clock, closed, gone } = await closingServer(true);
      clock.advance(IDLE_CHECK_MS);
      await Promise.all([closed, gone]);
      expect(clock.pending).to.equal(0);
    });

    it('does not wait for ever for a request that is not answered', async () => {
      const { clock, closed, gone } = await closingServer(false);
      clock.advance(STOP_TIMEOUT_MS / 4);
      await Promise.all([closed, gone]);
    });
  });

  it('takes nothing new while the gateway stops, but says so', async () => {
    let stopping = false;
    const { get, post } = fakeHttp(() => undefined, { stopping: () => stopping });
    expect((await post('/ocs/v3/servers/156/load-campaign', { data: { sessionId: 1001 } })).statusCode).to.equal(200);
    stopping = true;
    const refused = await post('/ocs/v3/servers/156/load-campaign', { data: { sessionId: 1001 } });
    expect([refused.statusCode, refused.headers.connection, refused.json()]).to.deep.equal([
      503,
      'close',
      { status: { code: 1, name: 'ServerConnectionError', message: 'the gateway is stopping' } },
    ]);
    for (const path of ['/health', '/metrics']) expect((await get(path)).statusCode, path).to.equal(200);
  });

  it('has limits that a peer meets on a real connection', async () => {
    const { app } = fakeHttp((config) => (config.limits['httpHeaderTimeout'] = '7s'));
    try {
      await app.listen({ host: '127.0.0.1', port: 0 });
      expect(app.server.headersTimeout).to.equal(7_000);
      expect(app.server.keepAliveTimeout).to.equal(72_000);
      const address = app.server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const socket = connect(address.port, '127.0.0.1');
      await once(socket, 'connect');
      const answer = readToEnd(socket);
      socket.write(`POST /ocs/v3/servers/156/load-campaign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${2 ** 40}\r\n\r\n{`);
      expect((await answer).toString()).to.match(/^HTTP\/1\.1 413 .*connection: close/is);
    } finally {
      await app.close();
    }
  });
});
