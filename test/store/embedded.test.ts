import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { StatementFailed, StoreAway } from '../../src/store/client.js';
import { DirectoryLock, DirectoryHeld } from '../../src/store/embedded/lock.js';
import { openEmbedded } from '../../src/store/embedded/open.js';
import { makeStoreDirectory, openTestStore, type TestStore } from '../support/engine.js';

const HOLDER = fileURLToPath(new URL('../support/hold-directory.js', import.meta.url));

/** What a promise is rejected with; a promise that resolves is a failed test. */
async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

function heldBy(run: () => unknown): DirectoryHeld {
  try {
    run();
  } catch (error) {
    if (error instanceof DirectoryHeld) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('a store directory', () => {
  let ours: string;
  const children: ChildProcess[] = [];
  beforeEach(() => void (ours = join(mkdtempSync(join(tmpdir(), 'ocm-lock-')), 'made', 'on demand')));
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(join(ours, '..', '..'), { recursive: true, force: true });
  });

  /** Starts a process that takes the directory, and answers what it says. */
  async function holder(what: 'lock' | 'store', directory = ours): Promise<{ readonly child: ChildProcess; readonly says: string }> {
    const child = spawn(process.execPath, [HOLDER, directory, what], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    const [says] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, says: says.toString() };
  }

  it('is taken by one process at a time, and the second is told by whom', async () => {
    const { child, says } = await holder('lock');
    expect(says).to.equal('held\n');
    const refused = heldBy(() => DirectoryLock.acquire(ours, { since: 'now' }));
    expect(refused.holder).to.deep.equal({ pid: child.pid, host: hostname(), since: 'the test began' });
    expect(refused.message).to.contain(ours).and.contain(`process ${child.pid} on ${hostname()} (since the test began)`);
    expect(await failureOf(openEmbedded(ours, 'now'))).to.be.instanceOf(DirectoryHeld);
  });

  it('is refused to another process while this one has it, and free when this one lets go', async () => {
    const lock = DirectoryLock.acquire(ours, { since: 'now' });
    lock.describe({ pid: process.pid, host: 'here', since: 'now', http: '127.0.0.1:8098' });
    expect((await holder('lock')).says).to.match(new RegExp(`^refused: .*process ${process.pid} on here`));
    expect(heldBy(() => DirectoryLock.acquire(ours, { since: 'now' })).holder?.http, 'the lock is the open file\'s, not the process\'s').to.equal('127.0.0.1:8098');
    lock.release();
    expect((await holder('lock')).says).to.equal('held\n');
  });

  it('is free at once when its holder is killed, whatever the holder left behind', async () => {
    const { child } = await holder('lock');
    await kill(child);
    expect(readFileSync(join(ours, 'holder.json'), 'utf8'), 'nobody has cleaned up').to.contain(String(child.pid));
    DirectoryLock.acquire(ours, { since: 'now' }).release();
  });

  it('is refused by a holder that has not said who it is, or in a file that is cut', async () => {
    await holder('lock');
    writeFileSync(join(ours, 'holder.json'), '{"pid":');
    expect(heldBy(() => DirectoryLock.acquire(ours, { since: 'now' })).message).to.contain('in use by another process');
  });

  it('keeps what was committed when its process is killed', async () => {
    const directory = await makeStoreDirectory();
    try {
      const { child, says } = await holder('store', directory);
      expect(says).to.equal('held\n');
      await kill(child);
      const { client } = await openEmbedded(directory, 'now');
      const found = await client.query('SELECT answer FROM kept', []);
      await client.close();
      expect(found).to.deep.equal([{ answer: 42 }]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('that cannot be opened is an error, and is not held by it', async () => {
    const directory = await makeStoreDirectory();
    try {
      writeFileSync(join(directory, 'pg', 'PG_VERSION'), '3\n');
      expect(await failureOf(openEmbedded(directory, 'now'))).to.be.instanceOf(StoreAway).and.not.instanceOf(DirectoryHeld);
      DirectoryLock.acquire(directory, { since: 'now' }).release();
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe('the embedded client', () => {
  let store: TestStore;
  before(async () => {
    store = await openTestStore('embedded');
    await store.client.query('CREATE TABLE t (n integer PRIMARY KEY, big bigint, many numeric)', []);
  });
  after(() => store.close());
  beforeEach(() => store.client.query('DELETE FROM t', []));

  const numbers = async (): Promise<unknown[]> => (await store.client.query('SELECT n FROM t ORDER BY n', [])).map((row) => row['n']);

  it('reads times and sums as numbers', async () => {
    await store.client.query('INSERT INTO t VALUES (1, $1, 2.5)', [1_760_000_000_123]);
    expect(await store.client.query('SELECT big, many, count(*) AS c FROM t GROUP BY 1, 2', [])).to.deep.equal([{ big: 1_760_000_000_123, many: 2.5, c: 1 }]);
  });

  it('commits a transaction, and rolls back one that throws, whoever threw', async () => {
    expect(await store.client.transaction(async (sql) => (await sql.query('INSERT INTO t VALUES (1) RETURNING n', [])).length)).to.equal(1);
    const ours = new Error('ours');
    const thrown = store.client.transaction(async (sql) => {
      await sql.query('INSERT INTO t VALUES (2)', []);
      throw ours;
    });
    expect(await failureOf(thrown)).to.equal(ours);
    const refused = store.client.transaction(async (sql) => {
      await sql.query('INSERT INTO t VALUES (3)', []);
      await sql.query('INSERT INTO t VALUES (3)', []);
    });
    expect(await failureOf(refused)).to.be.instanceOf(StatementFailed).with.property('code', '23505');
    expect(await numbers()).to.deep.equal([1]);
  });

  it('keeps other statements out of a transaction', async () => {
    const outside: Promise<unknown>[] = [];
    const inside = store.client.transaction(async (sql) => {
      await sql.query('INSERT INTO t VALUES (1)', []);
      outside.push(store.client.query('INSERT INTO t VALUES (2)', []), store.client.transaction((other) => other.query('INSERT INTO t VALUES (3)', [])));
      await sql.query('SELECT 1', []);
      throw new Error('rolled back');
    });
    await failureOf(inside);
    await Promise.all(outside);
    expect(await numbers()).to.deep.equal([2, 3]);
  });

  it('does first what somebody waits for', async () => {
    const order: number[] = [];
    const insert = async (number: number, background: boolean): Promise<void> => {
      await store.client.transaction((sql) => sql.query('INSERT INTO t VALUES ($1)', [number]), { background });
      order.push(number);
    };
    await Promise.all([insert(1, true), insert(2, false), insert(3, true), insert(4, false)]);
    expect(order).to.deep.equal([2, 4, 1, 3]);
    expect(await numbers()).to.deep.equal([1, 2, 3, 4]);
  });

  it('says what a statement was refused for, and goes on', async () => {
    const error = await failureOf(store.client.query('SELECT * FROM nowhere', []));
    expect(error).to.be.instanceOf(StatementFailed).with.property('code', '42P01');
    expect(error.message).to.contain('nowhere');
    expect(await store.client.query('SELECT 1 AS one', [])).to.deep.equal([{ one: 1 }]);
  });

  it('that is closed is away', async () => {
    const other = await openTestStore('embedded');
    await other.close();
    expect(await failureOf(other.client.query('SELECT 1', []))).to.be.instanceOf(StoreAway);
    expect(await failureOf(other.client.transaction(() => Promise.resolve()))).to.be.instanceOf(StoreAway);
  });
});
