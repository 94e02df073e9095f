import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectDirect } from '../../src/client/index.js';
import { PostgresClient } from '../../src/store/postgres/client.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { DEMO_CONFIG, HOST, SPRING } from '../support/gateway.js';
import { makeDatabase, ownServer, settingsOf, type TestDatabase } from '../support/postgres-server.js';
import { Proxy } from '../support/proxy.js';

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

async function load(port: number): Promise<void> {
  const supervisor = await connectDirect({ host: HOST, port, clientName: 'test' });
  await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid });
  await supervisor.close();
}

describe('several programs on one PostgreSQL store', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let store: PostgresClient;
  let directory: string;
  const running: GatewayProcess[] = [];

  beforeEach(async () => {
    database = await makeDatabase(await ownServer());
    store = new PostgresClient(settingsOf(database.url), 'tests');
    directory = await mkdtemp(join(tmpdir(), 'ocm-owners-'));
  });
  afterEach(async () => {
    for (const gateway of running.splice(0)) await gateway.end();
    await store.close();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });

  function start(env: Readonly<Record<string, string>> = {}): GatewayProcess {
    const gateway = GatewayProcess.start({ OCM_STORE_URL: database.url, ...env });
    running.push(gateway);
    return gateway;
  }

  const everything = async (): Promise<string> => {
    const tables = ['ocm_campaign_group', 'ocm_journal', 'ocm_hand_out', 'ocm_agent_login', 'cl_spring'];
    return JSON.stringify(await Promise.all(tables.map((table) => store.query(`SELECT * FROM ${table} ORDER BY 1`))));
  };

  it('a second is refused while the first lives, by name, and one whose holder was killed starts at once', async () => {
    const first = start({ OCM_STORE_LEASE: '4s' });
    await load((await first.ready()).direct);
    const second = start({ OCM_STORE_LEASE: '4s' });
    expect((await second.exited).code).to.equal(1);
    expect(lines(second.stderr)).to.have.length(1);
    expect(second.stderr).to.contain(`server.dbid 156 is in use by process ${first.pid} on ${hostname()}`);
    await first.end('SIGKILL');
    // were the lease waited for, this test would be over before
    const third = start({ OCM_STORE_LEASE: '1h' });
    await third.ready();
    expect(await store.query('SELECT status FROM ocm_campaign_group WHERE dbid = $1', [SPRING.dbid])).to.deep.equal([{ status: 4 }]);
    expect(await third.end('SIGTERM')).to.deep.equal({ code: 0, signal: null });
  });

  it('one that is paused is taken over when its lease has run out; when it wakes up it changes nothing, and ends', async () => {
    const first = start({ OCM_STORE_LEASE: '1s' });
    const { direct } = await first.ready();
    const late = await connectDirect({ host: HOST, port: direct, clientName: 'late', reconnect: false });
    process.kill(first.pid, 'SIGSTOP');
    // sent to it while it is paused: it finds this when it wakes up
    const asked = late.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: 1002 }).then(
      () => 'done',
      () => 'refused or cut',
    );
    const second = start({ OCM_STORE_LEASE: '1s' });
    await load((await second.ready()).direct);
    const before = await everything();
    process.kill(first.pid, 'SIGCONT');
    expect(await first.exited).to.deep.equal({ code: 1, signal: null });
    expect(first.stderr).to.contain('another gateway with server.dbid 156 has taken over');
    expect(await asked).to.equal('refused or cut');
    expect(await everything()).to.equal(before);
    await late.close();
    expect(await second.end('SIGTERM')).to.deep.equal({ code: 0, signal: null });
  });

  it('an import goes through the gateway that lives, and straight to the store without one', async () => {
    const file = join(directory, 'records.csv');
    await writeFile(file, 'contact_info\n5550101\n5550102\n');
    const importFile = (): GatewayProcess => {
      const command = GatewayProcess.run(['import', '--config', DEMO_CONFIG, '--list', 'Spring', file], { OCM_STORE_URL: database.url });
      running.push(command);
      return command;
    };
    const gateway = start({ OCM_STORE_LEASE: '1s' });
    await gateway.ready();
    const [before] = await store.query('SELECT epoch FROM ocm_gateway');
    const through = importFile();
    expect((await through.exited).code, through.stderr).to.equal(0);
    expect(await store.query('SELECT epoch FROM ocm_gateway'), 'nobody has taken over').to.deep.equal([before]);
    expect(gateway.stdout).to.contain('calling list Spring: 2 records imported');
    await gateway.end('SIGTERM');
    const straight = importFile();
    expect((await straight.exited).code, straight.stderr).to.equal(0);
    expect(straight.stdout).to.equal('loaded 2 records into list Spring\n');
    expect(await store.query('SELECT count(*) AS rows FROM cl_spring')).to.deep.equal([{ rows: 4 }]);
  });

  it('none starts where the server cannot be reached: one line says what to do, and no secret', async () => {
    const closed = await Proxy.open(0);
    await closed.close();
    const gateway = start({ OCM_STORE_URL: `postgres://me:hidden@127.0.0.1:${closed.port}/ocm` });
    expect((await gateway.exited).code).to.equal(1);
    expect(lines(gateway.stderr)).to.have.length(1);
    expect(gateway.stderr).to.contain(`PostgreSQL at 127.0.0.1:${closed.port}/ocm cannot be reached`).and.contain('start it, or correct store.url');
    expect(gateway.stdout + gateway.stderr).to.not.contain('hidden');
  });
});
