import { expect } from 'chai';
import { CallResult, RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { listOf, type Row, rowsOf } from '../store/support.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { addRecords, type Change, dialing, emptyStore, Engine, final, SPRING, statuses } from './support.js';

const { Ready, Retrieved, Updated, ChainUpdated } = RecordStatus;
const SPRING_LIST = listOf();
const ABANDON = 2000;

describe('progress', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const start = async (change: Change = () => undefined): Promise<Engine> =>
    (engine = await Engine.start(store.client, (config) => {
      dialing(config);
      change(config);
    }));
  const row = async (recordId: number, ...columns: Parameters<typeof rowsOf>[2][]) => (await rowsOf(store.client, SPRING_LIST, ...columns))[recordId - 1];
  const connections = (): string[] => engine.dialer.asked.filter((what) => what.startsWith('connect'));

  /** Spring dials records with these rows; the agents are ready. */
  async function running(rows: readonly Row[], agents: readonly string[] = ['1001'], change?: Change, flag: 0 | 1 = 1): Promise<void> {
    await start(change);
    await addRecords(store.client, rows);
    for (const agentId of agents) await engine.login(agentId);
    await engine.dial(SPRING, flag, 'Progress');
  }

  /** A call to 555-1 that agent 1001 talks on. */
  async function talking(change?: Change, rows: readonly Row[] = [{}]): Promise<number> {
    await running(rows, ['1001'], change);
    for (const what of ['answered', 'ringing', 'established'] as const) await engine.call('555-1', what);
    return engine.dialer.handleOf('555-1');
  }

  describe('places', () => {
    it('a call for each ready agent, and none for who is not ready', async () => {
      await running([{}, {}, {}, {}], ['1001', '1002']);
      expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
      await engine.state('1002', 'notReady');
      await engine.call('555-1', { failed: CallResult.Busy });
      expect(engine.dialer.placed, 'one for the one who is left, and that is out').to.deep.equal(['555-1', '555-2']);
      await engine.call('555-2', { failed: CallResult.Busy });
      expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2', '555-3']);
    });

    it('nothing without agents, and at once when one becomes ready', async () => {
      await running([{}], []);
      await engine.login('1001', { state: 'notReady' });
      expect(engine.dialer.placed).to.deep.equal([]);
      await engine.state('1001', 'ready');
      expect(engine.dialer.placed).to.deep.equal(['555-1']);
    });

    it('none for an agent with a call or a record in hand', async () => {
      const handle = await talking(undefined, [{}, {}]);
      expect(engine.dialer.placed).to.deep.equal(['555-1']);
      await engine.call('555-1', 'released');
      expect(engine.dialer.placed, 'the record is not ended').to.deep.equal(['555-1']);
      await engine.end('1001', handle);
      expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
    });

    it('a call whose hand-out and attempt are durable', async () => {
      await start();
      await addRecords(store.client, [{ attempt: 2 }]);
      await engine.login('1001');
      let seen: Promise<unknown[]> = Promise.resolve([]);
      engine.dialer.onPlace = ({ id }) => {
        seen = store.client.query('SELECT r.attempt, r.call_time, h.call_state, h.agent_id FROM cl_spring r, ocm_hand_out h WHERE h.handle = $1', [id]);
      };
      await engine.dial(SPRING, 1, 'Progress');
      expect(engine.dialer.placed).to.deep.equal(['555-1']);
      expect(await seen).to.deep.equal([{ attempt: 3, call_time: engine.clock.now() / 1000, call_state: 'placed', agent_id: null }]);
    });

    it('no number that was forbidden since it was retrieved: it is made final, and the next is called', async () => {
      await running([{}, {}], []);
      await engine.login('1001', { state: 'notReady' });
      await engine.login('1002', { state: 'asking' });
      expect(await statuses(store.client), 'in the buffer').to.deep.equal([Retrieved, Retrieved]);
      await store.client.query(`INSERT INTO dnc (phone) VALUES ('555-1')`, []);
      await engine.state('1001', 'ready');
      expect(engine.dialer.placed).to.deep.equal(['555-2']);
      await engine.pass(10_000);
      expect(await row(1, 'record_status', 'call_result', 'attempt')).to.deep.equal({ record_status: Updated, call_result: CallResult.DoNotCall, attempt: 0 });
    });

    it('nobody else for a personal callback, which its agent gets without a call', async () => {
      await running([{ record_type: 5, agent_id: '1002' }, {}], ['1001']);
      expect(engine.dialer.placed).to.deep.equal(['555-2']);
      await engine.login('1002');
      expect(engine.announcer.order).to.include('scheduled 1002');
      expect(engine.dialer.placed).to.deep.equal(['555-2']);
    });

    it('no call in Preview, and shows no record in Progress', async () => {
      await running([{}, {}]);
      expect(await engine.preview('1001')).to.include({ kind: 'refused', number: 9 });
      await engine.request('StopDialing');
      await engine.call('555-1', { failed: CallResult.Busy });
      await engine.request('StartDialing', { dialMode: 3 });
      await engine.settled();
      expect(engine.dialer.placed).to.deep.equal(['555-1']);
      expect((await engine.record('1001')).chain.chainId).to.equal(2);
    });

    it('nothing into a table that somebody brought, unless the list says so', async () => {
      await store.client.query('COMMENT ON TABLE cl_spring IS NULL', []);
      await start((config) => (config.callingLists[0]!['allowSimulatedResults'] = false));
      await engine.request('Load');
      expect(await engine.request('StartDialing', { dialMode: 2 })).to.have.nested.property('refusal.code', 'InvalidCampaignMode');
    });
  });

  describe('a call that is not answered', () => {
    it('ends its record with its result, and the group when it was the last', async () => {
      await running([{ attempt: 1 }]);
      await engine.call('555-1', { failed: CallResult.NoAnswer });
      expect(await row(1, 'record_status', 'call_result', 'attempt')).to.deep.equal({ record_status: Updated, call_result: CallResult.NoAnswer, attempt: 2 });
      expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
      expect(engine.announcer.calls).to.deep.equal([]);
    });

    it('marks the others of its chain ChainUpdated', async () => {
      await running([0, 1, 2, 3].map((chain_n) => ({ chain_id: 1, chain_n })));
      await engine.call('555-1', { failed: CallResult.Busy });
      expect(await statuses(store.client)).to.deep.equal([Updated, ChainUpdated, ChainUpdated, ChainUpdated]);
    });

    it('is told twice, or after its end: nothing more happens', async () => {
      await running([{}, {}], ['1001'], undefined, 0);
      engine.dialer.tell({ failed: CallResult.Busy }, '555-1');
      engine.dialer.tell({ failed: CallResult.NoAnswer }, '555-1');
      await engine.settled();
      for (const what of [{ failed: CallResult.NoAnswer }, 'answered', 'ringing', 'released'] as const) await engine.call('555-1', what);
      expect(await row(1, 'call_result', 'attempt')).to.deep.equal({ call_result: CallResult.Busy, attempt: 1 });
      expect(engine.announcer.calls).to.deep.equal([]);
      expect(engine.dialer.asked).to.deep.equal(['place 555-1', 'place 555-2']);
    });
  });

  describe('an answered call', () => {
    it('goes to the agent who has been ready longest', async () => {
      await running([{}, {}, {}, {}], ['1002', '1001']);
      await engine.call('555-2', 'answered');
      await engine.call('555-1', 'answered');
      expect(connections()).to.deep.equal(['connect 555-2 to 71002', 'connect 555-1 to 71001']);
      // 1001 ends first, so is ready longer when the next is answered
      for (const [phone, agentId] of [['555-1', '1001'], ['555-2', '1002']] as const) {
        await engine.call(phone, 'released');
        await engine.end(agentId, engine.dialer.handleOf(phone));
      }
      await engine.call('555-4', 'answered');
      expect(connections().at(-1)).to.equal('connect 555-4 to 71001');
    });

    it('is its agent\'s, durably, before it is connected', async () => {
      await running([{}]);
      let atConnect: Promise<unknown[]> | undefined;
      engine.dialer.connect = () => void (atConnect = store.client.query('SELECT agent_id, call_state FROM ocm_hand_out', []));
      await engine.call('555-1', 'answered');
      expect(await atConnect).to.deep.equal([{ agent_id: '1001', call_state: 'answered' }]);
    });

    it('rings, is established and released on its agent\'s DN, with the record\'s data', async () => {
      const handle = await talking((config) => (config.callingLists[0]!['customFields'] = {}), [{ attempt: 4, chain_id: 7 }]);
      await engine.call('555-1', 'released');
      expect(engine.announcer.calls).to.deep.equal(['ringing', 'established', 'released'].map((kind) => `${kind} 555-1 1001 on 71001`));
      for (const handOut of engine.announcer.callsOf) expect(handOut).to.deep.include({ handle, agentId: '1001', attempt: 4, callResult: CallResult.Answer });
    });

    it('waits abandonTimeout for an agent and is then dropped, final with result 21', async () => {
      await running([{}, {}], ['1001'], undefined, 0);
      await engine.state('1001', 'notReady');
      await engine.call('555-1', 'answered');
      expect(await store.client.query('SELECT call_state FROM ocm_hand_out', []), 'never dialed again').to.deep.equal([{ call_state: 'answered' }]);
      await engine.pass(ABANDON - 1);
      expect(engine.dialer.asked).to.deep.equal(['place 555-1']);
      await engine.pass(1);
      expect(engine.dialer.asked).to.deep.equal(['place 555-1', 'cancel 555-1']);
      expect(await row(1, 'record_status', 'call_result', 'attempt')).to.deep.equal({ record_status: Updated, call_result: CallResult.Abandoned, attempt: 1 });
      await engine.state('1001', 'ready');
      expect(connections()).to.deep.equal([]);
    });

    it('gets the agent who becomes ready while it waits', async () => {
      await running([{}], ['1001']);
      await engine.state('1001', 'notReady');
      await engine.call('555-1', 'answered');
      await engine.pass(ABANDON - 1);
      await engine.state('1001', 'ready');
      expect(connections()).to.deep.equal(['connect 555-1 to 71001']);
      await engine.pass(ABANDON);
      expect(engine.dialer.asked.at(-1)).to.equal('connect 555-1 to 71001');
    });

    it('whose customer hangs up before there is an agent is Abandoned at once', async () => {
      await running([{}], ['1001']);
      await engine.state('1001', 'notReady');
      await engine.call('555-1', 'answered');
      await engine.call('555-1', 'released');
      expect(await row(1, 'record_status', 'call_result')).to.deep.equal({ record_status: Updated, call_result: CallResult.Abandoned });
      expect(engine.events().at(-1)).to.equal('Unloaded');
      expect(engine.clock.pending, 'no timer of it is left but the hourly one').to.equal(1);
    });

    it('whose customer hangs up while it is given to an agent is not connected', async () => {
      await running([{}], ['1001']);
      const go = engine.client.hold(/^UPDATE ocm_hand_out h SET call_state/);
      engine.dialer.tell('answered', '555-1');
      await engine.client.holding();
      engine.dialer.tell('released', '555-1');
      await engine.client.turns();
      go();
      await engine.settled();
      expect(connections()).to.deep.equal([]);
      expect(await row(1, 'record_status', 'call_result')).to.deep.equal({ record_status: Updated, call_result: CallResult.Abandoned });
    });
  });

  describe('the record of an answered call', () => {
    it('is ended by its agent, who is busy until then; its attempt is not counted again', async () => {
      const handle = await talking(undefined, [{ attempt: 1 }, {}]);
      const calledAt = engine.clock.now();
      await engine.pass(5000);
      await engine.call('555-1', 'released');
      const outcome = await engine.end('1001', handle, { ending: final({ callResult: null, attempts: 0, calledAt: engine.clock.now() }) });
      expect(outcome).to.include({ kind: 'ended', callResult: CallResult.Answer });
      expect(await row(1, 'record_status', 'call_result', 'attempt', 'agent_id', 'call_time')).to.deep.equal({
        record_status: Updated, call_result: CallResult.Answer, attempt: 2, agent_id: '1001', call_time: calledAt / 1000,
      });
      expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
    });

    it('waits for its release where its agent ends it while the call is up', async () => {
      const handle = await talking();
      let outcome: unknown;
      void engine.ending('1001', handle, { ending: final({ callResult: CallResult.WrongParty, attempts: 0 }) }).then((answer) => (outcome = answer));
      await engine.settled();
      expect(outcome).to.equal(undefined);
      expect(await statuses(store.client)).to.deep.equal([Retrieved]);
      await engine.call('555-1', 'released');
      expect(outcome).to.include({ kind: 'ended', handle, callResult: CallResult.WrongParty });
      expect(await row(1, 'record_status', 'call_result')).to.deep.equal({ record_status: Updated, call_result: CallResult.WrongParty });
      expect(engine.events().at(-1)).to.equal('Unloaded');
    });

    it('is acknowledged again where the same request was sent twice during the call', async () => {
      const handle = await talking();
      const both = Promise.all([engine.ending('1001', handle), engine.ending('1001', handle)]);
      await engine.settled();
      await engine.call('555-1', 'released');
      const [first, second] = await both;
      expect(first).to.include({ kind: 'ended' });
      expect(second).to.deep.equal(first);
    });

    it('cannot be given back', async () => {
      const handle = await talking();
      expect(await engine.reject('1001', handle)).to.include({ kind: 'refused', number: 9 });
      await engine.call('555-1', 'released');
      expect(await engine.reject('1001', handle)).to.include({ kind: 'refused', number: 9 });
      expect((await engine.end('1001', handle)).kind).to.equal('ended');
    });

    it('ends with the release where recordProcessed is false, and its agent is ready again', async () => {
      await talking((config) => (config.campaignGroups[0]!['recordProcessed'] = false), [{}, {}]);
      await engine.call('555-1', 'released');
      expect(await row(1, 'record_status', 'call_result', 'agent_id', 'attempt')).to.deep.equal({
        record_status: Updated, call_result: CallResult.Answer, agent_id: '1001', attempt: 1,
      });
      expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
    });

    it('ends as its agent said where recordProcessed is false and the agent says it nevertheless', async () => {
      const handle = await talking((config) => (config.campaignGroups[0]!['recordProcessed'] = false));
      const said = engine.ending('1001', handle, { ending: final({ callResult: CallResult.WrongParty, attempts: 0 }) });
      await engine.settled();
      await engine.call('555-1', 'released');
      expect(await said).to.include({ kind: 'ended', callResult: CallResult.WrongParty });
    });

    it('ends the group only when it is ended', async () => {
      const handle = await talking();
      await engine.pass(60_000, 10_000);
      await engine.call('555-1', 'released');
      await engine.pass(60_000, 10_000);
      expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
      await engine.end('1001', handle);
      expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
    });
  });

  describe('what is out', () => {
    it('stands in the group\'s report', async () => {
      await running([{}], ['1001']);
      await engine.state('1001', 'notReady');
      await engine.pass(1500);
      const outOf = async () => (await engine.gateway.describe(SPRING))?.why.recordsOut;
      const handle = engine.dialer.handleOf('555-1');
      expect(await outOf()).to.deep.equal([{ handle, agentId: null, ageMs: 1500 }]);
      await engine.state('1001', 'ready');
      await engine.call('555-1', 'answered');
      expect(await outOf()).to.deep.equal([{ handle, agentId: '1001', ageMs: 1500 }]);
    });

    it('keeps Ready what is not: no more is called than there are agents for', async () => {
      await running(Array.from({ length: 10 }, () => ({})), ['1001', '1002']);
      expect((await statuses(store.client)).filter((status) => status === Ready).length).to.be.greaterThan(3);
      expect(engine.dialer.placed).to.have.length(2);
    });
  });
});
