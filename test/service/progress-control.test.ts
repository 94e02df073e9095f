import { expect } from 'chai';
import { CallResult, RecordStatus, RecordType } from '../../protocol/dictionary/enumerations.js';
import { listOf, type Row, rowsOf } from '../store/support.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { type Change, dialingAnd, dialInProgress, emptyStore, Engine, final, statuses } from './support.js';

const { Ready, Retrieved, Updated, AgentError, ChainUpdated } = RecordStatus;
const MINUTE = 60_000;

/** What becomes of results of Spring's list. */
const treated: Change = (config) => {
  config['treatments'] = [
    { dbid: 601, name: 'RetryBusy', callResult: 'Busy', action: 'Cycle', attempts: 2, interval: '30m', increment: '10m' },
    { dbid: 602, name: 'Next', callResult: 'NoAnswer', action: 'NextInChain' },
    { dbid: 603, name: 'Whole', callResult: 'WrongNumber', action: 'MarkAllChain' },
    { dbid: 604, name: 'Later', callResult: 'Abandoned', action: 'RetryIn', interval: '1m' },
  ];
  config.callingLists[0]!['treatments'] = [601, 602, 603, 604];
};

describe('progress under control', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const rows = (...columns: Parameters<typeof rowsOf>[2][]) => rowsOf(store.client, listOf(), ...columns);
  const placed = (): string[] => engine.dialer.placed;

  async function running(records: readonly Row[], agents: readonly string[] = ['1001'], change: Change = () => undefined, flag: 0 | 1 = 0): Promise<void> {
    engine = await Engine.start(store.client, dialingAnd(change));
    await dialInProgress(engine, store.client, records, agents, flag);
  }

  /** 555-1 is talked on by 1001, 555-2 is answered and waits: nobody else is ready. */
  async function allStages(): Promise<number> {
    await running([{}, {}, {}, {}, {}], ['1001']);
    await engine.login('1002');
    await engine.call('555-1', 'answered');
    await engine.state('1002', 'notReady');
    await engine.call('555-2', 'answered');
    expect(placed()).to.deep.equal(['555-1', '555-2']);
    return engine.dialer.handleOf('555-1');
  }

  describe('StopDialing', () => {
    it('lets calls ring and talk, connects who answers, writes results, and has no other placed', async () => {
      await running([{}, {}, {}, {}], ['1001', '1002']);
      await engine.call('555-1', 'answered');
      expect((await engine.request('StopDialing')).kind).to.equal('done');
      await engine.settled();
      expect(engine.dialer.asked.filter((what) => what.startsWith('cancel'))).to.deep.equal([]);
      expect(await statuses(store.client), 'what nobody has is Ready').to.deep.equal([Retrieved, Retrieved, Ready, Ready]);
      await engine.call('555-2', 'answered');
      for (const [phone, agentId] of [['555-1', '1001'], ['555-2', '1002']] as const) {
        await engine.call(phone, 'released');
        await engine.end(agentId, engine.dialer.handleOf(phone), { ending: final({ attempts: 0 }) });
      }
      expect(await statuses(store.client)).to.deep.equal([Updated, Updated, Ready, Ready]);
      expect(engine.dialer.asked).to.deep.equal(['place 555-1', 'place 555-2', 'connect 555-1 to 71001', 'connect 555-2 to 71002']);
    });

    it('writes the result of a call that rang on', async () => {
      await running([{}, {}]);
      await engine.request('StopDialing');
      await engine.call('555-1', { failed: CallResult.NoAnswer });
      expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([
        { record_status: Updated, call_result: CallResult.NoAnswer, attempt: 1 }, { record_status: Ready, call_result: null, attempt: 0 },
      ]);
    });

    it('has nobody called whose hand-out was just being written: Ready again', async () => {
      await running([{}], []);
      await engine.login('1001', { state: 'notReady' });
      const go = engine.client.hold(/^INSERT INTO ocm_hand_out/);
      await engine.login('1002', { state: 'notReady' });
      engine.gateway.agents.setState(engine.seat('1001'), 'ready');
      await engine.client.holding();
      const stopped = engine.request('StopDialing');
      await engine.client.turns();
      go();
      expect((await stopped).kind).to.equal('done');
      await engine.settled();
      expect(placed()).to.deep.equal([]);
      expect(await statuses(store.client)).to.deep.equal([Ready]);
      expect(await store.client.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL', [])).to.deep.equal([]);
    });
  });

  describe('ForceUnload', () => {
    it('cancels what is not answered: Ready, with its attempt counted', async () => {
      await running([{}, {}]);
      await engine.request('ForceUnload');
      await engine.settled();
      expect(engine.dialer.asked).to.deep.equal(['place 555-1', 'cancel 555-1']);
      expect(await rows('record_status', 'attempt', 'app_id')).to.deep.equal([
        { record_status: Ready, attempt: 1, app_id: null }, { record_status: Ready, attempt: 0, app_id: null },
      ]);
      await engine.call('555-1', 'answered');
      await engine.call('555-1', { failed: CallResult.Busy });
      expect(await statuses(store.client), 'nothing that is said of it later counts').to.deep.equal([Ready, Ready]);
      expect(engine.announcer.calls).to.deep.equal([]);
    });

    it('leaves a call that an agent has until its result, and has the one that waits Abandoned', async () => {
      const handle = await allStages();
      await engine.request('ForceUnload');
      await engine.settled();
      expect(await engine.status()).to.equal('NotLoaded');
      expect(engine.announcer.cancelled).to.deep.equal([]);
      expect(engine.dialer.asked.slice(-1)).to.deep.equal(['cancel 555-2']);
      expect((await rows('record_status', 'call_result')).slice(0, 2)).to.deep.equal([
        { record_status: Retrieved, call_result: null }, { record_status: Updated, call_result: CallResult.Abandoned },
      ]);
      await engine.call('555-1', 'released');
      expect(await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).to.include({ kind: 'ended' });
      expect(await statuses(store.client)).to.deep.equal([Updated, Updated, Ready, Ready, Ready]);
    });

    it('writes the result of a call that was known and could not be written', async () => {
      await running([{}, {}]);
      engine.client.onCommit = (texts) => (texts.some((text) => text.startsWith('UPDATE ocm_hand_out h SET ended_at')) ? 'rolledBack' : undefined);
      await engine.call('555-1', { failed: CallResult.Busy });
      expect((await statuses(store.client))[0]).to.equal(Retrieved);
      await engine.request('ForceUnload');
      await engine.settled();
      expect(await engine.status()).to.equal('NotLoaded');
      expect((await rows('record_status', 'call_result'))[0]).to.deep.equal({ record_status: Updated, call_result: CallResult.Busy });
    });
  });

  describe('Unload', () => {
    it('waits for calls that ring and for records in hand', async () => {
      await running([{}, {}, {}], ['1001', '1002']);
      await engine.call('555-1', 'answered');
      await engine.request('StopDialing');
      expect((await engine.request('Unload')).kind).to.equal('waiting');
      await engine.call('555-2', { failed: CallResult.NoAnswer });
      expect(await engine.status()).to.equal('WaitingUnload');
      await engine.call('555-1', 'released');
      expect(await engine.status()).to.equal('WaitingUnload');
      await engine.end('1001', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0 }) });
      expect(await engine.status()).to.equal('NotLoaded');
      expect(await statuses(store.client)).to.deep.equal([Updated, Updated, Ready]);
    });

    it('does as ForceUnload after unloadTimeout', async () => {
      await running([{}, {}], ['1001', '1002']);
      await engine.call('555-1', 'answered');
      await engine.request('StopDialing');
      await engine.request('Unload');
      await engine.pass(10 * MINUTE, MINUTE);
      expect(await engine.status()).to.equal('NotLoaded');
      expect(await statuses(store.client)).to.deep.equal([Retrieved, Ready]);
      expect(engine.dialer.asked.at(-1)).to.equal('cancel 555-2');
    });
  });

  describe('auto completion', () => {
    const completed = ['Loaded', 'Started', 'Stopped', 'Unloaded'];

    it('comes behind the last call, not while one rings or waits', async () => {
      await running([{}, {}], ['1001', '1002'], undefined, 1);
      await engine.call('555-1', { failed: CallResult.Busy });
      await engine.pass(MINUTE, 10_000);
      expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
      await engine.call('555-2', { failed: CallResult.Busy });
      expect(engine.events()).to.deep.equal(completed);
    });
  });

  describe('treatments', () => {
    it('redial a list of Busy results twice, and hold the completion until the last redial', async () => {
      await running([{}, {}], ['1001', '1002'], treated, 1);
      const busy = async (): Promise<void> => {
        for (const phone of ['555-1', '555-2']) await engine.call(phone, { failed: CallResult.Busy });
      };
      await busy();
      const at = engine.clock.now() / 1000;
      const [first] = await rows('record_status', 'record_type', 'dial_sched_time', 'treatments', 'attempt', 'call_result', 'app_id');
      expect(first).to.deep.equal({
        record_status: Ready, record_type: RecordType.CampaignRescheduled, dial_sched_time: at + 1800, treatments: '601@1@0@1', attempt: 1, call_result: CallResult.Busy, app_id: null,
      });
      await engine.pass(30 * MINUTE - 1, MINUTE);
      expect(placed(), 'not early').to.have.length(2);
      await engine.pass(MINUTE, 10_000);
      expect(placed()).to.deep.equal(['555-1', '555-2', '555-1', '555-2']);
      await busy();
      expect((await rows('treatments'))[0]).to.deep.equal({ treatments: '601@2@0@1' });
      await engine.pass(41 * MINUTE, MINUTE);
      expect(placed(), 'after 40 minutes').to.have.length(6);
      expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
      await engine.call('555-1', { failed: CallResult.Busy });
      expect(engine.events()).to.deep.equal(['Loaded', 'Started']);
      await engine.call('555-2', { failed: CallResult.Busy });
      expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
      for (const row of await rows('record_status', 'call_result', 'attempt')) {
        expect(row).to.deep.equal({ record_status: Updated, call_result: CallResult.Busy, attempt: 3 });
      }
    });

    it('do not hold a group that waits for none', async () => {
      await running([{}], ['1001'], (config) => {
        treated(config);
        config.campaignGroups[0]!['autoCompleteWaitsFor'] = 'none';
      }, 1);
      await engine.call('555-1', { failed: CallResult.Busy });
      expect(engine.events().at(-1)).to.equal('Unloaded');
      expect(await statuses(store.client)).to.deep.equal([Ready]);
    });

    const chain = [0, 1, 2, 3].map((chain_n) => ({ chain_id: 1, chain_n }));

    it('go on to the next of a chain of four until one is reached: Updated, and the others that are left ChainUpdated', async () => {
      await running(chain, ['1001'], treated, 1);
      await engine.call('555-1', { failed: CallResult.NoAnswer });
      await engine.call('555-2', { failed: CallResult.NoAnswer });
      expect(placed()).to.deep.equal(['555-1', '555-2', '555-3']);
      await engine.call('555-3', 'answered');
      await engine.call('555-3', 'released');
      await engine.end('1001', engine.dialer.handleOf('555-3'), { ending: final({ attempts: 0 }) });
      expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([
        { record_status: Updated, call_result: CallResult.NoAnswer, attempt: 1 }, { record_status: Updated, call_result: CallResult.NoAnswer, attempt: 1 },
        { record_status: Updated, call_result: CallResult.Answer, attempt: 1 }, { record_status: ChainUpdated, call_result: null, attempt: 0 },
      ]);
      expect(engine.events().at(-1)).to.equal('Unloaded');
    });

    it('end the last of a chain that nobody answers', async () => {
      await running(chain, ['1001'], treated, 1);
      for (const phone of ['555-1', '555-2', '555-3', '555-4']) await engine.call(phone, { failed: CallResult.NoAnswer });
      expect(await statuses(store.client)).to.deep.equal([Updated, Updated, Updated, Updated]);
      expect(engine.events().at(-1)).to.equal('Unloaded');
    });

    it('mark a whole chain with the result of one', async () => {
      await running(chain, ['1001'], treated, 1);
      await engine.call('555-1', { failed: CallResult.WrongNumber });
      for (const row of await rows('record_status', 'call_result')) expect(row).to.deep.equal({ record_status: Updated, call_result: CallResult.WrongNumber });
    });

    it('are for an abandoned call too', async () => {
      await running([{}], ['1001'], treated, 1);
      await engine.state('1001', 'notReady');
      await engine.call('555-1', 'answered');
      await engine.pass(2000);
      expect(await rows('record_status', 'call_result', 'treatments')).to.deep.equal([{ record_status: Ready, call_result: CallResult.Abandoned, treatments: '604@1@0@1' }]);
      await engine.state('1001', 'ready');
      await engine.pass(2 * MINUTE, 10_000);
      expect(placed()).to.deep.equal(['555-1', '555-1']);
    });
  });

  it('an agent who is lost with a chain of four in hand after the call: AgentError, and the others ChainUpdated', async () => {
    await running([0, 1, 2, 3].map((chain_n) => ({ chain_id: 1, chain_n })));
    await engine.call('555-1', 'answered');
    await engine.call('555-1', 'released');
    await engine.logout('1001');
    expect(await statuses(store.client)).to.deep.equal([AgentError, ChainUpdated, ChainUpdated, ChainUpdated]);
  });
});
