import { expect } from 'chai';
import { ErrorCode, UserEventError } from '../../protocol/index.js';
import { type DesktopClient, type DirectClient, RequestRefused } from '../../src/client/index.js';
import { PostgresClient } from '../../src/store/postgres/client.js';
import { desktopOf, groupReport, HOST, importRecords, openGateway, SPRING, supervisorOf, type TestGateway } from '../support/gateway.js';
import { makeDatabase, ownServer, type PostgresServer, settingsOf, type TestDatabase } from '../support/postgres-server.js';
import { Proxy } from '../support/proxy.js';

const QUICK = { OCM_STORE_CONNECT_TIMEOUT: '300ms', OCM_STORE_STATEMENT_TIMEOUT: '300ms', OCM_STORE_LEASE: '2s' };
const AUTO_COMPLETION = [{ key: 'GSW_AUTO_COMPLETION', value: { type: 'int', value: 1 } }] as const;
const ANSWER = 33;

async function refusalOf(promise: Promise<unknown>): Promise<RequestRefused> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RequestRefused) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

interface Fault {
  readonly what: string;
  readonly begin: (server: PostgresServer, proxy: Proxy) => Promise<void> | void;
  readonly end: (server: PostgresServer, proxy: Proxy) => Promise<void> | void;
}

const FAULTS: readonly Fault[] = [
  { what: 'is stopped and started', begin: (server) => server.tell('stop'), end: (server) => server.tell('start') },
  { what: 'crashes and is started', begin: (server) => server.tell('crash'), end: (server) => server.tell('start') },
  { what: 'is paused', begin: (server) => server.tell('pause'), end: (server) => server.tell('resume') },
  {
    what: 'cannot be reached, every line to it cut',
    begin: (_server, proxy) => {
      proxy.target = 1;
      proxy.cut();
    },
    end: (server, proxy) => void (proxy.target = server.port),
  },
];

describe('a gateway whose PostgreSQL server', function () {
  this.timeout(60_000);
  let server: PostgresServer;
  let database: TestDatabase;
  let proxy: Proxy;
  let gateway: TestGateway;
  let supervisor: DirectClient;
  let desktop: DesktopClient;
  /** Looks into the database, past the fault. */
  let store: PostgresClient;

  beforeEach(async () => {
    server = await ownServer();
    database = await makeDatabase(server);
    proxy = await Proxy.open(server.port);
    store = new PostgresClient(settingsOf(database.url), 'tests');
    gateway = await openGateway({ storeUrl: server.urlAt(proxy.port, database.name), env: QUICK });
    supervisor = await supervisorOf(gateway);
    desktop = await desktopOf(gateway);
    await desktop.registerAddress('7001');
    await desktop.login('1001');
    await desktop.ready();
  });
  afterEach(async () => {
    await supervisor.close();
    await desktop.close();
    await gateway.close();
    await store.close();
    await proxy.close();
    await database.drop();
  });

  const http = async (path: string): Promise<number> => (await fetch(`http://${HOST}:${gateway.ports.http}${path}`)).status;
  const dial = async (): Promise<void> => {
    await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid, GSW_CM_AttrProperties: AUTO_COMPLETION });
    await supervisor.request('GSW_CM_ReqStartDialing', { GSW_CM_AttrSessionID: SPRING.dbid });
  };

  for (const { what, begin, end } of FAULTS) {
    it(`${what} keeps every line, answers, completes nothing because of it, and goes on by itself`, async () => {
      await importRecords(gateway, 1);
      await dial();
      const record = await desktop.userRequest('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
      const processed = () => desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: record.integer('GSW_RECORD_HANDLE') ?? 0, GSW_CALL_RESULT: ANSWER });

      await begin(server, proxy);
      try {
        expect((await refusalOf(supervisor.request('GSW_CM_ReqStopDialing', { GSW_CM_AttrSessionID: SPRING.dbid }))).code).to.equal(ErrorCode.ServerConnectionError);
        expect((await refusalOf(processed())).code).to.equal(UserEventError.StoreAway);
        expect([await http('/health'), await http(`/campaigngroups/${SPRING.dbid}`)]).to.deep.equal([503, 503]);
      } finally {
        await end(server, proxy);
      }
      while ((await http('/health')) !== 200);

      expect(await groupReport(gateway, SPRING.dbid)).to.include({ state: 'Running' });
      expect((await processed()).name).to.equal('RecordProcessedAcknowledge');
      const told: string[] = [];
      for await (const { name } of desktop.notifications) {
        told.push(name);
        if (name === 'CampaignUnloaded') break;
      }
      expect(told).to.deep.equal(['CampaignLoaded', 'CampaignStarted', 'CampaignStopped', 'CampaignUnloaded']);
      expect([supervisor.counters.reconnects, desktop.counters.reconnects]).to.deep.equal([0, 0]);
      const rows = await store.query('SELECT record_status, call_result, attempt FROM cl_spring');
      expect(rows).to.deep.equal([{ record_status: 3, call_result: ANSWER, attempt: 1 }]);
      expect((await store.query('SELECT kind FROM ocm_journal ORDER BY position')).map((row) => row['kind'])).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
      expect(gateway.log.filter((line) => line.startsWith('fatal'))).to.deep.equal([]);
    });
  }

  it('comes and goes while agents work ends every record once, and the campaign', async () => {
    const count = 40;
    await importRecords(gateway, count);
    await dial();
    let acknowledged = 0;
    let handle: number | undefined;
    const cuts = new Set([3, 9, 10, 17, 25, 33]);
    for (;;) {
      if (cuts.delete(acknowledged)) queueMicrotask(() => proxy.cut());
      try {
        if (handle === undefined) {
          const record = await desktop.userRequest('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' });
          handle = record.integer('GSW_RECORD_HANDLE');
        } else {
          await desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: handle, GSW_CALL_RESULT: ANSWER });
          handle = undefined;
          acknowledged += 1;
        }
      } catch (error) {
        if (!(error instanceof RequestRefused)) throw error;
        if (error.code === UserEventError.CampaignNotLoaded) break;
        expect(error.code, error.message).to.equal(UserEventError.StoreAway);
      }
    }
    expect(acknowledged).to.equal(count);
    const [ended] = await store.query('SELECT count(*) AS rows, count(*) FILTER (WHERE record_status = 3 AND attempt = 1) AS once FROM cl_spring');
    expect(ended).to.deep.equal({ rows: count, once: count });
    expect(await store.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL')).to.deep.equal([]);
    expect((await store.query('SELECT kind FROM ocm_journal ORDER BY position')).map((row) => row['kind'])).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
  });
});
