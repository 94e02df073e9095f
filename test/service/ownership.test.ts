import { expect } from 'chai';
import { OwnershipLost } from '../../src/store/client.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { addRecords, AUTUMN, emptyStore, Engine, final, SHARED, SPRING, statuses } from './support.js';

const GRACE = 60_000;
const READY = 1;
const RETRIEVED = 2;

/** Everything a gateway writes, as text that can be compared. */
async function everything(store: TestStore): Promise<string> {
  const tables = ['ocm_campaign_group', 'ocm_journal', 'ocm_hand_out', 'ocm_agent_login', 'cl_spring', 'cl_autumn'];
  const dumps = await Promise.all(tables.map((table) => store.client.query(`SELECT * FROM ${table} ORDER BY 1, 2`, [])));
  return JSON.stringify(dumps);
}

describeOnStores('one owner', (openTestStore) => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  it('a second one makes every write of the first fail, and change nothing', async () => {
    const first = await Engine.start(store.client);
    await addRecords(store.client, [{}, {}, {}]);
    await first.login('1001');
    await first.login('1002');
    await first.dial(SPRING, 0);
    const { handle } = await first.record('1001');
    engine = await Engine.start(store.client);
    const before = await everything(store);

    expect(await first.request('StopDialing')).to.have.nested.property('refusal.code', 'ServerConnectionError');
    expect(await first.request('Load', { group: AUTUMN })).to.have.nested.property('refusal.code', 'ServerConnectionError');
    expect((await first.end('1001', handle)).kind).to.equal('refused');
    expect((await first.login('2001')).kind).to.equal('storeAway');
    expect(await first.logout('1002').catch((error: unknown) => error)).to.be.instanceOf(OwnershipLost);
    await first.lose('1001');
    await first.pass(5 * GRACE, 10_000);

    expect(await everything(store)).to.equal(before);
    expect(first.ownershipLost.length, 'and it knows').to.be.greaterThan(0);
    expect(first.ownershipLost[0]).to.be.instanceOf(OwnershipLost);
    expect(first.announcer.rows.map(({ kind }) => kind), 'nobody was told anything').to.deep.equal(['Loaded', 'Started']);
    await first.stop();
  });

  it('a second one goes on where the first was: state, flag, numbers, session', async () => {
    const first = await Engine.start(store.client);
    await addRecords(store.client, [{}]);
    await first.dial(SPRING);
    await first.request('SetDialingMode', { optimizeBy: 2, optimizeGoal: 7 });
    first.crash();
    engine = await Engine.start(store.client);
    expect(engine.announcer.rows, 'nothing is told again').to.deep.equal([]);
    const status = await engine.request('GetCampaignStatus');
    expect(status).to.deep.nested.include({ kind: 'status', 'snapshot.status': 'Running', 'snapshot.dialMode': 3, 'snapshot.autoCompletion': true, 'snapshot.optimizeBy': 2, 'snapshot.optimizeGoal': 7 });
    await store.client.query('DELETE FROM cl_spring', []);
    await engine.pass(10_000);
    expect(engine.announcer.rows.map(({ kind, number, session }) => [kind, number, session])).to.deep.equal([
      ['Stopped', 4, first.announcer.rows[0]?.session], ['Unloaded', 5, first.announcer.rows[0]?.session],
    ]);
  });

  it('a restart tells nothing of what is older than the window, and agents get nothing twice', async () => {
    const first = await Engine.start(store.client);
    await first.dial(SPRING);
    await first.dial(SPRING, 0);
    await first.dial(AUTUMN, 0);
    first.crash();
    await store.client.query('DELETE FROM ocm_agent_login', []);
    engine = await Engine.start(store.client, undefined, first.clock.now() + 3_600_000);
    expect(engine.announcer.rows).to.deep.equal([]);
  });

  it('a restart in which one group wakes another tells nothing twice', async () => {
    const first = await Engine.start(store.client);
    await first.login('2001');
    await first.dial(SHARED, 0);
    await addRecords(store.client, [{}]);
    await first.dial(SPRING);
    first.crash();
    await store.client.query('UPDATE cl_spring SET record_status = 3', []);
    engine = await Engine.start(store.client, undefined, first.clock.now());
    expect(engine.events(SPRING), 'it completes as it starts, and wakes the group that shares its list').to.deep.equal(['Stopped', 'Unloaded']);
    expect(engine.events(SHARED)).to.deep.equal([]);
    const back = await engine.login('2001');
    const numbers = back.kind === 'loggedIn' ? back.missed.map(({ groupDbid, number }) => `${groupDbid} ${number}`) : [];
    expect(numbers).to.deep.equal(['1003 1', '1003 2']);
  });

  it('a restart puts the buffer back, leaves records in hand for agentGrace, and the rows of others alone', async () => {
    const first = await Engine.start(store.client);
    await addRecords(store.client, [{}, {}, { record_status: 2, app_id: 99 }]);
    await first.login('1001');
    await first.dial(SPRING, 0);
    const { handle } = await first.record('1001');
    expect(await statuses(store.client)).to.deep.equal([RETRIEVED, RETRIEVED, RETRIEVED]);
    first.crash();
    engine = await Engine.start(store.client, undefined, first.clock.now() + 3_600_000);
    expect(await statuses(store.client)).to.deep.equal([RETRIEVED, READY, RETRIEVED]);
    expect(engine.log.map(({ message }) => message)).to.include('calling list Spring: 1 records are Retrieved by application 99 and are left to it');
    await engine.pass(GRACE - 1, 10_000);
    await engine.login('1001');
    expect(await engine.end('1001', handle, { ending: final() })).to.include({ kind: 'ended', handle });
    expect(await statuses(store.client)).to.deep.equal([3, RETRIEVED, RETRIEVED]);
  });

  it('a restart ends records whose agents do not come back in agentGrace', async () => {
    const first = await Engine.start(store.client);
    await addRecords(store.client, [{}]);
    await first.login('1001');
    await first.dial(SPRING, 0);
    await first.record('1001');
    first.crash();
    engine = await Engine.start(store.client, undefined, first.clock.now());
    await engine.pass(GRACE - 1, 10_000);
    expect(await statuses(store.client)).to.deep.equal([RETRIEVED]);
    await engine.pass(1);
    expect(await statuses(store.client)).to.deep.equal([READY]);
  });

  it('a restart goes on waiting for an unload, to the same deadline', async () => {
    const first = await Engine.start(store.client, (config) => Object.assign(config.campaignGroups[0] ?? {}, { agentGrace: '1h' }));
    await addRecords(store.client, [{}]);
    await first.login('1001');
    await first.dial(SPRING, 0);
    await first.record('1001');
    await first.request('Complete');
    await first.pass(300_000, 60_000);
    first.crash();
    engine = await Engine.start(store.client, (config) => Object.assign(config.campaignGroups[0] ?? {}, { agentGrace: '1h' }), first.clock.now());
    await engine.pass(299_999, 60_000);
    expect(await engine.status()).to.equal('WaitingUnload');
    await engine.pass(1);
    expect(await engine.status()).to.equal('NotLoaded');
    expect(engine.announcer.rows.at(-1)).to.include({ kind: 'Unloaded', forced: true });
  });

  it('a restart without a group unloads it, puts its records back, and says so', async () => {
    const first = await Engine.start(store.client);
    await addRecords(store.client, [{}, {}]);
    await first.login('1001');
    await first.dial(SPRING, 0);
    await first.record('1001');
    first.crash();
    engine = await Engine.start(store.client, (config) => void config.campaignGroups.splice(0, 1));
    expect(await engine.status()).to.equal('NotLoaded');
    expect(await statuses(store.client)).to.deep.equal([READY, READY]);
    expect(await store.client.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL', [])).to.deep.equal([]);
    const kinds = await store.client.query('SELECT kind FROM ocm_journal WHERE group_dbid = $1 ORDER BY position', [SPRING]);
    expect(kinds.map((row) => row['kind'])).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
    const warnings = engine.log.filter(({ level }) => level === 'warn').map(({ message }) => message);
    expect(warnings.some((message) => message.startsWith(`campaign group ${SPRING} is no longer in the configuration`))).to.equal(true);
  });

  it('a restart without an agent gives its records back, and forgets its login', async () => {
    const first = await Engine.start(store.client);
    await addRecords(store.client, [{}]);
    await first.login('1001');
    await first.dial(SPRING, 0);
    await first.record('1001');
    first.crash();
    engine = await Engine.start(store.client, (config) => {
      config.agents.shift();
      Object.assign(config.groups[0] ?? {}, { agents: ['1002'] });
    });
    expect(await statuses(store.client)).to.deep.equal([READY]);
    expect(await store.client.query('SELECT 1 FROM ocm_agent_login', [])).to.deep.equal([]);
    expect(engine.log.filter(({ level }) => level === 'warn').map(({ message }) => message).join('\n')).to.match(/with agent 1001.*\n.*agent 1001 is no longer/s);
  });

  it('a restart without a list gives its records back', async () => {
    const first = await Engine.start(store.client);
    await addRecords(store.client, [{}]);
    await first.login('1001');
    await first.dial(SPRING, 0);
    await first.record('1001');
    first.crash();
    engine = await Engine.start(store.client, (config) => {
      config.callingLists.shift();
      Object.assign(config.campaigns[0] ?? {}, { lists: [{ list: 'Autumn' }] });
    });
    expect(await statuses(store.client)).to.deep.equal([READY]);
    expect(await engine.status(), 'the group itself goes on, with its other list').to.equal('Running');
  });

  it('a group that another server has loaded stops the start, and says so', async () => {
    const first = await Engine.start(store.client);
    await first.request('Load');
    const other = Engine.start(store.client, (config) => Object.assign(config.server, { dbid: 157 }));
    const error = await other.catch((failure: unknown) => failure);
    expect(error).to.be.instanceOf(Error).with.property('message').that.matches(/Spring@Sales \(1001\) belongs to a gateway with another server.dbid/);
    engine = first;
  });
});
