import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { BadRecord, Importer, type ImporterParts, ImportRefused, type RejectedRow } from '../../src/service/importer.js';
import { type SqlRow, StoreAway, type StoreClient } from '../../src/store/client.js';
import { claimOwnership } from '../../src/store/owner.js';
import { deleteOldImports } from '../../src/store/statements/imports.js';
import { type Clock, systemClock } from '../../src/util/clock.js';
import { silentLog, startEngine, type TestEngine } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`contact_info\n${'5550100\n'.repeat(3000)}`);
  throw new Error('the line is gone');
}

describeOnStores('service/importer', (openTestStore) => {
  let engine: TestEngine;
  let importer: Importer;
  const changed: number[] = [];

  const parts = (over: Partial<ImporterParts> = {}): ImporterParts => ({
    deployment: engine.deployment,
    client: engine.store.client,
    owner: engine.owner,
    clock: systemClock,
    log: silentLog,
    listChanged: (dbid) => changed.push(dbid),
    ...over,
  });

  before(async () => {
    engine = await startEngine({
      open: openTestStore,
      change: (config) => {
        config.callingLists = [
          {
            dbid: 501,
            name: 'Spring',
            table: 'cl_spring',
            customFields: { customer_name: 'varchar', balance: 'float', since: 'datetime', state: 'char(2)', age: 'int' },
          },
          { dbid: 502, name: 'Autumn', table: 'cl_autumn' },
        ];
      },
    });
    importer = new Importer(parts());
  });

  after(() => engine.close());

  beforeEach(async () => {
    await engine.store.client.query('DELETE FROM cl_spring');
    changed.length = 0;
  });

  afterEach(async () => {
    expect(await query('SELECT * FROM ocm_import')).to.deep.equal([]);
    expect(await stagedTables()).to.deep.equal([]);
  });

  const stagedTables = () => query(`SELECT relname FROM pg_class WHERE relname LIKE 'ocm\\_import\\_rows\\_%' AND relkind = 'r'`);
  const query = (text: string): Promise<SqlRow[]> => engine.store.client.query(text, []);
  const places = async () => (await query('SELECT contact_info, record_id, chain_id, chain_n FROM cl_spring ORDER BY contact_info')).map((row) => Object.values(row));

  async function load(text: string, skipBad = false): Promise<{ loaded: number; rejected: RejectedRow[] }> {
    const rejected: RejectedRow[] = [];
    const onRejected = (row: RejectedRow) => void rejected.push(row);
    const { loaded } = await importer.run('Spring', [Buffer.from(text)], { by: 'test', ...(skipBad && { onRejected }) });
    return { loaded, rejected };
  }

  async function failureOf(text: string, over: Partial<ImporterParts> = {}, list = 'Spring'): Promise<unknown> {
    try {
      await new Importer(parts(over)).run(list, [Buffer.from(text)], { by: 'test' });
    } catch (error) {
      return error;
    }
    throw new Error('expected a failure');
  }

  async function refusedRow(text: string): Promise<RejectedRow> {
    const error = await failureOf(text);
    if (!(error instanceof BadRecord)) throw error;
    expect(await query('SELECT 1 FROM cl_spring')).to.have.length(await baseRows());
    return error.row;
  }

  let base = 0;
  const baseRows = () => Promise.resolve(base);

  it('stores every column in its type, and gives records ids and chains of their own', async () => {
    const header = 'contact_info,customer_name,balance,since,state,age,dial_sched_time,daily_from,tz_dbid,agent_id,attempt';
    const { loaded } = await load(`${header}\n1,"Ada, ""Lady""",-1.5e3,2024-02-29 08:30,CA,36,1700000000,3600,1,1001,2\n2,,,,,,,,,,\n`);
    expect(loaded).to.equal(2);
    expect(changed).to.deep.equal([501]);
    const [ada, nobody] = await query(`SELECT *, since::text AS since_text FROM cl_spring ORDER BY record_id`);
    expect(ada).to.include({
      record_id: 1, contact_info: '1', contact_info_type: 0, record_type: 2, record_status: 1, call_result: 28, attempt: 2, dial_sched_time: 1_700_000_000,
      daily_from: 3600, daily_till: null, tz_dbid: 1, agent_id: '1001', chain_id: 1, chain_n: 0, campaign_id: null, app_id: null,
      customer_name: 'Ada, "Lady"', balance: -1500, state: 'CA', age: 36, since_text: '2024-02-29 08:30:00',
    });
    expect(nobody).to.include({ record_id: 2, contact_info: '2', chain_id: 2, chain_n: 0, attempt: 0, customer_name: null, since: null, age: null });
  });

  it('numbers records behind those that are there, and behind chains, in the order of the lines', async () => {
    await load('contact_info,record_id,chain_id\na,5,40\n');
    await load('contact_info,record_id\nb,\nc,41\nd,\n');
    expect(await places()).to.deep.equal([
      ['a', 5, 40, 0],
      ['b', 42, 42, 0],
      ['c', 41, 41, 0],
      ['d', 43, 43, 0],
    ]);
  });

  it('puts records that name a chain behind one another in it, and behind what is there', async () => {
    await load('contact_info,record_id,chain_id,chain_n\na,1,1,0\nb,2,1,5\n');
    const { loaded } = await load('contact_info,record_id,chain_id,chain_n\nc,,1,\nd,7,,\ne,,7,\nf,,7,3\ng,,1,\nh,,7,\ni,,9,\n');
    expect(loaded).to.equal(7);
    expect(await places()).to.deep.equal([
      ['a', 1, 1, 0],
      ['b', 2, 1, 5],
      ['c', 10, 1, 6],
      ['d', 7, 7, 0],
      ['e', 11, 7, 4],
      ['f', 12, 7, 3],
      ['g', 13, 1, 7],
      ['h', 14, 7, 5],
      ['i', 15, 9, 0],
    ]);
  });

  describe('a row that cannot be stored', () => {
    beforeEach(async () => {
      await load('contact_info,record_id,chain_id,chain_n\na,1,1,0\nb,2,1,1\nc,3,20,1\n');
      base = 3;
      changed.length = 0;
    });
    afterEach(() => {
      base = 0;
      expect(changed).to.deep.equal([]);
    });

    const CASES: readonly (readonly [what: string, text: string, row: RejectedRow])[] = [
      ['a bad cell', 'contact_info,attempt\nx,1\ny,x\n', { line: 3, field: 'attempt', message: 'found "x", expected an integer from 0 to 2147483647' }],
      [
        'a record that nobody would release',
        'contact_info,record_status\nx,2\n',
        { line: 2, field: 'record_status', message: 'found "2", expected an integer from 0 to 10 or its name other than 2 (Retrieved)' },
      ],
      ['too few cells', 'contact_info,attempt\nx\n', { line: 2, message: 'found 1 cells, expected 2 as in the header' }],
      ['a record_id of the table', 'contact_info,record_id\nx,9\ny,2\n', { line: 3, field: 'record_id', message: 'found 2, which the table has already; expected another' }],
      ['a record_id twice', 'contact_info,record_id\nx,9\ny,10\nz,9\n', { line: 4, field: 'record_id', message: 'found 9, which line 2 has already; expected another' }],
      [
        'a place in a chain of the table',
        'contact_info,chain_id,chain_n\nx,1,2\ny,1,1\n',
        { line: 3, field: 'chain_n', message: 'found 1 in chain 1, which the table has already; expected another' },
      ],
      [
        'a place in a chain twice',
        'contact_info,chain_id,chain_n\nx,7,2\ny,7,2\n',
        { line: 3, field: 'chain_n', message: 'found 2 in chain 7, which line 2 has already; expected another' },
      ],
      [
        'a place that the first of a chain has',
        'contact_info,record_id,chain_id,chain_n\nx,7,,\ny,8,7,0\n',
        { line: 3, field: 'chain_n', message: 'found 0 in chain 7, which line 2 has already; expected another' },
      ],
      [
        'a chain of its own that is another one',
        'contact_info,record_id\nx,20\n',
        { line: 2, field: 'chain_id', message: 'found 20, which the table has already; expected another' },
      ],
      ['an unknown column', 'contact_info,phone\nx,1\n', { line: 1, field: 'phone', message: '' }],
      ['no contact_info', 'phone\n', { line: 1, field: 'phone', message: '' }],
    ];
    for (const [what, text, row] of CASES) {
      it(`has ${what}: it is told with line and field, and nothing is kept`, async () => {
        const found = await refusedRow(text);
        if (row.message === '') expect(found).to.include({ line: row.line, field: row.field });
        else expect(found).to.deep.equal(row);
      });
    }

    it('is told behind thousands of good ones, and nothing of them is kept', async () => {
      const rows = Array.from({ length: 2500 }, (_, index) => `${index},${index + 100}`);
      expect(await refusedRow(`contact_info,record_id\n${rows.join('\n')}\nx,2599\n`)).to.include({ line: 2502, field: 'record_id' });
      expect(await refusedRow(`contact_info,record_id\n${rows.join('\n')}\nx,y\n`)).to.include({ line: 2502, field: 'record_id' });
    });

    it('among others that are kept is told with all that are bad, each once', async () => {
      const rows = ['a2,9,,', 'b2,x,,', 'c2,2,,', 'd2,9,1,1', 'e2,,1,1', 'f2,,1,', 'g2,,7,7', 'h2,,7,7', 'i2,,,,', 'j2,20,,'];
      const { loaded, rejected } = await load(`contact_info,record_id,chain_id,chain_n\n${rows.join('\n')}\n`, true);
      changed.length = 0;
      expect(rejected.map(({ line, field }) => [line, field]).toSorted(([a], [b]) => Number(a) - Number(b))).to.deep.equal([
        [3, 'record_id'],
        [4, 'record_id'],
        [5, 'record_id'],
        [6, 'chain_n'],
        [9, 'chain_n'],
        [10, undefined],
        [11, 'chain_id'],
      ]);
      expect(loaded).to.equal(3);
      expect((await places()).slice(1)).to.deep.equal([['a2', 9, 9, 0], ['b', 2, 1, 1], ['c', 3, 20, 1], ['f2', 22, 1, 2], ['g2', 23, 7, 7]]);
    });
  });

  it('gives the file back when a reader of the rejected rows has seen enough', async () => {
    const enough = new Error('enough');
    const onRejected = (): never => {
      throw enough;
    };
    let thrown: unknown;
    await importer.run('Spring', [Buffer.from('contact_info,age\n1,2\n2,x\n')], { by: 'test', onRejected }).catch((error: unknown) => (thrown = error));
    expect(thrown).to.equal(enough);
    expect(await places()).to.deep.equal([]);
  });

  it('keeps nothing of a file whose source fails', async () => {
    let thrown: unknown;
    await importer.run('Spring', breaking(), { by: 'test' }).catch((error: unknown) => (thrown = error));
    expect((thrown as Error).message).to.equal('the line is gone');
    expect(await places()).to.deep.equal([]);
  });

  it('takes a file without rows, and tells nobody', async () => {
    expect(await load('contact_info\n')).to.deep.equal({ loaded: 0, rejected: [] });
    expect(changed).to.deep.equal([]);
  });

  it('refuses an unknown list, and a list without ids left', async () => {
    const unknown = await failureOf('contact_info\n1\n', {}, 'Summer');
    expect(unknown).to.be.instanceOf(ImportRefused);
    expect((unknown as ImportRefused).reason).to.equal('unknownList');
    expect((unknown as Error).message).to.include('"Summer"; expected one of Spring, Autumn');
    await load('contact_info,record_id\n1,2147483646\n');
    expect((await load('contact_info\n2\n')).loaded).to.equal(1);
    const full = await failureOf('contact_info\n3\n');
    expect((full as ImportRefused).reason).to.equal('noIdsLeft');
  });

  it('says so where a table of the operator does not take the records', async () => {
    await query('ALTER TABLE cl_autumn ADD COLUMN team integer NOT NULL');
    const error = await failureOf('contact_info\n1\n', {}, 'Autumn');
    expect((error as ImportRefused).reason).to.equal('refusedByTable');
    expect((error as Error).message).to.include('cl_autumn').and.include('team');
    await query('ALTER TABLE cl_autumn DROP COLUMN team');
  });

  it('serves two files at once, one after the other', async () => {
    const header = 'contact_info,chain_id\n';
    await Promise.all([load(`${header}${'a,7\n'.repeat(1500)}`), load(`${header}${'b,7\n'.repeat(1500)}`)]);
    const [row] = await query('SELECT count(DISTINCT record_id) AS ids, count(DISTINCT chain_n) AS places, max(chain_n) AS last FROM cl_spring');
    expect(row).to.deep.equal({ ids: 3000, places: 3000, last: 2999 });
  });

  it('pauses between its steps where agents work, and loads the same', async () => {
    const pauses: number[] = [];
    const clock: Clock = {
      now: () => systemClock.now(),
      timeOfDay: (atMs) => systemClock.timeOfDay(atMs),
      after: (delayMs, fn, options) => {
        pauses.push(delayMs);
        return systemClock.after(0, fn, options);
      },
    };
    const file = [Buffer.from(`contact_info\n${'5550100\n'.repeat(1500)}`)];
    const options = { by: 'test' };
    expect(await new Importer(parts({ clock })).run('Spring', file, options)).to.include({ loaded: 1500 });
    expect(pauses).to.deep.equal([]);
    expect(await new Importer(parts({ clock, agentsWait: () => 9000 })).run('Spring', file, options)).to.include({ loaded: 1500 });
    expect(pauses.length).to.be.greaterThan(1);
    expect(await rowsThere()).to.equal(3000);
  });

  it('lets others write while it stages', async () => {
    const order: string[] = [];
    async function* source() {
      yield Buffer.from(`contact_info\n${'5550100\n'.repeat(2500)}`);
      await engine.store.client.transaction(async (sql) => {
        await sql.query('SELECT 1');
        order.push('others');
      });
      yield Buffer.from('5550101\n');
    }
    await new Importer(parts({ listChanged: () => order.push('loaded') })).run('Spring', source(), { by: 'test' });
    // told with the first records and with the last
    expect(order).to.deep.equal(['others', 'loaded', 'loaded']);
  });

  /** Lets that many transactions through, then the store is away. */
  function dyingAfter(transactions: number): StoreClient {
    const { client } = engine.store;
    let left = transactions;
    return {
      ...client,
      query: (sql, params) => (left < 0 ? Promise.reject(new StoreAway('killed')) : client.query(sql, params)),
      session: (fn) => client.session(fn),
      transaction: (fn) => ((left -= 1) < 0 ? Promise.reject(new StoreAway('killed')) : client.transaction(fn)),
      close: () => client.close(),
    };
  }

  const whole = async () => {
    const [row] = await query('SELECT count(*) AS rows, count(DISTINCT contact_info) AS people, count(DISTINCT record_id) AS ids FROM cl_spring');
    return row;
  };
  const rowsThere = async () => Number((await query('SELECT count(*) AS count FROM cl_spring'))[0]?.['count']);

  describe('an import that is interrupted', () => {
    // rows with and without ids, chains over several of them, one bad row, and more than one step of each kind
    const rows = Array.from({ length: 1200 }, (_, index) => {
      if (index % 3 === 0) return `p${index},,`;
      return index % 3 === 1 ? `p${index},${index + 5000},` : `p${index},,${index + 4999 - (index % 2)}`;
    });
    const text = `contact_info,record_id,chain_id\n${rows.join('\n')}\nbad,x,\n`;
    const file = createHash('sha256').update(text).digest('hex');
    const chunks = function* (): Generator<Uint8Array> {
      for (let at = 0; at < text.length; at += 16_000) yield Buffer.from(text.slice(at, at + 16_000));
    };

    async function again(by: Importer, source: Iterable<Uint8Array> | AsyncIterable<Uint8Array> = chunks()): Promise<{ loaded: number; before: boolean; rejected: number[]; told: () => Promise<void> }> {
      const rejected: number[] = [];
      const result = await by.run('Spring', source, { by: 'test', file, onRejected: ({ line }) => void rejected.push(line) });
      return { ...result, rejected };
    }

    it('goes on where it was, wherever that is: every row comes once, and none before the file is accepted', async () => {
      let completed = false;
      for (let transactions = 0; !completed; transactions += 1) {
        await query('DELETE FROM cl_spring');
        const first = await again(new Importer(parts({ client: dyingAfter(transactions) }))).catch((error: unknown) => error);
        completed = !(first instanceof Error);
        const [noted] = await query('SELECT accepted_at, staged_line FROM ocm_import');
        if (noted !== undefined && noted['accepted_at'] === null) expect(await rowsThere()).to.equal(0);
        const second = await again(new Importer(parts()));
        if (completed) expect(second.before).to.equal(true);
        expect(second.loaded).to.equal(1200);
        expect(second.rejected).to.deep.equal([1202]);
        await second.told();
        expect(await whole()).to.deep.equal({ rows: 1200, people: 1200, ids: 1200 });
        expect(transactions).to.be.lessThan(60);
      }
    });

    it('is finished at the next start where it was accepted, and then known again once', async () => {
      let transactions = 0;
      for (let accepted = false; !accepted; transactions += 1) {
        await again(new Importer(parts({ client: dyingAfter(transactions) }))).catch(() => undefined);
        accepted = (await query('SELECT 1 FROM ocm_import WHERE accepted_at IS NOT NULL')).length > 0;
      }
      expect(await rowsThere()).to.be.lessThan(1200);
      await new Importer(parts()).finish();
      expect(await whole()).to.deep.equal({ rows: 1200, people: 1200, ids: 1200 });
      const known = await again(importer);
      expect(known).to.include({ loaded: 1200, before: true });
      expect(known.rejected).to.deep.equal([1202]);
      await known.told();
      expect(await whole()).to.include({ rows: 1200 });
      // told, the same file is another import: its record ids are there already
      const more = await again(importer);
      expect(more.loaded).to.be.greaterThan(0);
      expect(more.rejected.length).to.be.greaterThan(350);
      await more.told();
    });

    it('is kept when the file does not come to its end, and makes room for another file', async () => {
      const half = (async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from(text.slice(0, 12_000));
        while ((await query('SELECT 1 FROM ocm_import WHERE staged_line > 450')).length === 0);
        throw new Error('the line is gone');
      })();
      expect(((await again(importer, half).catch((error: unknown) => error)) as Error).message).to.equal('the line is gone');
      expect(await query('SELECT accepted_at, staged_line > 450 AS far FROM ocm_import')).to.deep.equal([{ accepted_at: null, far: true }]);
      expect(await rowsThere()).to.equal(0);
      await load('contact_info\n1\n');
      expect(await query('SELECT 1 FROM ocm_import')).to.deep.equal([]);
    });

    it('is refused while it is under way, and where the file is another than was announced', async () => {
      let refused: unknown;
      const slow = (async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('contact_info\n1\n');
        refused = await again(importer).catch((error: unknown) => error);
      })();
      const other = await again(importer, slow).catch((error: unknown) => error);
      expect((refused as ImportRefused).reason).to.equal('underWay');
      expect((other as ImportRefused).reason).to.equal('otherFile');
      expect(await rowsThere()).to.equal(0);
    });
  });

  it('takes nothing of a file that a rule of the table refuses in its last row', async () => {
    await query('ALTER TABLE cl_autumn ADD CONSTRAINT no_nines CHECK (contact_info <> \'999\')');
    const error = await failureOf(`contact_info\n${'1\n'.repeat(1200)}999\n`, {}, 'Autumn');
    expect((error as ImportRefused).reason).to.equal('refusedByTable');
    expect((error as Error).message).to.include('no_nines');
    expect(await query('SELECT 1 FROM cl_autumn')).to.deep.equal([]);
    await query('ALTER TABLE cl_autumn DROP CONSTRAINT no_nines');
  });

  it('takes words for numbers that have names', async () => {
    await load('contact_info,record_status,record_type,call_result\na,Updated,NoCall,noanswer\nb,ready,,7\n');
    expect(await query('SELECT record_status, record_type, call_result FROM cl_spring ORDER BY contact_info')).to.deep.equal([
      { record_status: 3, record_type: 7, call_result: 7 },
      { record_status: 1, record_type: 2, call_result: 7 },
    ]);
    expect(await refusedRow('contact_info,record_status\nx,Retrieved\n').catch((error: unknown) => error)).to.be.instanceOf(Error);
  });

  describe('in a later life', () => {
    it('leaves nothing behind that a later life would keep, and nothing that it would remove of its own', async () => {
      const { client } = engine.store;
      let steps = 0;
      const dying: StoreClient = {
        ...client,
        query: client.query.bind(client),
        session: client.session.bind(client),
        transaction: (fn) => ((steps += 1) > 2 ? Promise.reject(new Error('killed')) : client.transaction(fn)),
        close: client.close.bind(client),
      };
      expect(((await failureOf('contact_info\n1\n', { client: dying })) as Error).message).to.equal('killed');
      await deleteOldImports(client, engine.owner);
      expect(await stagedTables()).to.have.length(1);
      const next = await claimOwnership(client, 156, 'next life', 0);
      await deleteOldImports(client, next);
      // an import of the life before is not let write any more
      expect(((await failureOf('contact_info\n1\n')) as Error).name).to.equal('OwnershipLost');
    });
  });
});
