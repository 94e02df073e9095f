import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseTrace } from '../../protocol/index.js';
import { type Commands, runProgram } from '../../src/cli/program.js';
import { createRequest } from '../../src/cli/run-request.js';
import type { Environment } from '../../src/config/load.js';
import { systemClock } from '../../src/util/clock.js';
import { startApp, type TestApp } from '../support/app.js';

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const neverRun = (): Promise<void> => Promise.reject(new Error('only request runs here'));

/** Runs `ocm-gateway request` and what follows. */
async function request(line: string, env: Environment = {}): Promise<Run> {
  let stdout = '';
  let stderr = '';
  const write = async (chunk: string): Promise<void> => void (stdout += chunk);
  const commands: Commands = { start: neverRun, import: neverRun, export: neverRun, lists: neverRun, demo: neverRun, decode: neverRun, desktop: neverRun, hashPassword: neverRun, request: createRequest({ env, clock: systemClock, write }) };
  const output = { stdout: (text: string) => void (stdout += text), stderr: (text: string) => void (stderr += text) };
  const status = await runProgram(['request', ...line.split(' ')], commands, output);
  return { status, stdout, stderr };
}

describe('request, against a gateway', () => {
  let gateway: TestApp;
  let at: string;

  before(async () => {
    gateway = await startApp();
    at = `--server 127.0.0.1:${gateway.ports.direct}`;
  });
  after(() => gateway.close());

  afterEach(async () => {
    await request(`force-unload-campaign --session 1001 ${at}`);
  });

  it('prints how the group stands, and the answer as the trace shows it', async () => {
    const { status, stdout, stderr } = await request(`load-campaign --campaign 101 --group 732 ${at}`);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const [first, ...trace] = stdout.split('\n');
    expect(first).to.equal('GSW_CM_EvCampaignLoaded: campaign 101, group 732 (session 1001) is Active, dial mode NoDialMode');
    expect(trace).to.deep.equal([
      '\tGSW_CM_MessageType              19 [GSW_CM_EvCampaignLoaded]',
      '\tGSW_CM_AttrRequestID            2',
      '\tGSW_CM_AttrCampaignID           101',
      '\tGSW_CM_AttrGroupID              732',
      '\tGSW_CM_AttrSessionID            1001',
      '\tGSW_CM_AttrDialMode             0',
      '\tGSW_CM_AttrGroupCampaignStatus  4',
      '\tGSW_CM_AttrScheduleScriptID     0',
      '',
    ]);
    expect(parseTrace(stdout)).to.have.length(1);
  });

  it('takes a request by each of its names, and the campaign group by its session', async () => {
    for (const [name, answer] of [
      ['LoadCampaign', 'GSW_CM_EvCampaignLoaded'],
      ['GSW_CM_ReqGetCampaignStatus', 'GSW_CM_EvCampaignStatus'],
      ['unload-campaign', 'GSW_CM_EvCampaignUnloaded'],
    ] as const) {
      const { status, stdout } = await request(`${name} --session 1001 ${at}`);
      expect(status, name).to.equal(0);
      expect(stdout, name).to.match(new RegExp(`^${answer}: campaign 101, group 732 \\(session 1001\\) is `));
    }
  });

  it('sends mode, optimisation and the flag', async () => {
    await request(`load-campaign --session 1001 --auto-completion 0 ${at}`);
    const { status, stdout } = await request(`set-dialing-mode --session 1001 --dial-mode preview --optimize-by waittime --optimize-goal 30 ${at}`);
    expect(status).to.equal(0);
    expect(stdout).to.match(/^GSW_CM_EvDialingModeChanged: [^\n]* is Active, dial mode Preview, optimized by WaitTime, goal 30\n/);
  });

  it('lets a group with nothing to dial complete by itself', async () => {
    await request(`load-campaign --session 1001 --auto-completion 1 ${at}`);
    const started = await request(`start-dialing --session 1001 --dial-mode 3 ${at}`);
    expect(started.stdout).to.match(/^GSW_CM_EvDialingStarted: [^\n]* is Running, dial mode Preview\n/);
    let stdout = '';
    // every answer is the store's word of that moment: asking again is waiting
    while (!stdout.includes(' is NotLoaded,')) ({ stdout } = await request(`get-campaign-status --session 1001 ${at}`));
  });

  it('says in one line why a request was refused, and prints nothing else', async () => {
    for (const [line, says] of [
      ['start-dialing --session 1001', 'GSW_CM_ReqStartDialing was refused: CampaignNotLoaded (4): '],
      ['load-campaign --campaign 9 --group 732', 'GSW_CM_ReqLoadCampaign was refused: CampaignNotFound (3): '],
    ] as const) {
      const { status, stdout, stderr } = await request(`${line} ${at}`);
      expect({ status, stdout }, line).to.deep.equal({ status: 1, stdout: '' });
      expect(stderr).to.match(/^ocm-gateway: [^\n]+\n$/).and.include(says);
    }
  });

  it('takes a mode that is no member to the gateway, which refuses it', async () => {
    await request(`load-campaign --session 1001 ${at}`);
    const { status, stderr } = await request(`start-dialing --session 1001 --dial-mode 77 ${at}`);
    expect(status).to.equal(1);
    expect(stderr).to.include('InvalidCampaignMode (11)');
  });

  it('finds the gateway by its configuration, and by its variables', async () => {
    const env = { OCM_LISTENERS_DIRECT_PORT: String(gateway.ports.direct) };
    const { status, stdout } = await request('get-campaign-status --session 1001 --config fixtures/configs/demo.yaml', env);
    expect(status).to.equal(0);
    expect(stdout).to.include(' is NotLoaded');
  });
});

describe('request, without a gateway', () => {
  let server: Server;
  let port: number;
  let directory: string;
  /** What a client has sent first. */
  let heard: Promise<Buffer>;
  const sockets = new Set<Socket>();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ocm-cli-'));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  beforeEach(async () => {
    server = createServer();
    heard = new Promise((resolve) => {
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('data', resolve);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });

  it('says that nobody is there', async () => {
    server.close();
    await once(server, 'close');
    const { status, stdout, stderr } = await request(`load-campaign --session 1001 --server 127.0.0.1:${port}`);
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(new RegExp(`^ocm-gateway: 127\\.0\\.0\\.1:${port} cannot be reached: [^\\n]*; is the gateway running there\\?[^\\n]*\\n$`));
  });

  it('says that nobody answers in time', async () => {
    const { status, stderr } = await request(`load-campaign --session 1001 --server 127.0.0.1:${port} --timeout 50ms`);
    expect(status).to.equal(1);
    expect(stderr).to.equal('ocm-gateway: GSW_CM_ReqRegisterClient was not answered within 50 ms\n');
  });

  it('registers by the name and the password that it is told', async () => {
    const line = `load-campaign --session 1001 --server 127.0.0.1:${port} --timeout 50ms --client console --password-env PW`;
    await request(line, { PW: 'hidden' });
    const bytes = (await heard).toString('latin1');
    expect(bytes).to.include('console').and.include('hidden');
  });

  it('exits with 2 where the variable of the password is not there', async () => {
    const { status, stderr } = await request(`load-campaign --session 1001 --server 127.0.0.1:${port} --password-env PW`);
    expect(status).to.equal(2);
    expect(stderr).to.include('PW');
  });

  it('says what a configuration lacks', async () => {
    const base = { server: { dbid: 156, name: 'OCServer' }, store: { url: 'pglite:./unused' } };
    for (const [listeners, says] of [
      [{ http: { port: 1 } }, 'no listeners.direct'],
      [{ direct: { port: 0 } }, 'listeners.direct.port is 0'],
    ] as const) {
      const file = join(directory, 'gateway.yaml');
      await writeFile(file, JSON.stringify({ ...base, listeners }));
      const { status, stderr } = await request(`load-campaign --session 1001 --config ${file}`);
      expect(status).to.equal(1);
      expect(stderr).to.match(/^ocm-gateway: [^\n]+\n$/).and.include(says).and.include('--server');
    }
  });
});

describe('request, wrong command lines', () => {
  const CASES: readonly (readonly [line: string, says: string])[] = [
    ['load --session 1001', 'Expected one of load-campaign'],
    ['load-campaign --campaign 101', "needs '--campaign' and '--group', or '--session'"],
    ['load-campaign --session 0', 'Expected a DBID'],
    ['load-campaign --session x', 'Expected an integer'],
    ['load-campaign --session 1001 --auto-completion 2', 'Expected 0 or 1'],
    ['load-campaign --session 1001 --dial-mode Preview', "'--dial-mode' is for start-dialing and set-dialing-mode"],
    ['stop-dialing --session 1001 --optimize-by 1', "'--optimize-by' is for"],
    ['unload-campaign --session 1001 --optimize-goal 1', "'--optimize-goal' is for"],
    ['start-dialing --session 1001 --dial-mode Fast', 'Expected a number, or one of NoDialMode'],
    ['start-dialing --session 1001 --optimize-goal 1.5', 'Expected an integer'],
    ['load-campaign --session 1001 --server localhost', 'Expected HOST:PORT'],
    ['load-campaign --session 1001 --server ::1:7010', 'Expected HOST:PORT'],
    ['load-campaign --session 1001 --server localhost:0', 'Expected HOST:PORT'],
    ['load-campaign --session 1001 --server localhost:70000', 'Expected HOST:PORT'],
    ['load-campaign --session 1001 --timeout 10', 'Expected a duration'],
    ['load-campaign --session 1001 --timeout 0s', 'Expected a duration'],
  ];
  for (const [line, says] of CASES) {
    it(line, async () => {
      const { status, stdout, stderr } = await request(line);
      expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
      expect(stderr).to.include(says).and.match(/\nUsage: ocm-gateway request NAME --campaign N --group N \[options\]\n$/);
    });
  }
});
