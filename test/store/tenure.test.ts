import { expect } from 'chai';
import { Client } from 'pg';
import { OwnershipLost, StoreAway } from '../../src/store/client.js';
import { StoreHeld } from '../../src/store/held.js';
import { openStore } from '../../src/store/open.js';
import type { OwnedStore } from '../../src/store/owned-store.js';
import { ownedTransaction } from '../../src/store/owner.js';
import { PostgresClient } from '../../src/store/postgres/client.js';
import { systemClock } from '../../src/util/clock.js';
import { makeDatabase, ownServer, type PostgresServer, settingsOf, type TestDatabase } from '../support/postgres-server.js';

const LEASE_MS = 400;
const SERVER = 156;
const OWNER_LOCK = 0x0c1;
const LOCKED = `SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = ${OWNER_LOCK}::oid AND l.objid = ${SERVER}::oid AND l.granted`;

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

describe('a PostgreSQL store and its owner', () => {
  let server: PostgresServer;
  let database: TestDatabase;
  let other: PostgresClient;
  const stores: OwnedStore[] = [];
  let lost: Error[] = [];

  before(async () => {
    server = await ownServer();
    database = await makeDatabase(server);
    other = new PostgresClient(settingsOf(database.url), 'tests');
  });
  after(async () => {
    await other.close();
    await database.drop();
  });
  beforeEach(() => void (lost = []));
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  async function own(holder: string, serverDbid = SERVER): Promise<OwnedStore> {
    const settings = { kind: 'postgres', ...settingsOf(database.url), leaseMs: LEASE_MS } as const;
    const store = await openStore(settings, { serverDbid, holder, onFatal: (error) => lost.push(error) }, systemClock);
    stores.push(store);
    return store;
  }

  /** Opens the store as another address names it. */
  function at(change: (url: URL) => void): Promise<unknown> {
    const url = new URL(database.url);
    change(url);
    const settings = { kind: 'postgres', ...settingsOf(url.href), connectTimeoutMs: 300, leaseMs: LEASE_MS } as const;
    return openStore(settings, { serverDbid: SERVER, holder: 'a test', onFatal: () => undefined }, systemClock);
  }

  const lockers = async (): Promise<number[]> => (await other.query<{ pid: number }>(LOCKED)).map(({ pid }) => pid);

  it('is refused to a second one while the first lives, who is named, and where it listens', async () => {
    const first = await own('process 1 on here');
    await first.describe('http://127.0.0.1:1234');
    const held = await failureOf(own('process 2 on there'));
    expect(held).to.be.instanceOf(StoreHeld).with.property('http', 'http://127.0.0.1:1234');
    expect(held.message).to.contain(`server.dbid ${SERVER} is in use by process 1 on here`).and.contain(database.name).and.not.contain('postgres@');
    await ownedTransaction(first.client, first.owner, () => Promise.resolve());
    await own('process 3 on here', 157);
  });

  it('is free at once when its process has ended, whatever its lease', async () => {
    const first = await own('process 1 on here');
    await first.close();
    const second = await own('process 2 on here');
    expect(second.owner.epoch).to.equal(first.owner.epoch + 1);
    expect(await failureOf(ownedTransaction(other, first.owner, () => Promise.resolve()))).to.be.instanceOf(OwnershipLost);
  });

  it('is taken from a silent one when its lease has run out, with what it has under way', async () => {
    await (await own('process 1 on here')).close();
    // its session lives on, and in the middle of a transaction at that
    const silent = [new Client({ connectionString: database.url }), new Client({ connectionString: database.url })] as const;
    const ended = silent.map((session) => new Promise<void>((resolve) => void session.on('error', () => resolve())));
    for (const session of silent) {
      await session.connect();
      await session.query("SET application_name = 'silent'");
    }
    await silent[0].query(`SELECT pg_advisory_lock(${OWNER_LOCK}, ${SERVER})`);
    await silent[1].query('BEGIN; SELECT 1 FROM ocm_gateway FOR KEY SHARE');
    const begun = systemClock.now();
    const second = await own('process 2 on here');
    expect(systemClock.now() - begun).to.be.at.least(LEASE_MS);
    await Promise.all(ended);
    await ownedTransaction(second.client, second.owner, () => Promise.resolve());
  });

  it('takes its lock again when the session that held it is lost, and stays the owner', async () => {
    const { client, owner } = await own('process 1 on here');
    const [before] = await lockers();
    await other.query('SELECT pg_terminate_backend($1)', [before ?? 0]);
    let now: number[];
    do now = await lockers();
    while (now.length === 0 || now[0] === before);
    await ownedTransaction(client, owner, () => Promise.resolve());
    expect(lost).to.deep.equal([]);
    expect(await failureOf(own('process 2 on here'))).to.be.instanceOf(StoreHeld);
  });

  it('says that it is lost when somebody else was quicker', async () => {
    const first = await own('process 1 on here');
    const told = new Promise<void>((resolve) => {
      const push = lost.push.bind(lost);
      lost.push = (...errors) => {
        resolve();
        return push(...errors);
      };
    });
    await other.query('UPDATE ocm_gateway SET epoch = epoch + 1 WHERE server_dbid = $1', [SERVER]);
    await told;
    expect(lost[0]).to.be.instanceOf(OwnershipLost);
    expect(await failureOf(ownedTransaction(first.client, first.owner, () => Promise.resolve()))).to.be.instanceOf(OwnershipLost);
  });

  it('says what to do where it cannot be opened', async () => {
    const missing = await failureOf(at((url) => void (url.pathname = '/nowhere')));
    expect(missing).to.be.instanceOf(StoreAway);
    expect(missing.message).to.match(/has no such database \(.*nowhere.*\): create it, or correct store.url/);
    const stranger = await failureOf(at((url) => void (url.username = 'stranger')));
    expect(stranger.message).to.match(/refuses this user \(.*stranger.*\): .*OCM_STORE_URL or PGPASSWORD/);
    await server.tell('pause');
    let paused: Error;
    try {
      paused = await failureOf(at(() => undefined));
    } finally {
      await server.tell('resume');
    }
    expect(paused.message).to.match(/cannot be reached within 300 ms \(.*\): start it, or correct store.url/);
  });
});
