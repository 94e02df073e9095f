import { expect } from 'chai';
import { type Sql, StatementFailed, StoreAway } from '../../src/store/client.js';
import { migrate } from '../../src/store/migrate.js';
import { PostgresClient } from '../../src/store/postgres/client.js';
import { makeDatabase, ownServer, type PostgresServer, settingsOf, type TestDatabase } from '../support/postgres-server.js';
import { Proxy } from '../support/proxy.js';

/** What a promise is rejected with; a promise that resolves is a failed test. */
async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

/** Each of two transactions locks one row, and the other when both have theirs; a second time without waiting. */
function crossing(client: PostgresClient, long: boolean): Promise<PromiseSettledResult<void>[]> {
  const locked = { count: 0, wake: [] as (() => void)[] };
  const both = new Promise<void>((resolve) => locked.wake.push(resolve));
  const job = (first: number, second: number) => async (sql: Sql) => {
    await sql.query('UPDATE t SET m = m + 1 WHERE n = $1', [first]);
    if (++locked.count === 2) for (const wake of locked.wake) wake();
    await both;
    await sql.query('UPDATE t SET m = m + 1 WHERE n = $1', [second]);
  };
  return Promise.allSettled([client.transaction(job(1, 2), { long }), client.transaction(job(2, 1), { long })]);
}

const QUICK = { statementTimeoutMs: 300, connectTimeoutMs: 300 };

describe('the PostgreSQL client', () => {
  let server: PostgresServer;
  let database: TestDatabase;
  /** Asks behind the back of the clients that are tested. */
  let other: PostgresClient;
  const clients: PostgresClient[] = [];

  before(async () => {
    server = await ownServer();
    database = await makeDatabase(server);
    other = open();
    await other.query('CREATE TABLE t (n integer PRIMARY KEY, m integer)');
  });
  after(async () => {
    for (const client of clients) await client.close();
    await database.drop();
  });
  beforeEach(() => other.query('DELETE FROM t'));

  function open(over: Partial<ReturnType<typeof settingsOf>> = {}, port = server.port): PostgresClient {
    const client = new PostgresClient({ ...settingsOf(server.urlAt(port, database.name)), ...over }, 'tests');
    clients.push(client);
    return client;
  }

  const numbers = async (): Promise<unknown[]> => (await other.query('SELECT n FROM t ORDER BY n')).map((row) => row['n']);
  const sessions = async (): Promise<number> => (await other.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()`)).length;

  it('reads values as the embedded store does, arrays too', async () => {
    const [row] = await other.query(`SELECT 1760000000123::bigint AS big, 2.5::numeric AS many, ARRAY[1::bigint, NULL] AS list, '{"a":[1,"b"]}'::jsonb AS json, true AS yes, NULL AS nothing`);
    expect(row).to.deep.equal({ big: 1_760_000_000_123, many: 2.5, list: [1, null], json: { a: [1, 'b'] }, yes: true, nothing: null });
    expect(await other.query('SELECT 1 AS one; SELECT 2 AS two')).to.deep.equal([{ two: 2 }]);
  });

  it('commits a transaction, rolls back one that throws, and says what was refused', async () => {
    expect(await other.transaction(async (sql) => (await sql.query('INSERT INTO t VALUES (1) RETURNING n')).length)).to.equal(1);
    const refused = await failureOf(
      other.transaction(async (sql) => {
        await sql.query('INSERT INTO t VALUES (2)');
        await sql.query('INSERT INTO t VALUES (1)');
      }),
    );
    expect(refused).to.be.instanceOf(StatementFailed).with.property('code', '23505');
    expect(await numbers()).to.deep.equal([1]);
  });

  it('keeps parsed what is said to come again, also when its table has changed since', async () => {
    const kept = await other.session(async (sql) => {
      for (const n of [1, 2]) await sql.query('INSERT INTO t (n) VALUES ($1)', [n], { prepared: true });
      await sql.query('ALTER TABLE t ADD COLUMN later integer DEFAULT 7');
      await sql.query('INSERT INTO t (n) VALUES ($1)', [3], { prepared: true });
      await sql.query('ALTER TABLE t DROP COLUMN later');
      return sql.query('SELECT count(*) AS count FROM pg_prepared_statements');
    });
    expect(kept).to.deep.equal([{ count: 1 }]);
    expect(await numbers()).to.deep.equal([1, 2, 3]);
  });

  it('does not take for committed a transaction in which a failure was passed over', async () => {
    const passedOver = other.transaction(async (sql) => {
      await sql.query('INSERT INTO t VALUES (1)');
      await sql.query('SELECT * FROM nowhere').catch(() => undefined);
    });
    expect(await failureOf(passedOver)).to.be.instanceOf(StatementFailed);
    expect(await numbers()).to.deep.equal([]);
  });

  describe('of two transactions that wait for each other', () => {
    beforeEach(() => other.query('INSERT INTO t VALUES (1, 0), (2, 0)'));

    it('runs the one that gave way again', async () => {
      expect((await crossing(other, false)).map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled']);
      expect(await other.query('SELECT m FROM t')).to.deep.equal([{ m: 2 }, { m: 2 }]);
    });

    it('answers that it may be tried again where it runs once', async () => {
      const failed = (await crossing(other, true)).filter((one) => one.status === 'rejected');
      expect(failed).to.have.length(1);
      expect(failed[0]?.reason).to.be.instanceOf(StoreAway);
      expect(await other.query('SELECT m FROM t')).to.deep.equal([{ m: 1 }, { m: 1 }]);
    });
  });

  it('of several that bring the tables up to date at once, all succeed', async () => {
    await other.query('CREATE SCHEMA IF NOT EXISTS public');
    const fresh = await makeDatabase(server);
    const together = [1, 2, 3].map(() => new PostgresClient(settingsOf(fresh.url), 'tests'));
    await together[0]?.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const ran = await Promise.all(together.map(migrate));
    expect(ran.filter((names) => names.length > 0)).to.have.length(1);
    for (const client of together) await client.close();
    await fresh.drop();
  });

  it('is away where nobody listens, and at once', async () => {
    const nobody = await Proxy.open(0);
    const { port } = nobody;
    await nobody.close();
    const away = await failureOf(open({}, port).query('SELECT 1'));
    expect(away).to.be.instanceOf(StoreAway);
    expect(away.message).to.contain(`127.0.0.1:${port}/${database.name}`).and.contain('ECONNREFUSED');
  });

  it('cancels what takes too long, and goes on', async () => {
    const client = open(QUICK);
    expect(await failureOf(client.query('SELECT pg_sleep(60)'))).to.be.instanceOf(StoreAway).with.property('message').that.contains('57014');
    expect(await client.query('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('ends the transaction of a process that is stopped in the middle of it', async () => {
    const client = open(QUICK);
    const left = client.transaction(async (sql) => {
      await sql.query('INSERT INTO t VALUES (1)');
      await other.query('SELECT pg_sleep(0.6)');
      await sql.query('INSERT INTO t VALUES (2)');
    });
    expect(await failureOf(left)).to.be.instanceOf(StoreAway);
    expect(await numbers()).to.deep.equal([]);
    expect(await client.query('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('is away when its line is cut in a transaction, and back by itself', async () => {
    const proxy = await Proxy.open(server.port);
    const client = open({}, proxy.port);
    const cut = client.transaction(async (sql) => {
      await sql.query('INSERT INTO t VALUES (1)');
      proxy.cut();
      await sql.query('INSERT INTO t VALUES (2)');
    });
    expect(await failureOf(cut)).to.be.instanceOf(StoreAway);
    expect(await client.query('SELECT n FROM t')).to.deep.equal([]);
    await client.close();
    await proxy.close();
  });

  it('ends what it has lost sight of before it asks anything else', async () => {
    const proxy = await Proxy.open(server.port);
    const client = open({}, proxy.port);
    const lost = failureOf(client.transaction(async (sql) => {
      await sql.query('INSERT INTO t VALUES (1)');
      // the server is at it, and does not see that nobody waits
      await sql.query('SELECT pg_sleep(60)');
    }));
    while ((await sessions()) === 0);
    proxy.cut();
    expect(await lost).to.be.instanceOf(StoreAway);
    expect(await sessions(), 'the test would prove nothing').to.equal(1);
    await client.query('SELECT 1');
    expect(await sessions()).to.equal(0);
    expect(await numbers()).to.deep.equal([]);
    await client.close();
    await proxy.close();
  });

  it('is away while the server is paused, and nothing that was asked then is done later', async () => {
    const client = open(QUICK);
    await client.query('SELECT 1');
    await server.tell('pause');
    try {
      expect(await failureOf(client.query('INSERT INTO t VALUES (1)'))).to.be.instanceOf(StoreAway);
      expect(await failureOf(client.query('SELECT 1'))).to.be.instanceOf(StoreAway);
    } finally {
      await server.tell('resume');
    }
    const seen = await client.query('SELECT n FROM t');
    await other.query('SELECT pg_sleep(0.1)');
    expect(await client.query('SELECT n FROM t'), 'what is read first is true from then on').to.deep.equal(seen);
  });

  it('is away while the server is down, and back with it', async () => {
    const client = open();
    const running = failureOf(client.query('SELECT pg_sleep(60)'));
    while ((await sessions()) === 0);
    await server.tell('stop');
    expect(await running).to.be.instanceOf(StoreAway);
    expect(await failureOf(client.transaction(() => Promise.resolve()))).to.be.instanceOf(StoreAway);
    await server.tell('start');
    expect(await client.query('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    await server.tell('crash');
    await server.tell('start');
    expect(await client.query('SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
  });

  it('that is closed is away', async () => {
    const client = open();
    await client.query('SELECT 1');
    await client.close();
    expect(await failureOf(client.query('SELECT 1'))).to.be.instanceOf(StoreAway);
  });
});
