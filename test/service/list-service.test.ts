import { expect } from 'chai';
import * as fc from 'fast-check';
import { RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { recordColumns } from '../../src/lists/record-fields.js';
import { Importer } from '../../src/service/importer.js';
import { ListRefused, ListService } from '../../src/service/list-service.js';
import { systemClock } from '../../src/util/clock.js';
import { addRows, forbid, HOUR, listOf, NOW, NOW_SECONDS, type Row } from '../store/support.js';
import { silentLog, startEngine, type TestEngine } from '../support/engine.js';
import { ManualClock } from '../support/manual-clock.js';

const CUSTOM = { customer_name: 'varchar', balance: 'float', since: 'datetime', state: 'char(2)', age: 'int' };

const int = (max: number) => fc.option(fc.integer({ min: 0, max }));

describe('service/list-service', function () {
  this.timeout(60_000);
  let engine: TestEngine;
  let lists: ListService;
  const changed: number[] = [];
  const second = Math.floor(NOW / 1000) % 86_400;

  before(async () => {
    engine = await startEngine({
      change: (config) => {
        config.timeZones = [{ dbid: 1, name: 'GMT', zone: 'Etc/UTC' }];
        config.callingLists = [
          { dbid: 501, name: 'Spring', table: 'cl_spring', maxAttempts: 3, customFields: CUSTOM, filter: { where: "coalesce(r.age, 0) < 90" } },
          { dbid: 502, name: 'Autumn', table: 'cl_autumn', customFields: CUSTOM },
        ];
      },
    });
    const { deployment, store } = engine;
    lists = new ListService({ deployment, client: store.client, clock: new ManualClock(NOW), log: silentLog, running: true, listChanged: (dbid) => void changed.push(dbid) });
  });
  after(() => engine.close());
  beforeEach(async () => {
    for (const table of ['cl_spring', 'cl_autumn']) await run(`DELETE FROM ${table}`);
    changed.length = 0;
  });

  const run = (sql: string) => engine.store.client.query(sql, []);
  const fillSpring = (rows: readonly (Row & { age?: number })[]) => addRows(engine.store.client, listOf(), rows);
  const spring = async () => {
    const [report] = await lists.report('Spring');
    if (report === undefined) throw new Error('no report');
    return report;
  };

  const file = async (name: string): Promise<string> => {
    let text = '';
    for await (const chunk of (await lists.export(name)).chunks) text += chunk;
    return text;
  };
  const importer = (): Importer => {
    const { deployment, owner, store } = engine;
    return new Importer({ deployment, client: store.client, owner, clock: systemClock, log: silentLog, listChanged: () => undefined });
  };

  it('counts a table with every status and every reason', async () => {
    await forbid(engine.store.client, 'dnc', ['555-7']);
    await fillSpring([
      {}, // 1 due
      { record_type: 7 }, // 2
      { attempt: 3 }, // 3
      { age: 99 }, // 4
      { tz_dbid: 77 }, // 5
      { contact_info: '' }, // 6
      {}, // 7 forbidden
      { dial_sched_time: NOW_SECONDS + 7200 }, // 8
      { tz_dbid: 1, daily_from: (second + HOUR) % 86_400, daily_till: (second + 2 * HOUR) % 86_400 }, // 9
      { chain_id: 1, chain_n: 1 }, // 10 behind the first
      { record_status: 2, app_id: 156 }, // 11 ours
      { record_status: 2, app_id: 200 }, // 12
      { record_status: 2, app_id: 200 }, // 13
      { record_status: 2, app_id: null }, // 14
      { record_status: 3 }, // 15
      { record_status: 8 }, // 16
    ]);
    expect(await spring()).to.deep.equal({
      dbid: 501,
      name: 'Spring',
      table: 'cl_spring',
      problems: [],
      ready: 10,
      retrieved: 4,
      final: 2,
      total: 16,
      due: 1,
      notDue: { recordType: 1, maxAttempts: 1, filter: 1, unknownZone: 1, incomplete: 1, doNotCall: 1, scheduled: 1, window: 1, chain: 1 },
      nextDueAt: NOW,
      retrievedByOthers: [{ appId: 200, records: 2 }, { appId: null, records: 1 }],
      imports: [],
    });
    await run('DELETE FROM cl_spring WHERE record_id = 1 OR record_id = 10');
    expect((await spring()).nextDueAt).to.equal(NOW + HOUR * 1000);
    await run('DELETE FROM cl_spring WHERE record_id = 9');
    expect((await spring()).nextDueAt).to.equal(NOW + 7200 * 1000);
    await run(`UPDATE cl_spring SET tz_dbid = 1, daily_from = ${(second + 3 * HOUR) % 86_400}, daily_till = ${(second + 4 * HOUR) % 86_400} WHERE record_id = 8`);
    expect((await spring()).nextDueAt, 'its window is closed when it comes').to.equal(NOW + 3 * HOUR * 1000);
    await run('DELETE FROM cl_spring WHERE record_id = 8');
    expect((await spring()).nextDueAt).to.equal(null);
    await forbid(engine.store.client, 'dnc', []);
  });

  it('counts lists of more than one batch, and names those that it does not know', async () => {
    await run(`INSERT INTO cl_spring (record_id, contact_info, record_type, record_status, attempt, chain_id, chain_n) SELECT n, n, 2, 1 + n % 3, 0, n, 0 FROM generate_series(1, 9001) n`);
    expect(await spring()).to.include({ total: 9001, ready: 3000, retrieved: 3001, final: 3000, due: 3000 });
    expect((await lists.report()).map(({ name, total }) => [name, total])).to.deep.equal([['Spring', 9001], ['Autumn', 0]]);
    const refused = await lists.report('Summer').catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(ListRefused).and.include({ reason: 'unknownList' });
  });

  it('gives back what another application has left, and not what is our own or in use', async () => {
    const rows: Row[] = Array.from({ length: 1500 }, () => ({ record_status: 2, app_id: 200, campaign_id: 9, group_id: 9 }));
    await fillSpring([...rows, { record_status: 2, app_id: 156 }, { record_status: 2, app_id: null }]);
    const own = await lists.reclaim(156).catch((error: unknown) => error);
    expect(own).to.be.instanceOf(ListRefused).and.include({ reason: 'ownRecords' });
    expect(await lists.reclaim(201)).to.equal(0);
    expect(await lists.reclaim(200, 'Autumn')).to.equal(0);
    expect(changed).to.deep.equal([]);
    expect(await lists.reclaim(200)).to.equal(1500);
    expect(changed).to.deep.equal([501]);
    expect(await run('SELECT record_status, app_id, count(*) AS count FROM cl_spring GROUP BY 1, 2 ORDER BY 1, 2')).to.deep.equal([
      { record_status: 1, app_id: null, count: 1500 },
      { record_status: 2, app_id: 156, count: 1 },
      { record_status: 2, app_id: null, count: 1 },
    ]);
    expect(await lists.reclaim(0)).to.equal(1);
  });

  it('says what is wrong with a table instead of counting it', async () => {
    await run('ALTER TABLE cl_autumn RENAME COLUMN attempt TO attempts');
    const [report] = await lists.report('Autumn');
    expect(report?.problems).to.have.length(1);
    expect(report?.problems[0]).to.include('table cl_autumn, field attempt: found no such field');
    expect(await lists.export('Autumn').catch((error: unknown) => error)).to.include({ reason: 'wrongTable' });
    await run('ALTER TABLE cl_autumn RENAME COLUMN attempts TO attempt');
  });

  describe('a list that is exported', () => {
    const columns = recordColumns([]).map(({ name }) => name);

    it('has names for numbers, and is whole beyond a batch', async () => {
      await fillSpring([{ record_status: 3, call_result: 7, record_type: 5, contact_info_type: 4 }]);
      const [header, line] = (await file('Spring')).split('\n');
      expect(header).to.equal([...columns, 'customer_name', 'balance', 'since', 'state', 'age'].join(','));
      expect(line).to.match(/^1,555-1,Mobile,PersonalCallBack,Updated,NoAnswer,0,/);
      await run(`INSERT INTO cl_autumn (record_id, contact_info, record_type, record_status, attempt, chain_id, chain_n) SELECT n, n, 2, 1, 0, n, 0 FROM generate_series(1, 2500) n`);
      const { records } = await lists.export('Autumn');
      expect(records).to.equal(2500);
      expect((await file('Autumn')).split('\n')).to.have.length(2502);
    });

    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((value) => !/[\0\uFFFD]/.test(value));
    const row = fc.record({
      contact_info: text.filter((value) => value.trim() !== '' && value.length < 40),
      contact_info_type: fc.integer({ min: 0, max: 11 }),
      record_type: fc.integer({ min: 0, max: 7 }),
      record_status: fc.integer({ min: 0, max: 10 }).filter((status) => status !== RecordStatus.Retrieved),
      call_result: fc.integer({ min: 0, max: 53 }),
      attempt: fc.integer({ min: 0, max: 99 }),
      dial_sched_time: int(2_000_000_000),
      daily_from: int(86_400),
      tz_dbid: int(5),
      agent_id: fc.option(fc.stringMatching(/^[a-z0-9]{1,10}$/)),
      treatments: fc.option(fc.constant('601@1@0@1')),
      customer_name: fc.option(text),
      balance: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      since: fc.option(fc.constantFrom('2026-03-31 08:30:00', '1999-12-31 23:59:59')),
      age: fc.option(fc.integer()),
    });

    it('is imported as it was, whatever is in it', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
          for (const table of ['cl_spring', 'cl_autumn']) await run(`DELETE FROM ${table}`);
          await addRows(engine.store.client, listOf(), rows);
          await importer().run('Autumn', [Buffer.from(await file('Spring'))], { by: 'test' });
          const [before, after] = [await run('SELECT * FROM cl_spring ORDER BY record_id'), await run('SELECT * FROM cl_autumn ORDER BY record_id')];
          expect(after).to.deep.equal(before);
        }),
        { numRuns: 40 },
      );
    });
  });
});
