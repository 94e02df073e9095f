import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { migrate } from '../../src/store/migrate.js';
import { createMissingTable } from '../../src/store/statements/create-list.js';
import { dumpSchema } from '../support/dump-schema.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { runningGroup } from './group-support.js';
import { listOf } from './support.js';

describeOnStores('migrations', (openTestStore) => {
  let store: TestStore;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());

  it('make what schema.sql shows (if not meant so: npm run schema, and look at the difference)', async () => {
    const committed = readFileSync(new URL('../../../src/store/schema.sql', import.meta.url), 'utf8');
    expect(await dumpSchema(store.client)).to.equal(committed);
  });

  it('do nothing a second time, and keep what is there', async () => {
    await runningGroup(store.client);
    const before = await dumpSchema(store.client);
    expect(await migrate(store.client)).to.deep.equal([]);
    expect(await dumpSchema(store.client)).to.equal(before);
    expect(await store.client.query('SELECT session FROM ocm_campaign_group', [])).to.deep.equal([{ session: 'session-1' }]);
  });

  it('run from nothing, all of them', async () => {
    const before = await dumpSchema(store.client);
    await store.client.query('DROP SCHEMA public CASCADE', []);
    await store.client.query('CREATE SCHEMA public', []);
    expect(await migrate(store.client)).to.include('001-groups-journal-hand-outs');
    expect(await dumpSchema(store.client)).to.equal(before);
  });
});

describeOnStores('the table of a calling list', (openTestStore) => {
  let store: TestStore;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());

  it('is made where there is none, in the OCS layout with the custom fields behind it', async () => {
    const list = listOf({ customFields: [{ name: 'Customer_Name', type: 'varchar', length: 30 }, { name: 'born', type: 'datetime' }] });
    expect(await createMissingTable(store.client, list)).to.equal(true);
    const columns = await store.client.query<{ text: string }>(
      `SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' !' ELSE '' END AS text
       FROM pg_attribute WHERE attrelid = 'cl_spring'::regclass AND attnum > 0 ORDER BY attnum`,
      [],
    );
    expect(columns.map(({ text }) => text)).to.deep.equal([
      'record_id integer !', 'contact_info character varying(128) !', 'contact_info_type integer', 'record_type integer !', 'record_status integer !',
      'call_result integer', 'attempt integer !', 'dial_sched_time integer', 'call_time integer', 'daily_from integer', 'daily_till integer', 'tz_dbid integer',
      'campaign_id integer', 'agent_id character varying(64)', 'chain_id integer !', 'chain_n integer !', 'group_id integer', 'app_id integer',
      'treatments character varying(255)', 'media_ref integer', 'email_subject character varying(255)', 'email_template_id integer', 'switch_id integer',
      'customer_name character varying(30)', 'born timestamp without time zone',
    ]);
  });

  it('is used as it is where there is one, by any case of its name and in any schema', async () => {
    expect(await createMissingTable(store.client, listOf({ table: 'CL_Spring' }))).to.equal(false);
    await store.client.query('CREATE SCHEMA ocs', []);
    const elsewhere = listOf({ table: 'ocs.cl_spring' });
    expect(await createMissingTable(store.client, elsewhere)).to.equal(true);
    expect(await createMissingTable(store.client, elsewhere)).to.equal(false);
    await store.client.query('CREATE VIEW cl_view AS SELECT * FROM cl_spring', []);
    expect(await createMissingTable(store.client, listOf({ table: 'cl_view' }))).to.equal(false);
  });
});
