import { expect } from 'chai';
import { CallResult, RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { listOf, rowsOf } from '../store/support.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { FakeDialer } from '../support/fake-dialer.js';
import { addRecords, type Change, dialing, emptyStore, Engine, SPRING } from './support.js';

const { Ready, Retrieved, Updated, AgentError } = RecordStatus;

describe('progress and a configuration that has changed', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const rows = () => rowsOf(store.client, listOf(), 'record_status', 'call_result', 'app_id');

  /** 555-1 is talked on by 1001, 555-2 was and has no result yet, 555-3 is answered and waits, 555-4 rings; 555-5 is in the buffer or Ready. */
  async function allStages(): Promise<FakeDialer> {
    engine = await Engine.start(store.client, (config) => {
      dialing(config);
      config.agents.push({ id: '1003', name: 'Hedy' }, { id: '1004', name: 'Joan' });
      config.groups[0] = { dbid: 732, name: 'Sales', agents: ['1001', '1002', '1003', '1004'] };
    });
    await addRecords(store.client, [{}, {}, {}, {}, {}]);
    for (const agentId of ['1001', '1002', '1003', '1004']) await engine.login(agentId);
    await engine.dial(SPRING, 0, 'Progress');
    await engine.call('555-1', 'answered');
    await engine.call('555-2', 'answered');
    await engine.call('555-2', 'released');
    for (const agentId of ['1003', '1004']) await engine.state(agentId, 'notReady');
    await engine.call('555-3', 'answered');
    expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2', '555-3', '555-4']);
    return engine.dialer;
  }

  async function restart(change: Change, dialer = new FakeDialer()): Promise<void> {
    engine.crash();
    const dead = engine;
    engine = await Engine.start(store.client, (config) => {
      dialing(config);
      change(config);
    }, dead.clock.now(), () => undefined, dialer);
    await dead.stop();
  }

  const error = { record_status: AgentError, call_result: CallResult.Answer, app_id: 156 };
  const abandoned = { record_status: Updated, call_result: CallResult.Abandoned, app_id: 156 };
  const inHand = { record_status: Retrieved, call_result: null, app_id: 156 };
  const ready = { record_status: Ready, call_result: null, app_id: null };

  it('a group that is gone: who was answered is final, the others are Ready', async () => {
    await allStages();
    await restart((config) => void config.campaignGroups.splice(0, 1));
    expect(await engine.status()).to.equal('NotLoaded');
    expect(await rows()).to.deep.equal([error, error, abandoned, ready, ready]);
    expect(await store.client.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL', [])).to.deep.equal([]);
  });

  it('a list that is gone: so too, and the group goes on', async () => {
    await allStages();
    await restart((config) => {
      config.callingLists.shift();
      Object.assign(config.campaigns[0] ?? {}, { lists: [{ list: 'Autumn' }] });
    });
    expect(await rows()).to.deep.equal([error, error, abandoned, ready, ready]);
    expect(await engine.status()).to.equal('Running');
  });

  it('a list that is in another table now: so too', async () => {
    await allStages();
    await restart((config) => (config.callingLists[0]!['table'] = 'cl_elsewhere'));
    expect(await rows()).to.deep.equal([error, error, abandoned, ready, ready]);
    await store.client.query('DROP TABLE cl_elsewhere', []);
  });

  it('agents who are gone: what they were called for is AgentError, and the rest goes on as after any restart', async () => {
    await allStages();
    await restart(() => undefined);
    expect(await rows(), '1001 and 1002 may come back').to.deep.equal([inHand, inHand, abandoned, ready, ready]);
    await restart((config) => {
      config.agents.shift();
      Object.assign(config.groups[0] ?? {}, { agents: ['1002'] });
    });
    expect((await rows()).slice(0, 2)).to.deep.equal([error, inHand]);
    expect(engine.log.map(({ message }) => message).join('\n')).to.match(/was with agent 1001 .* is final/);
  });

  it('agents who are in another group now: so too', async () => {
    await allStages();
    await restart((config) => {
      config.agents.push({ id: '1003', name: 'Hedy' });
      Object.assign(config.groups[0] ?? {}, { agents: ['1002', '1003'] });
      Object.assign(config.groups[1] ?? {}, { agents: ['1001', '2001'] });
    });
    expect(await rows()).to.deep.equal([error, inHand, abandoned, ready, ready]);
    await engine.login('1001');
    await engine.login('1002');
    expect((await engine.record('1002')).chain.chainId).to.equal(2);
  });

  it('a result that the agent had reported is kept', async () => {
    const dialer = await allStages();
    const handle = dialer.handleOf('555-2');
    engine.gateway.desktops.record({
      kind: 'report', agentId: '1002', handle, report: () => ({ callResult: CallResult.WrongParty, calledAt: null, customFields: {} }), answer: () => undefined,
    });
    await engine.settled();
    await restart((config) => void config.campaignGroups.splice(0, 1));
    expect((await rows())[1]).to.deep.equal({ ...error, call_result: CallResult.WrongParty });
  });

  it('calls that are still up of what is gone are given up', async () => {
    const dialer = await allStages();
    const up = new FakeDialer();
    const [talking, ringing] = [dialer.handleOf('555-1'), dialer.handleOf('555-4')];
    up.up = new Set([talking, ringing]);
    await restart((config) => void config.campaignGroups.splice(0, 1), up);
    expect(up.asked).to.deep.equal([`cancel ${talking}`, `cancel ${ringing}`]);
  });
});
