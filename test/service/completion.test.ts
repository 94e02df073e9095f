import { expect } from 'chai';
import { StoreAway } from '../../src/store/client.js';
import { lockListShared } from '../../src/store/statements/list-lock.js';
import { NOW_SECONDS } from '../store/support.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { addRecords, AUTUMN, type Change, emptyStore, Engine, final, SHARED, SPRING, statuses } from './support.js';

const MINUTE = 60_000;
const COMPLETED = ['Loaded', 'Started', 'Stopped', 'Unloaded'];
const ON = { autoCompletion: { kind: 'integer', value: 1n } } as const;
const OFF = { autoCompletion: { kind: 'integer', value: 0n } } as const;

/** A statement of the probe; of a retrieval. */
const PROBE = /bool_or\(NOT forbidden\)/;
/** The retrieval of what is anybody's; personal callbacks have one of their own. */
const RETRIEVAL = /NOT \(r\.record_type[^]*SKIP LOCKED/;

const scheduled = (minutes: number) => ({ dial_sched_time: NOW_SECONDS + minutes * 60 });

const WAITS: Change = (config) => Object.assign(config.campaignGroups[0] ?? {}, { autoCompleteWaitsFor: 'scheduled', autoCompleteHorizon: '1h' });

describeOnStores('auto completion', (openTestStore) => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const start = async (change?: Change): Promise<Engine> => (engine = await Engine.start(store.client, change));

  it('completes an empty list as soon as the group is Running, agents or not, behind the answer', async () => {
    await start();
    await engine.dial();
    expect(engine.announcer.order).to.deep.equal(['answer Loaded', 'Loaded', 'answer Started', 'Started', 'Stopped', 'Unloaded']);
    expect(await engine.status()).to.equal('NotLoaded');
    const [, , stopped, unloaded] = engine.announcer.rows;
    expect(stopped).to.include({ kind: 'Stopped', status: 'Active', number: 3, dialMode: 3, cause: 'auto completion', forced: false });
    expect(unloaded).to.include({ kind: 'Unloaded', status: 'NotLoaded', number: 4, dialMode: 3, forced: false });
    expect(unloaded?.position).to.equal((stopped?.position ?? 0) + 1);
  });

  it('answers the request that turned the flag on before the events', async () => {
    await start();
    await engine.dial(SPRING, 0);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
    await engine.request('SetDialingMode', ON);
    await engine.settled();
    expect(engine.announcer.order.slice(-4)).to.deep.equal(['answer ModeChanged', 'ModeChanged', 'Stopped', 'Unloaded']);
  });

  it('stops and unloads in one transaction, with what is told', async () => {
    await start();
    const commits: string[][] = [];
    engine.client.onCommit = (texts) => void commits.push([...texts]);
    await engine.dial();
    const completion = commits.find((texts) => texts.some((text) => PROBE.test(text)) && texts.some((text) => text.startsWith('INSERT INTO ocm_journal')));
    expect(completion?.filter((text) => text.startsWith('INSERT INTO ocm_journal'))).to.have.length(2);
    expect(completion?.filter((text) => text.startsWith('UPDATE ocm_campaign_group SET status'))).to.have.length(1);
    const at = (start_: string): number => completion?.findIndex((text) => text.includes(start_)) ?? -1;
    const order = [at('FROM ocm_gateway'), at('FROM ocm_campaign_group WHERE dbid = $1 AND server_dbid = $2 FOR UPDATE'), at('pg_advisory_xact_lock($1'), at('bool_or(NOT forbidden)'), at('UPDATE ocm_campaign_group')];
    expect(order, 'epoch, group, lists, probe, state').to.deep.equal(order.toSorted((a, b) => a - b)).and.not.include(-1);
  });

  it('leaves a list with due records and no agents Running', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.dial();
    await engine.pass(5 * MINUTE, MINUTE);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
    expect(await statuses(store.client), 'and its records Ready: nobody is there to take them').to.deep.equal([1]);
  });

  it('leaves a group alone that was loaded and never started, or stopped', async () => {
    await start();
    await engine.request('Load', ON);
    await engine.pass(5 * MINUTE, MINUTE);
    expect(engine.events()).to.deep.equal(['Loaded']);
    await addRecords(store.client, [{}]);
    await engine.request('StartDialing');
    await engine.request('StopDialing');
    await store.client.query('DELETE FROM cl_spring', []);
    await engine.pass(5 * MINUTE, MINUTE);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped']);
  });

  it('waits for the last record with an agent, and no longer', async () => {
    await start();
    await addRecords(store.client, [{}, {}]);
    await engine.dial();
    await engine.login('1001');
    await engine.login('1002');
    const a = await engine.record('1001');
    const b = await engine.record('1002');
    await engine.end('1001', a.handle);
    await engine.pass(5 * MINUTE, MINUTE);
    expect(engine.events(), 'one is still out').to.deep.equal(['Loaded', 'Started']);
    await engine.end('1002', b.handle);
    expect(engine.events()).to.deep.equal(COMPLETED);
    expect(await statuses(store.client)).to.deep.equal([3, 3]);
  });

  it('does not wait for the next timer: the end of the last record is enough', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.dial();
    await engine.login('1001');
    const record = await engine.record('1001');
    const order = engine.announcer.order.length;
    void engine.ending('1001', record.handle).then(() => engine.announcer.order.push('acknowledged'));
    await engine.settled();
    expect(engine.announcer.order.slice(order)).to.deep.equal(['acknowledged', 'Stopped', 'Unloaded']);
  });

  it('takes a retrieval that failed for no trigger', async () => {
    await start();
    await engine.dial(SPRING, 0);
    await engine.login('1001');
    await addRecords(store.client, [{}]);
    engine.client.onQuery = (text) => (RETRIEVAL.test(text) ? new StoreAway('cut') : undefined);
    await engine.request('SetDialingMode', ON);
    await engine.pass(5 * MINUTE, 10_000);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'ModeChanged']);
    expect((await engine.gateway.describe(SPRING))?.why.lastRetrieval).to.include({ records: 0, error: 'cut' });
    engine.client.onQuery = () => undefined;
    await engine.pass(10_000);
    const record = await engine.record('1001');
    await engine.end('1001', record.handle);
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
  });

  it('decides nothing on a probe that failed, says so, and asks again', async () => {
    await start();
    engine.client.onQuery = (text) => (PROBE.test(text) ? new StoreAway('the probe was cut') : undefined);
    await engine.dial();
    await engine.pass(MINUTE, 10_000);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
    expect((await engine.gateway.describe(SPRING))?.why.checkError).to.equal('the probe was cut');
    engine.client.onQuery = () => undefined;
    await engine.pass(10_000);
    expect(engine.events()).to.deep.equal(COMPLETED);
  });

  it('is called off by what another program adds before the probe of its transaction', async () => {
    await start();
    let added = false;
    engine.client.onQuery = async (text, sql) => {
      if (!text.startsWith('SELECT pg_advisory_xact_lock($1, $2)') || added) return undefined;
      added = true;
      await addRecords(sql, [{}]);
      return undefined;
    };
    await engine.dial();
    expect(added).to.equal(true);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
    expect(await engine.status()).to.equal('Running');
    await store.client.query('UPDATE cl_spring SET record_status = 3', []);
    await engine.pass(10_000);
    expect(engine.events()).to.deep.equal(COMPLETED);
  });

  it('sees a record that was acknowledged before it locked the list', async () => {
    await start();
    await engine.dial(SPRING, 0);
    const added = store.client.transaction(async (sql) => {
      await lockListShared(sql, 501);
      await addRecords(sql, [{}]);
    });
    const asked = engine.request('SetDialingMode', ON);
    await Promise.all([added, asked]);
    await engine.settled();
    expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'ModeChanged']);
    expect(await engine.status()).to.equal('Running');
  });

  it('leaves a record that is acknowledged behind it Ready, for the next load', async () => {
    await start();
    await engine.dial(SPRING, 0);
    const go = engine.client.hold(/^SELECT pg_advisory_xact_lock\(\$1, \$2\)/);
    const asked = engine.request('SetDialingMode', ON);
    await engine.client.holding();
    const added = store.client.transaction(async (sql) => {
      await lockListShared(sql, 501);
      await addRecords(sql, [{}]);
    });
    go();
    await Promise.all([added, asked]);
    engine.gateway.listChanged(501);
    await engine.settled();
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
    expect(await statuses(store.client)).to.deep.equal([1]);
  });

  it('goes by the lists that have a weight', async () => {
    await start((config) => {
      config.campaigns[0] = { dbid: 101, name: 'Spring', lists: [{ list: 'Spring', weight: 0 }, { list: 'Autumn', weight: 1 }] };
    });
    await addRecords(store.client, [{}]);
    await engine.dial();
    expect(engine.events()).to.deep.equal(COMPLETED);
    await addRecords(store.client, [{}], 'Autumn');
    await engine.dial();
    expect(await engine.status()).to.equal('Running');
  });

  it('makes the numbers on the do-not-call list final, and does not wait for them', async () => {
    await start();
    await store.client.query(`INSERT INTO dnc (phone) VALUES ('555-1'), ('555-2')`, []);
    await addRecords(store.client, [{}, {}, {}]);
    await engine.login('1001');
    await engine.dial();
    const record = await engine.record('1001');
    expect(record.chain.records[0].phone).to.equal('555-3');
    await engine.end('1001', record.handle);
    expect(engine.events()).to.deep.equal(COMPLETED);
    const rows = await store.client.query('SELECT call_result, record_type FROM cl_spring ORDER BY record_id', []);
    expect(rows).to.deep.equal([{ call_result: 51, record_type: 7 }, { call_result: 51, record_type: 7 }, { call_result: 33, record_type: 2 }]);
  });

  it('is done with a list that has nothing but such numbers, agents or not', async () => {
    await start();
    await store.client.query(`INSERT INTO dnc (phone) VALUES ('555-1')`, []);
    await addRecords(store.client, [{}]);
    await engine.dial();
    expect(engine.events()).to.deep.equal(COMPLETED);
  });

  it('does not wait for what is not due for other reasons, and says how many were left and why', async () => {
    await start();
    await addRecords(store.client, [
      { tz_dbid: 1, daily_from: 0, daily_till: 1 }, { attempt: 10 }, { attempt: 11 }, scheduled(5), { tz_dbid: 99 }, { record_status: 2, app_id: 99 }, { record_type: 7 },
    ]);
    await engine.dial();
    expect(engine.events()).to.deep.equal(COMPLETED);
    const left = { window: 1, maxAttempts: 2, scheduled: 1, unknownZone: 1, recordType: 1 };
    const why = (await engine.gateway.describe(SPRING))?.why;
    expect(why?.lastCompletion).to.deep.include({ session: engine.announcer.rows[0]?.session, notDue: left });
    expect(engine.log.find(({ message }) => message.includes('has completed'))?.fields).to.deep.include({ notDue: left });
  });

  for (const autoCompleteWaitsFor of ['none', 'retries'] as const) {
    it(`does not wait for a schedule with autoCompleteWaitsFor ${autoCompleteWaitsFor}`, async () => {
      await start((config) => Object.assign(config.campaignGroups[0] ?? {}, { autoCompleteWaitsFor }));
      await addRecords(store.client, [scheduled(5)]);
      await engine.dial();
      expect(engine.events()).to.deep.equal(COMPLETED);
    });
  }

  it('waits for a schedule within the horizon where it is told to, dials it, and completes', async () => {
    await start(WAITS);
    await addRecords(store.client, [scheduled(60)]);
    await engine.login('1001');
    await engine.dial();
    await engine.pass(59 * MINUTE, MINUTE);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
    await engine.pass(MINUTE, 10_000);
    const record = await engine.record('1001');
    await engine.end('1001', record.handle);
    expect(engine.events()).to.deep.equal(COMPLETED);
  });

  it('does not wait for a schedule behind the horizon', async () => {
    await start(WAITS);
    await addRecords(store.client, [scheduled(61)]);
    await engine.dial();
    expect(engine.events()).to.deep.equal(COMPLETED);
  });

  it('is off while the flag is off, and on again where it is set again', async () => {
    await start();
    await engine.dial(SPRING, 0);
    await engine.pass(5 * MINUTE, MINUTE);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    const record = await engine.record('1001');
    await engine.request('SetDialingMode', ON);
    await engine.request('SetDialingMode', OFF);
    await engine.end('1001', record.handle);
    await engine.pass(5 * MINUTE, MINUTE);
    expect(engine.events().at(-1), 'off when it would have counted').to.equal('ModeChanged');
    await engine.request('SetDialingMode', ON);
    await engine.settled();
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
  });

  it('ends with the unload: the next load without it does not complete', async () => {
    await start();
    await engine.dial();
    await engine.request('Load');
    await engine.request('StartDialing');
    await engine.pass(5 * MINUTE, MINUTE);
    expect(engine.events().slice(-2)).to.deep.equal(['Loaded', 'Started']);
    expect(new Set(engine.announcer.rows.map(({ session }) => session))).to.have.property('size', 2);
  });

  it('is on by the option autoComplete', async () => {
    await start((config) => Object.assign(config.campaignGroups[0] ?? {}, { autoComplete: true }));
    await engine.request('Load');
    await engine.request('StartDialing');
    await engine.settled();
    expect(engine.events()).to.deep.equal(COMPLETED);
  });

  it('of one group does not touch another', async () => {
    await start();
    await engine.dial(AUTUMN, 0);
    await engine.dial(SPRING, 1);
    expect(engine.events(SPRING)).to.deep.equal(COMPLETED);
    expect(engine.events(AUTUMN)).to.deep.equal(['Loaded', 'Started']);
  });

  it('of groups that share a list: a record that one has out holds that one only', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING);
    const record = await engine.record('1001', 'Spring');
    await engine.dial(SHARED);
    expect(engine.events(SHARED)).to.deep.equal(COMPLETED);
    expect(engine.events(SPRING)).to.deep.equal(['Loaded', 'Started']);
    await engine.end('1001', record.handle);
    expect(engine.events(SPRING)).to.deep.equal(COMPLETED);
  });

  it('of groups that share a list: what one puts back the other takes, at once', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.login('2001');
    await engine.dial(SPRING);
    const record = await engine.record('1001', 'Spring');
    await engine.dial(SHARED, 0);
    expect(await engine.preview('2001')).to.include({ kind: 'empty' });
    await engine.logout('1001');
    const again = await engine.record('2001');
    expect(again.chain.chainId).to.equal(record.chain.chainId);
    // it may have looked a moment before the other took the record
    await engine.pass(10_000);
    expect(engine.events(SPRING), 'the other has it now').to.deep.equal(COMPLETED);
    await engine.end('2001', again.handle, { ending: final({ callResult: 6 }) });
    expect(await statuses(store.client)).to.deep.equal([3]);
  });

  it('waits for what is in the buffer', async () => {
    await start();
    await addRecords(store.client, [{}, {}]);
    await engine.login('1001');
    await engine.dial();
    expect((await engine.gateway.describe(SPRING))?.why.buffered).to.equal(2);
    await engine.pass(MINUTE, 10_000);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
  });

  it('takes what was added in time for the next retrieval', async () => {
    await start();
    await addRecords(store.client, [{ record_id: 1 }]);
    await engine.login('1001');
    await engine.dial();
    const first = await engine.record('1001');
    await addRecords(store.client, [{ record_id: 2 }]);
    await engine.end('1001', first.handle);
    expect(engine.events(), 'the probe has seen it').to.deep.equal(['Loaded', 'Started']);
    await engine.pass(10_000);
    const second = await engine.record('1001');
    await engine.end('1001', second.handle);
    expect(engine.events()).to.deep.equal(COMPLETED);
  });
});
