import { expect } from 'chai';
import { ListTables } from '../../src/service/list-tables.js';
import { missingIndexes } from '../../src/store/list-indexes.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { listOf } from '../store/support.js';
import { AUTUMN, emptyStore, Engine, SPRING } from './support.js';

/** A table as an operator has it: other types, another order, fields of their own. */
const THEIRS = `
  note text, CHAIN_N smallint, Chain_Id numeric(10), contact_info char(40), agent_id text, record_status smallint, RECORD_ID int NOT NULL, record_type numeric(10),
  contact_info_type int, call_result smallint, attempt bigint, dial_sched_time numeric(10), call_time int, daily_from int, daily_till int, tz_dbid int,
  campaign_id int, group_id numeric(10), app_id int, treatments text, media_ref int, email_subject varchar(20), email_template_id int, switch_id int`;

describe('service, tables that somebody else made', function () {
  this.timeout(60_000);
  let store: TestStore;
  let engine: Engine | undefined;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(async () => {
    await emptyStore(store.client);
    await store.client.query('DROP TABLE IF EXISTS cl_spring, cl_autumn', []);
  });
  afterEach(async () => {
    await engine?.stop();
    engine = undefined;
  });

  const run = (sql: string) => store.client.query(sql, []);
  const started = async (): Promise<Engine> => (engine = await Engine.start(store.client));
  const said = (level: string) => engine?.log.filter((line) => line.level === level).map((line) => line.message) ?? [];

  it('are dialed as they are, with the indexes that they lack, which are told once', async () => {
    await run(`CREATE TABLE CL_Spring (${THEIRS})`);
    await run(`INSERT INTO cl_spring (record_id, contact_info, record_type, record_status, chain_id, chain_n, attempt) VALUES (1, '5551', 2, 1, 1, 0, NULL), (2, '5552', 2, 1, 1, 1, 0)`);
    const first = await started();
    const made = said('info').filter((message) => message.includes('made it: CREATE INDEX'));
    expect(made).to.have.length(6);
    expect(made[1]).to.include('table cl_spring has no index for this: chains are taken and ended as a whole').and.include('(chain_id, chain_n)');
    await first.login('1001');
    await first.dial();
    const { handle, chain } = await first.record('1001');
    expect(chain.records[0].phone).to.equal('5551');
    await first.end('1001', handle);
    expect(await run('SELECT record_id, record_status, attempt, agent_id FROM cl_spring ORDER BY record_id')).to.deep.equal([
      { record_id: 1, record_status: 3, attempt: 1, agent_id: '1001' },
      { record_id: 2, record_status: 7, attempt: 0, agent_id: null },
    ]);
    await first.stop();
    await started();
    expect(said('info').filter((message) => message.includes('CREATE INDEX'))).to.deep.equal([]);
  });

  const missing = async () => (await missingIndexes(store.client, listOf())).map(({ name }) => name.replace(/_[0-9a-f]{8}$/, ''));

  it('lack no index that another serves for', async () => {
    await run(`CREATE TABLE cl_spring (${THEIRS}, PRIMARY KEY (record_id))`);
    await run('CREATE INDEX ON cl_spring (chain_id) WHERE chain_n = 0');
    const others = ['cl_spring_due', 'cl_spring_scheduled', 'cl_spring_personal', 'cl_spring_retrieved'];
    expect(await missing()).to.deep.equal(['cl_spring_chain', ...others]);
    await run('CREATE INDEX ON cl_spring (chain_id, chain_n)');
    expect(await missing()).to.deep.equal(others);
  });

  it('get no index where that is not wanted, or not allowed: it is told, with the statement', async () => {
    await run(`CREATE TABLE cl_spring (${THEIRS}, PRIMARY KEY (record_id))`);
    const warnings: string[] = [];
    const log = { error: () => undefined, info: () => undefined, warn: (message: string) => void warnings.push(message) };
    const list = listOf();
    const tables = new ListTables(new Map([[501, list]]), { agentIdLength: 4, addIndexes: false }, log);
    expect(await store.client.transaction((sql) => tables.admit(sql, list))).to.deep.equal([]);
    expect(tables.usable.has(501)).to.equal(true);
    expect(warnings).to.have.length(5);
    expect(warnings[0]).to.include('not made (start --no-index)').and.include('Run: CREATE INDEX "cl_spring_chain" ON "cl_spring" (chain_id, chain_n)');
    await run('CREATE VIEW cl_seen AS SELECT * FROM cl_spring');
    expect(await missingIndexes(store.client, listOf({ table: 'cl_seen' }))).to.deep.equal([]);
    await run('DROP VIEW cl_seen');
  });

  it('stop the load of their campaigns only, where a field is missing or wrong, until they are mended', async () => {
    await run(`CREATE TABLE cl_spring (${THEIRS.replace('app_id int,', '').replace('call_time int', 'call_time text').replace('agent_id text', 'agent_id varchar(3)')}, "App_Id" int)`);
    const running = await started();
    const errors = said('error');
    expect(errors).to.have.length(3);
    expect(errors.join('\n'))
      .to.include('calling list Spring: table cl_spring, field app_id: found only "App_Id", which was made in quotes and so is another name, expected integer')
      .and.include('field call_time: found text, expected integer (or integer, smallint, bigint or numeric without fractions)')
      .and.include('field agent_id: found character varying(3), expected varchar(64) (or varchar, char or text) of 4 characters or more');
    const refused = await running.request('Load');
    expect(refused).to.deep.include({ kind: 'refused' });
    if (refused.kind !== 'refused') throw new Error('loaded');
    expect(refused.refusal.code).to.equal('WrongConfiguration');
    expect(refused.refusal.message).to.include('table cl_spring, field app_id: found').and.include('field call_time');
    expect((await running.request('Load', { group: AUTUMN })).kind).to.equal('done');

    await run('ALTER TABLE cl_spring ADD COLUMN app_id int');
    await run('ALTER TABLE cl_spring ALTER COLUMN call_time TYPE int USING NULL, ALTER COLUMN agent_id TYPE varchar(64)');
    await run(`INSERT INTO cl_spring (record_id, contact_info, record_type, record_status, chain_id, chain_n, app_id) VALUES (1, '5551', 2, 2, 1, 0, 156)`);
    await running.login('1001');
    await running.dial();
    expect((await running.record('1001')).chain.records[0].recordId, 'what an earlier life had retrieved is Ready again').to.equal(1);
  });

  it('unload a group at the start that was running on one, and leave the others', async () => {
    const first = await started();
    await first.dial(SPRING, 0);
    await first.dial(AUTUMN, 0);
    first.crash();
    await run('ALTER TABLE cl_spring DROP COLUMN switch_id');
    engine = await Engine.start(store.client);
    expect(await engine.status(SPRING)).to.equal('NotLoaded');
    expect(await engine.status(AUTUMN)).to.equal('Running');
    expect(said('warn').join('\n')).to.include('campaign group 1001 has a list whose table cannot be used: it is unloaded');
    await run('ALTER TABLE cl_spring ADD COLUMN switch_id int');
    expect((await engine.request('Load')).kind).to.equal('done');
  });

  it('may have rows that are odd: what can be dialed is, the others stay and hold nobody', async () => {
    await run(`CREATE TABLE cl_spring (${THEIRS.replace('RECORD_ID int NOT NULL', 'record_id bigint')})`);
    const row = (values: string) => run(`INSERT INTO cl_spring (record_id, contact_info, record_type, record_status, chain_id, chain_n, attempt) VALUES (${values})`);
    await row(`1, 'no chain', 2, 1, NULL, 0, 0`);
    await row(`2, 'no status', 2, NULL, 2, 0, 0`);
    await row(`3, 'no type', NULL, 1, 3, 0, 0`);
    await row(`4, NULL, 2, 1, 4, 0, 0`);
    await row(`5, '', 2, 1, 5, 0, 0`);
    await row(`NULL, 'no id', 2, 1, 6, 0, 0`);
    await row(`99999999999, 'id too large', 2, 1, 7, 0, 0`);
    await row(`8, 'no place', 2, 1, 8, NULL, 0`);
    await row(`9, 'place', 2, 1, 8, 1, NULL`);
    await row(`10, 'second of two', 2, 1, 10, 0, 0`);
    await row(`11, 'third of two', 2, 1, 10, 0, 0`);
    await row(`12, E'\\t"\\u2028\\u0001''; --', 2, 1, 12, 0, 0`);
    const running = await started();
    await running.login('1001');
    await running.dial();
    const met: (readonly [string, number])[] = [];
    while ((await running.status()) === 'Running') {
      const outcome = await running.preview('1001');
      if (outcome.kind !== 'record') break;
      met.push([outcome.handOut.chain.records[0].phone, outcome.handOut.chain.records.length]);
      await running.end('1001', outcome.handOut.handle);
    }
    expect(met).to.deep.equal([['place', 2], ['second of two', 2], ['\t"\u2028\u0001\'; --', 1]]);
    await running.settled();
    expect(await running.status(), 'nothing that is left holds the group').to.equal('NotLoaded');
    expect(running.log.filter((line) => line.level === 'error')).to.deep.equal([]);
    const left = await run('SELECT contact_info::text AS phone FROM cl_spring WHERE record_status = 1 ORDER BY record_id');
    expect(left.map(({ phone }) => phone)).to.deep.equal(['no chain', 'no type', null, '', 'id too large', 'no id']);
  });
});
