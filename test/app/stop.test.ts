import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DialMode } from '../../protocol/index.js';
import { connectDesktop, ConnectionClosed, connectDirect, type DesktopClient } from '../../src/client/index.js';
import { systemClock } from '../../src/util/clock.js';
import { makeStore, STORE_KINDS, type StorePlace } from '../support/engine.js';
import { GatewayProcess, type ProcessPorts } from '../support/gateway-process.js';
import { DEMO_CONFIG, HOST, importRecords, SPRING } from '../support/gateway.js';

const AGENTS = Array.from({ length: 20 }, (_, index) => String(3001 + index));
const RECORDS = 3000;
/** Results that are acknowledged before the gateway is told to stop. */
const BEFORE_STOP = 200;
const RETRIEVED = 2;
const UPDATED = 3;
const ANSWER = 33;

/** An agent that ends records until its line is closed. */
async function work(desktop: DesktopClient, acknowledged: (phone: string) => void): Promise<void> {
  try {
    for (;;) {
      const record = await desktop.userRequest('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
      if (record.name !== 'PreviewRecord') continue;
      await desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: record.integer('GSW_RECORD_HANDLE') ?? 0, GSW_CALL_RESULT: ANSWER });
      acknowledged(record.text('GSW_PHONE') ?? '');
    }
  } catch (error) {
    if (!(error instanceof ConnectionClosed)) throw error;
  }
}

for (const kind of STORE_KINDS) describe(`a gateway that is told to stop (${kind})`, function () {
  this.timeout(60_000);
  let directory: string;
  let config: string;
  let place: StorePlace;
  let gateway: GatewayProcess;
  let ports: ProcessPorts;
  const desktops: DesktopClient[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ocm-stop-'));
    config = join(directory, 'deployment.yaml');
    const demo = await readFile(DEMO_CONFIG, 'utf8');
    const quoted = AGENTS.map((id) => JSON.stringify(id));
    const agents = quoted.map((id) => `  - { id: ${id}, name: A }\n`).join('');
    const talkative = demo.replace(/^dialer: .*$/m, 'dialer: { type: simulated, talk: { min: 60s, max: 60s }, results: { Answer: 1 } }');
    await writeFile(config, talkative.replace('agents:\n', `agents:\n${agents}`).replace('agents: ["1001", "1002", "1003"]', `agents: [${quoted.join(', ')}]`));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  beforeEach(async () => void (place = await makeStore(kind)));
  afterEach(async () => {
    for (const desktop of desktops.splice(0)) await desktop.close();
    await gateway.end();
    await place.remove();
  });

  const start = async (stopTimeout: string): Promise<void> => {
    gateway = GatewayProcess.start({ OCM_STORE_URL: place.url, OCM_LIMITS_STOP_TIMEOUT: stopTimeout }, config);
    ports = await gateway.ready();
  };
  const running = async (records: number, dialMode: number = DialMode.Preview): Promise<void> => {
    await importRecords({ ports }, records);
    const supervisor = await connectDirect({ host: HOST, port: ports.direct, clientName: 'supervisor' });
    await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid });
    await supervisor.request('GSW_CM_ReqStartDialing', { GSW_CM_AttrSessionID: SPRING.dbid, GSW_CM_AttrDialMode: dialMode });
    await supervisor.close();
  };
  const desktopOf = async (agentId: string): Promise<DesktopClient> => {
    const desktop = await connectDesktop({ host: HOST, port: ports.tevents, applicationName: 'desktop' });
    desktops.push(desktop);
    await desktop.registerAddress(`7${agentId}`);
    await desktop.login(agentId);
    return desktop;
  };

  /** A result whose call is up for a minute: it is acknowledged when the call is over. */
  const resultThatWaits = async (): Promise<{ readonly result: Promise<unknown> }> => {
    await running(1, DialMode.Progress);
    const desktop = await desktopOf('3001');
    await desktop.ready();
    for await (const call of desktop.calls) {
      if (call.name !== 'EventEstablished') continue;
      const result = desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: call.integer('GSW_RECORD_HANDLE') ?? 0, GSW_CALL_RESULT: ANSWER }).catch((error: unknown) => error);
      await desktop.request('RequestHeartbeat', {});
      return { result };
    }
    throw new Error('the line was closed before the call came');
  };

  it('acknowledges what is in the table, has in the table what it has acknowledged, and leaves Retrieved only what agents have', async () => {
    await start('10s');
    await running(RECORDS);
    const acknowledged = new Set<string>();
    for (const agentId of AGENTS) await desktopOf(agentId);
    let working: Promise<void>[] = [];
    await new Promise<void>((resolve) => {
      working = desktops.map((desktop) =>
        work(desktop, (phone) => {
          if (acknowledged.add(phone).size >= BEFORE_STOP) resolve();
        }),
      );
    });
    const sinceMs = systemClock.now();
    expect(await gateway.end('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(systemClock.now() - sinceMs).to.be.lessThan(10_000);
    expect(gateway.stderr).to.equal('');
    expect(gateway.stdout).to.match(/ info stopped\n$/).and.not.contain(' warn ');
    await Promise.all(working);

    const client = await place.open();
    try {
      const final = await client.query<{ contact_info: string }>('SELECT contact_info FROM cl_spring WHERE record_status = $1 AND call_result = $2', [UPDATED, ANSWER]);
      expect(final.map(({ contact_info }) => contact_info)).to.have.members([...acknowledged]);
      const retrieved = await client.query('SELECT record_id FROM cl_spring WHERE record_status = $1 ORDER BY record_id', [RETRIEVED]);
      const inHand = await client.query('SELECT record_id FROM ocm_hand_out WHERE ended_at IS NULL ORDER BY record_id');
      expect(retrieved).to.deep.equal(inHand);
      expect(inHand.length).to.be.at.most(AGENTS.length);
    } finally {
      await client.close();
    }
  });

  it('says so as long as something is under way, and ends in time though it stays so', async () => {
    await start('4s');
    const { result } = await resultThatWaits();
    const sinceMs = systemClock.now();
    const ended = gateway.end('SIGTERM');
    for (;;) {
      const health = await fetch(`http://${HOST}:${ports.http}/health`);
      const body: unknown = await health.json();
      if (health.status === 200) continue;
      expect([health.status, body]).to.deep.equal([503, { status: 'unavailable', reasons: ['the gateway is stopping'] }]);
      break;
    }
    expect((await fetch(`http://${HOST}:${ports.http}/campaigngroups`)).status).to.equal(503);
    expect(await connectDesktop({ host: HOST, port: ports.tevents, applicationName: 'late' }).then(() => 'connected', () => 'refused')).to.equal('refused');
    expect(await ended).to.deep.equal({ code: 0, signal: null });
    expect(systemClock.now() - sinceMs).to.be.lessThan(8000);
    expect(await result).to.be.instanceOf(ConnectionClosed);
  });

  it('ends at once at a second signal', async () => {
    await start('60s');
    await resultThatWaits();
    void gateway.end('SIGTERM');
    while ((await fetch(`http://${HOST}:${ports.http}/health`)).status === 200);
    const sinceMs = systemClock.now();
    expect(await gateway.end('SIGINT')).to.deep.equal({ code: 130, signal: null });
    expect(systemClock.now() - sinceMs).to.be.lessThan(10_000);
  });
});

describe('a gateway that is told to stop before it is ready', () => {
  /** A store that takes connections and says nothing. */
  const silent = createServer((socket) => void socket.on('error', () => socket.destroy()));
  before(async () => {
    silent.listen(0, HOST);
    await once(silent, 'listening');
  });
  after(() => void silent.close());

  const start = (env: Readonly<Record<string, string>>): GatewayProcess => {
    const { port } = silent.address() as AddressInfo;
    return GatewayProcess.start({ OCM_STORE_URL: `postgres://nobody@${HOST}:${port}/nothing`, ...env });
  };

  for (const [what, env] of Object.entries({
    'ends when its start has failed': { OCM_STORE_CONNECT_TIMEOUT: '1s' },
    'ends in time though it never will': { OCM_STORE_CONNECT_TIMEOUT: '10m', OCM_LIMITS_STOP_TIMEOUT: '1s' },
  })) {
    it(what, async () => {
      const asked = once(silent, 'connection') as Promise<[Socket]>;
      const gateway = start(env);
      const [socket] = await asked;
      expect(await gateway.end('SIGTERM')).to.deep.equal({ code: 0, signal: null });
      socket.destroy();
    });
  }
});
