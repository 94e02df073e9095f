import { expect } from 'chai';
import { UserEventError } from '../../protocol/dictionary/enumerations.js';
import type { PreviewOutcome } from '../../src/service/ports.js';
import { NOW } from '../store/support.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { addRecords, AUTUMN, type Change, emptyStore, Engine, SPRING, statuses } from './support.js';

const RETRIEVAL = /SKIP LOCKED/;
const PERSONAL_RESCHEDULED = 4;

function numberOf(outcome: PreviewOutcome): keyof typeof UserEventError | undefined {
  if (outcome.kind !== 'refused') return undefined;
  return (Object.keys(UserEventError) as (keyof typeof UserEventError)[]).find((name) => UserEventError[name] === outcome.number);
}

const chainOf = (outcome: PreviewOutcome): number | string => (outcome.kind === 'record' ? outcome.handOut.chain.chainId : outcome.kind);

const option = (options: Record<string, unknown>): Change => (config) => Object.assign(config.campaignGroups[0] ?? {}, options);

const secondOfDay = (NOW / 1000) % 86_400;
/** The window of a record closes a minute after the test began. */
const openForAMinute = { tz_dbid: 1, daily_from: secondOfDay - 60, daily_till: secondOfDay + 60 };

describe('preview', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const start = async (change?: Change): Promise<Engine> => (engine = await Engine.start(store.client, change));

  it('hands a record out durably before it is shown', async () => {
    await start();
    await addRecords(store.client, [{ attempt: 2, call_result: 6 }]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const record = await engine.record('1001');
    expect(record).to.deep.include({ groupDbid: SPRING, agentId: '1001', attempt: 2, callResult: null });
    const rows = await store.client.query('SELECT handle, agent_id, chain_id, ended_at FROM ocm_hand_out', []);
    expect(rows).to.deep.equal([{ handle: record.handle, agent_id: '1001', chain_id: 1, ended_at: null }]);
    expect(await statuses(store.client)).to.deep.equal([2]);
  });

  it('shows the number that the row has now, not the one that it was retrieved with', async () => {
    await start();
    await addRecords(store.client, [{}, {}]);
    await engine.login('1001');
    await engine.dial();
    const first = await engine.record('1001');
    expect(first.chain.records[0].phone).to.equal('555-1');
    await store.client.query("UPDATE cl_spring SET contact_info = 'changed' WHERE record_id = 2 AND record_status = 2", []);
    await engine.end('1001', first.handle);
    await engine.pass(11_000);
    expect((await engine.record('1001')).chain.records[0].phone).to.equal('changed');
  });

  it('refuses before the load, before the start, and to whom the campaign is not', async () => {
    await start();
    await engine.login('1001');
    expect(numberOf(await engine.preview('1001'))).to.equal('CampaignNotLoaded');
    await engine.request('Load');
    expect(numberOf(await engine.preview('1001'))).to.equal('CampaignNotRunning');
    expect(numberOf(await engine.preview('1001', 'Winter'))).to.equal('UnknownCampaign');
    await engine.login('2001');
    expect(numberOf(await engine.preview('2001', 'Autumn'))).to.equal('NotAllowed');
    expect(numberOf(await engine.preview('1001', 'Spring', 'Spring@Support'))).to.equal('BadValue');
  });

  it('takes an agent that asks for ready, whatever it said before, until it says that it is over', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.dial();
    await engine.login('1001', { state: 'notReady' });
    await engine.pass(60_000, 10_000);
    expect(await statuses(store.client), 'nobody is ready').to.deep.equal([1]);
    const record = await engine.record('1001');
    expect(engine.seat('1001').state).to.equal('asking');
    await engine.reject('1001', record.handle);
    engine.gateway.desktops.previewOver(engine.seat('1001'), { campaign: 'Spring' });
    await engine.settled();
    expect(engine.seat('1001').state).to.equal('notReady');
    expect(await statuses(store.client), 'and nobody is there to take it').to.deep.equal([1]);
  });

  it('says at once that there is nothing, where nothing is on its way', async () => {
    await start();
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    expect((await engine.preview('1001')).kind).to.equal('empty');
  });

  it('waits for a retrieval that is under way', async () => {
    await start();
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await addRecords(store.client, [{}]);
    const go = engine.client.hold(RETRIEVAL);
    engine.gateway.listChanged(501);
    await engine.client.holding();
    const asked = engine.ask('1001');
    await engine.client.turns();
    engine.clock.advance(499);
    await engine.client.turns();
    expect(asked.answered).to.equal(undefined);
    go();
    await engine.settled();
    expect(asked.answered?.kind).to.equal('record');
  });

  it('waits for it 500 ms at most, and is answered once', async () => {
    await start();
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await addRecords(store.client, [{}]);
    const go = engine.client.hold(RETRIEVAL);
    engine.gateway.listChanged(501);
    await engine.client.holding();
    const asked = engine.ask('1001');
    await engine.client.turns();
    engine.clock.advance(500);
    await engine.client.turns();
    expect(asked.answered?.kind).to.equal('empty');
    go();
    await engine.settled();
    expect(await engine.record('1001'), 'the next one gets what came').to.include({ agentId: '1001' });
  });

  it('retrieves for whoever asks although the lists were dry a moment ago, once something was added', async () => {
    await start();
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    expect((await engine.preview('1001')).kind).to.equal('empty');
    await addRecords(store.client, [{}]);
    engine.gateway.listChanged(501);
    await engine.settled();
    expect((await engine.preview('1001')).kind).to.equal('record');
  });

  it('looks again where a list got something while a retrieval was under way that had found nothing', async () => {
    await start();
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const looked = new Promise<() => void>((resolve) => {
      engine.client.onCommit = (texts) => (texts.some((text) => RETRIEVAL.test(text)) ? new Promise((go) => resolve(() => go(undefined))) : undefined);
    });
    engine.gateway.listChanged(501);
    const go = await looked;
    engine.client.onCommit = () => undefined;
    await addRecords(store.client, [{}]);
    engine.gateway.listChanged(501);
    const asked = engine.ask('1001');
    await engine.client.turns();
    expect(asked.answered).to.equal(undefined);
    go();
    await engine.settled();
    expect(asked.answered?.kind).to.equal('record');
  });

  it('finds by its timer what another program added', async () => {
    await start();
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await addRecords(store.client, [{}]);
    expect((await engine.preview('1001')).kind).to.equal('empty');
    await engine.pass(9_999);
    expect(await statuses(store.client)).to.deep.equal([1]);
    await engine.pass(1);
    expect(await statuses(store.client)).to.deep.equal([2]);
  });

  it('gives one record to one of many who ask at once', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.login('1002');
    await engine.dial(SPRING, 0);
    const asked = [engine.ask('1001'), engine.ask('1002'), engine.ask('1002')];
    await engine.settled();
    expect(asked.map(({ answered }) => answered?.kind)).to.have.members(['record', 'empty', 'empty']);
  });

  it('gives no more than maxPreviewRecords, over all groups, and says which it has', async () => {
    await start();
    await addRecords(store.client, [{}, {}]);
    await addRecords(store.client, [{}], 'Autumn');
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await engine.dial(AUTUMN, 0);
    const record = await engine.record('1001');
    for (const campaign of ['Spring', 'Autumn']) {
      const refused = await engine.preview('1001', campaign);
      expect(numberOf(refused)).to.equal('TooManyRecords');
      expect(refused).to.have.property('handle', record.handle);
    }
    await engine.end('1001', record.handle);
    expect((await engine.preview('1001', 'Autumn')).kind).to.equal('record');
  });

  it('counts what is being handed out: of two requests at once one is refused, with the handle of the other', async () => {
    await start();
    await addRecords(store.client, [{}, {}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const [first, second] = [engine.ask('1001'), engine.ask('1001')];
    await engine.settled();
    expect(first.answered?.kind).to.equal('record');
    expect(second.answered === undefined ? undefined : numberOf(second.answered)).to.equal('TooManyRecords');
    expect(second.answered).to.have.property('handle', first.answered?.kind === 'record' ? first.answered.handOut.handle : 0);
  });

  it('gives as many as it may, and each once', async () => {
    await start(option({ maxPreviewRecords: 2 }));
    await addRecords(store.client, [{}, {}, {}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const [a, b] = [await engine.record('1001'), await engine.record('1001')];
    expect(a.handle).to.not.equal(b.handle);
    const refused = await engine.preview('1001');
    expect([numberOf(refused), refused.kind === 'refused' ? refused.handle : 0]).to.deep.equal(['TooManyRecords', a.handle]);
  });

  it('sends the record in hand again after a new login, and only then', async () => {
    await start();
    await addRecords(store.client, [{}, {}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const record = await engine.record('1001');
    await engine.lose('1001');
    await engine.login('1001', { dn: '7999' });
    expect(await engine.record('1001')).to.deep.equal(record);
    expect(numberOf(await engine.preview('1001'))).to.equal('TooManyRecords');
  });

  it('gives a rejected record to another agent first', async () => {
    await start();
    await addRecords(store.client, [{}, {}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const first = await engine.record('1001');
    expect(await engine.reject('1001', first.handle)).to.include({ kind: 'ended', handle: first.handle });
    expect(chainOf(await engine.preview('1001')), 'another one').to.equal(2);
    await engine.login('1002');
    expect(chainOf(await engine.preview('1002')), 'that one').to.equal(1);
  });

  it('gives a rejected record to whoever rejected it, where there is no other', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const first = await engine.record('1001');
    await engine.reject('1001', first.handle);
    const again = await engine.record('1001');
    expect(again.chain.chainId).to.equal(1);
    expect(again.handle, 'under a handle of its own').to.not.equal(first.handle);
    expect(again.attempt, 'a rejection is no attempt').to.equal(0);
  });

  it('gives what is personal to its agent, and something else to others', async () => {
    await start();
    await addRecords(store.client, [{ record_type: PERSONAL_RESCHEDULED, agent_id: '1002' }, {}, {}]);
    await engine.login('1001');
    await engine.login('1002');
    await engine.dial(SPRING, 0);
    expect(chainOf(await engine.preview('1001'))).to.equal(2);
    expect(chainOf(await engine.preview('1002'))).to.equal(1);
  });

  it('does not show a record whose window has closed since it was retrieved, puts it back, and shows the next', async () => {
    await start();
    await addRecords(store.client, [openForAMinute, {}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    expect(await statuses(store.client), 'both are in the buffer').to.deep.equal([2, 2]);
    engine.clock.advance(60_000);
    const record = await engine.record('1001');
    expect(record.chain.chainId).to.equal(2);
    expect(await statuses(store.client)).to.deep.equal([1, 2]);
    const [row] = await store.client.query('SELECT campaign_id, group_id, app_id FROM cl_spring WHERE record_id = 1', []);
    expect(row).to.deep.equal({ campaign_id: null, group_id: null, app_id: null });
  });

  it('answers that there is nothing where all that was there has closed, and completes', async () => {
    await start();
    await addRecords(store.client, [openForAMinute]);
    await engine.login('1001');
    await engine.dial();
    const asked = engine.ask('1001');
    engine.clock.jump(60_000);
    await engine.settled();
    expect(asked.answered?.kind).to.be.oneOf(['empty', 'refused']);
    await engine.pass(10_000);
    expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
    expect(await statuses(store.client)).to.deep.equal([1]);
  });

  it('is not answered to a login that is gone', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const asked = engine.ask('1001');
    engine.gateway.agents.lost(engine.seat('1001'));
    await engine.settled();
    expect(asked.answered === undefined ? undefined : numberOf(asked.answered)).to.equal('NotAllowed');
  });

  it('keeps a record that is handed out to an agent who has just lost its line for agentGrace', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const go = engine.client.hold(/^INSERT INTO ocm_hand_out/);
    engine.ask('1001');
    await engine.client.holding();
    engine.gateway.agents.lost(engine.seat('1001'));
    go();
    await engine.settled();
    await engine.pass(59_999, 10_000);
    expect(await statuses(store.client)).to.deep.equal([2]);
    await engine.pass(1);
    expect(await statuses(store.client)).to.deep.equal([1]);
  });

  it('keeps buffer and store together where all agents go while a retrieval is under way, and one comes back', async () => {
    await start(option({ minRecBuffSize: 2, optRecBuffSize: 3 }));
    await addRecords(store.client, Array.from({ length: 6 }, () => ({})));
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    expect(await statuses(store.client)).to.deep.equal([2, 2, 2, 1, 1, 1]);
    const go = engine.client.hold(RETRIEVAL);
    void engine.login('1002');
    await engine.client.holding();
    for (const agentId of ['1001', '1002']) engine.gateway.agents.setState(engine.seat(agentId), 'notReady');
    await engine.client.turns();
    let isBack = false;
    engine.client.onQuery = (text) => {
      if (isBack || !text.includes('SET record_status = 1')) return undefined;
      // it is back while the buffer is being put back
      isBack = true;
      engine.gateway.agents.setState(engine.seat('1001'), 'ready');
      return undefined;
    };
    go();
    await engine.settled();
    expect(isBack).to.equal(true);
    const retrieved = (await statuses(store.client)).filter((status) => status === 2).length;
    expect((await engine.gateway.describe(SPRING))?.why.buffered).to.equal(retrieved);
  });

  it('takes back at once what is handed out to an agent who has just logged out', async () => {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const go = engine.client.hold(/^INSERT INTO ocm_hand_out/);
    const asked = engine.ask('1001');
    await engine.client.holding();
    const out = engine.logout('1001');
    go();
    await out;
    await engine.settled();
    expect(asked.answered?.kind).to.not.equal(undefined);
    expect(await statuses(store.client)).to.deep.equal([1]);
    expect(await store.client.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL', [])).to.deep.equal([]);
  });
});
