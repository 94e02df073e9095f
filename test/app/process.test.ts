import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ErrorCode, EventErrorCode, makeMessage } from '../../protocol/index.js';
import { connectDesktop, connectDirect, RequestRefused } from '../../src/client/index.js';
import { frameNamed, readText } from '../protocol/support/fixtures.js';
import { makeStoreDirectory } from '../support/engine.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { DEMO_CONFIG, HOST } from '../support/gateway.js';
import { RawLine } from '../support/raw-line.js';

const REQUEST = frameNamed('GSW_CM_ReqLoadCampaign/auto-completion');
const SECRETS = ['secret-of-the-client', 'secret-of-the-agent', 'wrong-password', 'secret-of-the-user'];

/** The error that a promise is rejected with. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('the program', function () {
  // each start opens a store, which takes a second or two, and more on a busy machine
  this.timeout(60_000);

  let directory: string;
  let store: string;
  const running: GatewayProcess[] = [];
  const start = (env: Readonly<Record<string, string>>, config?: string): GatewayProcess => {
    const process = GatewayProcess.start({ OCM_STORE_URL: `pglite:${store}`, ...env }, config);
    running.push(process);
    return process;
  };
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): GatewayProcess => {
    const process = GatewayProcess.run(args, env);
    running.push(process);
    return process;
  };

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ocm-process-'));
    store = await makeStoreDirectory();
  });
  afterEach(async () => {
    for (const process of running.splice(0)) await process.end();
  });
  after(async () => {
    for (const path of [directory, store]) await rm(path, { recursive: true, force: true });
  });

  it('serves, keeps others off its port and its store, and ends its lines when it is told to stop', async () => {
    const traceFile = join(directory, 'trace.log');
    const gateway = start({ OCM_LOG_TRACE: 'true', OCM_LOG_TRACE_FILE: traceFile });
    const ports = await gateway.ready();
    const health = await fetch(`http://${HOST}:${ports.http}/health`);
    expect([health.status, await health.json()]).to.deep.equal([200, { status: 'ok' }]);

    const elsewhere = await makeStoreDirectory();
    const portTaken = start({ OCM_STORE_URL: `pglite:${elsewhere}`, OCM_LISTENERS_DIRECT_PORT: String(ports.direct) });
    const storeHeld = start({});
    expect((await portTaken.exited).code, portTaken.stderr).to.equal(1);
    expect(lines(portTaken.stderr)).to.have.length(1);
    expect(portTaken.stderr).to.match(/^ocm-gateway: cannot listen on /).and.contain(`${HOST}:${ports.direct}: another program has the port; stop it or configure another port`);
    expect((await storeHeld.exited).code, storeHeld.stderr).to.equal(1);
    expect(lines(storeHeld.stderr)).to.have.length(1);
    expect(portTaken.stderr + storeHeld.stderr, 'foreseen').to.not.contain('not foreseen');
    expect(storeHeld.stderr).to.contain(`in use by process ${gateway.pid} on ${hostname()}`).and.contain(store);
    await rm(elsewhere, { recursive: true, force: true });

    const supervisor = await RawLine.open(ports.direct, 'GSW_CM');
    supervisor.sendMessage(makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 8, GSW_CM_AttrClientName: 'supervisor' }));
    supervisor.send(REQUEST.bytes);
    expect([(await supervisor.message()).name, (await supervisor.message()).name]).to.deep.equal(['GSW_CM_EvClientRegistered', 'GSW_CM_EvCampaignLoaded']);
    const stranger = await RawLine.open(ports.tevents, 'T');
    process.kill(gateway.pid, 'SIGHUP');
    await gateway.said(/ info SIGHUP: there is nothing to read again/);
    expect(await gateway.end('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    for (const line of [supervisor, stranger]) {
      expect(await line.rest()).to.deep.equal({ messages: [], end: 'fin' });
      line.destroy();
    }
    expect(gateway.stderr).to.equal('');
    expect(gateway.stdout).to.match(/^\S+ info no clients are configured: anybody on this machine may connect, and nobody else/m);
    expect(lines(gateway.stdout).at(-1)).to.match(/ info stopped$/);

    const trace = await readFile(traceFile, 'utf8');
    const entry = /^(\d\d:\d\d:\d\d\.\d{3}) OCMClient\[(\d+)\]::message received\n\tGSW_CM_MessageType +7 [^]*?(?=^\d\d:|(?![^]))/m.exec(trace);
    const published = readText('GSW_CM_ReqLoadCampaign/auto-completion.masked.trace');
    expect(entry?.[0].replace(entry[1] ?? '', '23:57:57.891').replace(`[${entry[2]}]`, '[9]')).to.equal(published);
    expect(trace).to.match(/^\d\d:\d\d:\d\d\.\d{3} Trc 52000 Campaign Group Spring@Sales has been loaded$/m);
  });

  it('starts again behind a kill, with what was committed, and tells no password', async () => {
    const config = join(directory, 'passwords.yaml');
    const demo = await readFile(DEMO_CONFIG, 'utf8');
    const clients = 'clients: [{ name: desktop, password: secret-of-the-client, roles: [agent] }, { name: boss, password: secret-of-the-client, roles: [supervisor] }]';
    await writeFile(config, `${demo.replace('name: Ada }', 'name: Ada, password: secret-of-the-agent }')}\n${clients}\n`);
    const env = { OCM_LOG_TRACE: 'true', OCM_LOG_LEVEL: 'debug', OCM_LOG_SHOW_VALUES: 'true' };

    const killed = start(env, config);
    const first = await killed.ready();
    const credentials = { clientName: 'boss', userName: 'mary', userPassword: 'secret-of-the-user' };
    const at = { host: HOST, port: first.direct };
    expect(await errorOf(connectDirect({ ...at, ...credentials, password: 'wrong-password' }))).to.include({ code: ErrorCode.RegistrationError });
    const supervisor = await connectDirect({ ...at, ...credentials, password: 'secret-of-the-client' });
    // the test before has left the group loaded
    const status = await supervisor.request('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrSessionID: 1001 });
    expect(status.attributes).to.include({ GSW_CM_AttrGroupCampaignStatus: 4 });
    await supervisor.request('GSW_CM_ReqForceUnloadCampaign', { GSW_CM_AttrSessionID: 1001 });
    await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: 1002 });
    const desktop = await connectDesktop({ host: HOST, port: first.tevents, applicationName: 'desktop', password: 'secret-of-the-client' });
    await desktop.registerAddress('7001');
    const refused = await errorOf(desktop.login('1001', { password: 'wrong-password' }));
    expect(refused).to.be.instanceOf(RequestRefused).and.include({ code: EventErrorCode.WrongCredentials });
    await desktop.login('1001', { password: 'secret-of-the-agent' });
    expect(await killed.end('SIGKILL')).to.deep.equal({ code: null, signal: 'SIGKILL' });
    await Promise.all([supervisor.close(), desktop.close()]);

    const again = start(env, config);
    const second = await again.ready();
    const states = (await (await fetch(`http://${HOST}:${second.http}/campaigngroups`, { headers: { authorization: `Basic ${btoa('boss:secret-of-the-client')}` } })).json()) as { state: string }[];
    expect(states.map(({ state }) => state)).to.deep.equal(['NotLoaded', 'Active']);
    expect(await again.end('SIGINT')).to.deep.equal({ code: 0, signal: null });

    const said = [killed, again].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(said).to.not.contain('no clients are configured');
    expect(said).to.contain("GSW_CM_AttrClientPassword       '****'").and.contain("AttributeAgentPassword          '****'").and.contain("GSW_CM_AttrUserName             'mary'");
    expect(SECRETS.filter((secret) => said.includes(secret))).to.deep.equal([]);
  });

  const refusals: readonly (readonly [what: string, yaml: (demo: string) => string, env: Record<string, string>, told: string])[] = [
    ['a key of another kind', (demo) => demo.replace('port: 7010', 'port: seven'), {}, 'listeners.direct.port'],
    ['a key that there is not', (demo) => demo.replace('level: info', 'levle: info'), {}, 'log.levle'],
    ['a reference to nothing', (demo) => demo.replace('campaign: 102', 'campaign: 999'), {}, 'campaignGroups[1].campaign'],
    ['a variable of another kind', (demo) => demo, { OCM_LISTENERS_HTTP_PORT: 'none' }, 'OCM_LISTENERS_HTTP_PORT'],
    ['a variable that names no key', (demo) => demo, { OCM_LOG_LEVLE: 'info' }, 'OCM_LOG_LEVLE'],
  ];
  it('refuses a deployment that is wrong with the key and one line', async () => {
    const demo = await readFile(DEMO_CONFIG, 'utf8');
    const tried = refusals.map(async ([what, spoil, env, told], index) => {
      const config = join(directory, `wrong-${index}.yaml`);
      await writeFile(config, spoil(demo));
      const gateway = run(['start', '--config', config], env);
      return { what, told, code: (await gateway.exited).code, stderr: gateway.stderr, stdout: gateway.stdout };
    });
    for (const { what, told, code, stderr, stdout } of await Promise.all(tried)) {
      expect({ code, stdout, lines: lines(stderr).length }, `${what}: ${stderr}`).to.deep.equal({ code: 1, stdout: '', lines: 1 });
      expect(stderr, what).to.contain(told);
    }
  });

  it('ends with 2 and the usage where it cannot understand its command line', async () => {
    const gateways = [['start'], ['start', '--config', DEMO_CONFIG, '--fast'], ['stop']].map((args) => run(args));
    const ends = await Promise.all(gateways.map(async (gateway) => [(await gateway.exited).code, lines(gateway.stderr)[1]]));
    expect(ends).to.deep.equal([
      [2, 'Usage: ocm-gateway start --config FILE [--no-index]'],
      [2, 'Usage: ocm-gateway start --config FILE [--no-index]'],
      [2, 'Usage: ocm-gateway <command> [options]'],
    ]);
  });
});
