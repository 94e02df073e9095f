import { expect } from 'chai';
import { CallResult, RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { StoreAway } from '../../src/store/client.js';
import { listOf, type Row, rowsOf } from '../store/support.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { FakeDialer } from '../support/fake-dialer.js';
import type { CommitFault } from './faulty-client.js';
import { type Change, dialingAnd, dialInProgress, emptyStore, Engine, final, statuses } from './support.js';

const { Ready, Retrieved, Updated, AgentError, ChainUpdated } = RecordStatus;
const GRACE = 60_000;
const INTERVAL = 10_000;

const endsAtRelease: Change = (config) => (config.campaignGroups[0]!['recordProcessed'] = false);

type Kind = (texts: readonly string[]) => boolean;
const starting = (what: string): Kind => (texts) => texts.some((text) => text.startsWith(what));
const WRITES = {
  handOut: starting('INSERT INTO ocm_hand_out'),
  answer: starting('UPDATE ocm_hand_out h SET call_state'),
  end: starting('UPDATE ocm_hand_out h SET ended_at'),
} as const;

describe('progress and faults', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const rows = (...columns: Parameters<typeof rowsOf>[2][]) => rowsOf(store.client, listOf(), ...columns);
  const placed = (): string[] => engine.dialer.placed;
  const connections = (): string[] => engine.dialer.asked.filter((what) => what.startsWith('connect'));

  async function running(records: readonly Row[], agents: readonly string[] = ['1001'], change: Change = () => undefined): Promise<void> {
    engine = await Engine.start(store.client, dialingAnd(change));
    await dialInProgress(engine, store.client, records, agents, 1);
  }

  /** The process dies; another begins on the same store, with a dialer that has these calls still up. */
  async function restart(up: readonly number[] = [], change: Change = () => undefined): Promise<void> {
    engine.crash();
    const dead = engine;
    const dialer = new FakeDialer();
    dialer.up = new Set(up);
    engine = await Engine.start(store.client, dialingAnd(change), dead.clock.now(), () => undefined, dialer);
    await dead.stop();
  }

  /** The next commit of that kind fails, and no other; `away`: the store does not come back by itself. */
  function failNext(kind: keyof typeof WRITES, fault: CommitFault, then: 'back' | 'away' = 'back'): void {
    engine.client.onCommit = (texts) => {
      if (!WRITES[kind](texts)) return undefined;
      engine.client.onCommit = () => undefined;
      engine.client.away = then === 'away';
      return fault;
    };
  }

  async function back(): Promise<void> {
    engine.client.away = false;
    await engine.pass(INTERVAL, 1000);
  }

  describe('a gateway that starts again', () => {
    it('has what rang Ready, with its attempt counted, and dials it once more', async () => {
      await running([{}, {}], ['1001', '1002']);
      await restart();
      expect(await rows('record_status', 'attempt', 'app_id')).to.deep.equal([
        { record_status: Ready, attempt: 1, app_id: null }, { record_status: Ready, attempt: 1, app_id: null },
      ]);
      await engine.login('1001');
      expect(placed()).to.deep.equal(['555-1']);
      expect((await rows('attempt'))[0]).to.deep.equal({ attempt: 2 });
    });

    it('has what was answered and had no agent Abandoned, and never dials it again', async () => {
      await running([{}]);
      await engine.state('1001', 'notReady');
      await engine.call('555-1', 'answered');
      await restart();
      expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([{ record_status: Updated, call_result: CallResult.Abandoned, attempt: 1 }]);
      expect(await engine.status(), 'that was the last').to.equal('NotLoaded');
      await engine.login('1001');
      expect(placed()).to.deep.equal([]);
    });

    it('keeps what an agent had for agentGrace: the agent ends it, and waits for no release', async () => {
      await running([{ attempt: 2 }]);
      await engine.call('555-1', 'answered');
      const handle = engine.dialer.handleOf('555-1');
      await restart();
      await engine.pass(GRACE - 1);
      await engine.login('1001');
      expect(await engine.record('1001')).to.deep.include({ handle, callResult: CallResult.Answer, call: 'released' });
      expect(await engine.end('1001', handle, { ending: final({ callResult: null, attempts: 0 }) })).to.include({ kind: 'ended', callResult: CallResult.Answer });
      expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([{ record_status: Updated, call_result: CallResult.Answer, attempt: 3 }]);
    });

    it('ends what an agent had and did not come back for as AgentError', async () => {
      await running([{}]);
      await engine.call('555-1', 'answered');
      await restart();
      await engine.pass(GRACE - 1);
      expect(await statuses(store.client)).to.deep.equal([Retrieved]);
      await engine.pass(1);
      expect(await rows('record_status', 'call_result')).to.deep.equal([{ record_status: AgentError, call_result: CallResult.Answer }]);
      expect(await engine.status()).to.equal('NotLoaded');
    });

    it('ends what an agent had at once where the release ends records', async () => {
      await running([{}], ['1001'], endsAtRelease);
      await engine.call('555-1', 'answered');
      await restart([], endsAtRelease);
      expect(await rows('record_status', 'call_result')).to.deep.equal([{ record_status: Updated, call_result: CallResult.Answer }]);
    });

    it('goes on with calls that are still up: ringing, waiting, and with their agent', async () => {
      await running([{}, {}, {}], ['1001', '1002']);
      await engine.call('555-1', 'answered');
      await engine.call('555-2', 'answered');
      await engine.call('555-2', 'released');
      await engine.end('1002', engine.dialer.handleOf('555-2'), { ending: final({ attempts: 0 }) });
      const [talking, ringing] = [engine.dialer.handleOf('555-1'), engine.dialer.handleOf('555-3')];
      await restart([talking, ringing]);
      await engine.login('1001', { state: 'notReady' });
      engine.dialer.tell('answered', ringing);
      await engine.settled();
      expect(connections()).to.deep.equal([]);
      await engine.login('1002');
      expect(connections()).to.deep.equal([`connect ${ringing} to 71002`]);
      const ended = engine.ending('1001', talking, { ending: final({ attempts: 0 }) });
      await engine.settled();
      expect((await statuses(store.client))[0], 'its call is up').to.equal(Retrieved);
      engine.dialer.tell('released', talking);
      expect(await ended).to.include({ kind: 'ended' });
      expect(engine.announcer.calls.filter((what) => what.includes('555-1'))).to.deep.equal(['established 555-1 1001 on 71001', 'released 555-1 1001 on 71001']);
    });

    it('abandons what still waits for an agent after abandonTimeout', async () => {
      await running([{}]);
      await engine.state('1001', 'notReady');
      await engine.call('555-1', 'answered');
      const handle = engine.dialer.handleOf('555-1');
      await restart([handle]);
      expect(await statuses(store.client)).to.deep.equal([Retrieved]);
      await engine.pass(2000);
      expect(engine.dialer.asked).to.deep.equal([`cancel ${handle}`]);
      expect(await rows('record_status', 'call_result')).to.deep.equal([{ record_status: Updated, call_result: CallResult.Abandoned }]);
    });
  });

  describe('a store that is away', () => {
    for (const fault of ['rolledBack', 'acknowledgmentLost'] as const) {
      it(`while a call is placed (${fault}): nobody is called without its attempt`, async () => {
        await running([{}], []);
        failNext('handOut', fault);
        await engine.login('1001');
        expect(placed()).to.deep.equal([]);
        await engine.pass(2 * INTERVAL, INTERVAL);
        expect(placed()).to.deep.equal(['555-1']);
        expect(await rows('attempt'), 'one that was counted and not made counts').to.deep.equal([{ attempt: fault === 'rolledBack' ? 1 : 2 }]);
        await engine.call('555-1', { failed: CallResult.Busy });
        expect(await engine.status()).to.equal('NotLoaded');
      });

      it(`while a call is given to an agent (${fault}): it is connected once`, async () => {
        await running([{}]);
        failNext('answer', fault);
        await engine.call('555-1', 'answered');
        await engine.pass(INTERVAL, 1000);
        expect(connections()).to.deep.equal(['connect 555-1 to 71001']);
        for (const what of ['ringing', 'established', 'released'] as const) await engine.call('555-1', what);
        expect(engine.announcer.calls).to.have.length(3);
        expect(await engine.end('1001', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0 }) })).to.include({ kind: 'ended' });
        expect(await rows('record_status', 'attempt')).to.deep.equal([{ record_status: Updated, attempt: 1 }]);
        expect(await engine.status()).to.equal('NotLoaded');
      });

      it(`while a call is given to an agent (${fault}), for a moment: the agent gets it as soon as the store is back`, async () => {
        await running([{}]);
        failNext('answer', fault, 'away');
        await engine.call('555-1', 'answered');
        expect(connections()).to.deep.equal([]);
        engine.client.away = false;
        await engine.pass(2000);
        expect(connections()).to.deep.equal(['connect 555-1 to 71001']);
      });

      it(`while a call is given to an agent (${fault}), for long: the customer is not kept waiting`, async () => {
        await running([{}]);
        failNext('answer', fault, 'away');
        await engine.call('555-1', 'answered');
        await engine.pass(1999);
        expect(engine.dialer.asked).to.deep.equal(['place 555-1']);
        await engine.pass(1);
        expect(engine.dialer.asked).to.deep.equal(['place 555-1', 'cancel 555-1']);
        await back();
        expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([{ record_status: Updated, call_result: CallResult.Abandoned, attempt: 1 }]);
        expect(engine.dialer.asked).to.deep.equal(['place 555-1', 'cancel 555-1']);
        expect(await engine.status()).to.equal('NotLoaded');
      });

      it(`while a call is given to an agent (${fault}) and its customer hangs up: Abandoned, and nobody is left busy with it`, async () => {
        await running([{}, {}]);
        failNext('answer', fault, 'away');
        await engine.call('555-1', 'answered');
        await engine.call('555-1', 'released');
        await back();
        expect(connections()).to.deep.equal([]);
        expect((await rows('record_status', 'call_result'))[0]).to.deep.equal({ record_status: Updated, call_result: CallResult.Abandoned });
        expect(placed()).to.deep.equal(['555-1', '555-2']);
      });

      it(`while a call is given to an agent who goes meanwhile (${fault}): the next one gets it`, async () => {
        await running([{}], ['1001', '1002']);
        failNext('answer', fault, 'away');
        await engine.call('555-1', 'answered');
        await engine.lose('1001');
        await back();
        expect(connections()).to.deep.equal(['connect 555-1 to 71002']);
        await engine.call('555-1', 'released');
        await engine.end('1002', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0 }) });
        await engine.pass(GRACE, INTERVAL);
        expect(await rows('record_status', 'agent_id', 'attempt')).to.deep.equal([{ record_status: Updated, agent_id: '1002', attempt: 1 }]);
        expect(await engine.status()).to.equal('NotLoaded');
      });

      it(`while a call is given to an agent who goes meanwhile (${fault}), and there is no other: Abandoned`, async () => {
        await running([{}]);
        failNext('answer', fault, 'away');
        await engine.call('555-1', 'answered');
        await engine.logout('1001').catch(() => engine.lose('1001'));
        await back();
        expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([{ record_status: Updated, call_result: CallResult.Abandoned, attempt: 1 }]);
        expect(engine.dialer.asked.at(-1)).to.equal('cancel 555-1');
        expect(await engine.status()).to.equal('NotLoaded');
      });

      it(`while it is noted that a call was answered (${fault}): it waits for an agent as it did`, async () => {
        await running([{}]);
        await engine.state('1001', 'notReady');
        failNext('answer', fault);
        await engine.call('555-1', 'answered');
        await engine.pass(1000);
        await engine.state('1001', 'ready');
        expect(connections()).to.deep.equal(['connect 555-1 to 71001']);
      });

      it(`while the result of a call is written (${fault}): it is written later, and the number not dialed again`, async () => {
        await running([{}]);
        failNext('end', fault);
        await engine.call('555-1', { failed: CallResult.NoAnswer });
        await engine.pass(3 * INTERVAL, INTERVAL);
        expect(placed()).to.deep.equal(['555-1']);
        expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([{ record_status: Updated, call_result: CallResult.NoAnswer, attempt: 1 }]);
        expect(await engine.status()).to.equal('NotLoaded');
      });

      it(`while a release ends its record (${fault}): it is ended later, and its agent free again`, async () => {
        await running([{}, {}], ['1001'], endsAtRelease);
        await engine.call('555-1', 'answered');
        failNext('end', fault);
        await engine.call('555-1', 'released');
        await engine.pass(2 * INTERVAL, INTERVAL);
        expect(placed()).to.deep.equal(['555-1', '555-2']);
        expect((await rows('record_status', 'call_result'))[0]).to.deep.equal({ record_status: Updated, call_result: CallResult.Answer });
      });

      it(`while an agent ends a record after its call (${fault}): it can be sent again`, async () => {
        await running([{}]);
        await engine.call('555-1', 'answered');
        await engine.call('555-1', 'released');
        const handle = engine.dialer.handleOf('555-1');
        failNext('end', fault);
        expect(await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).to.include({ kind: 'refused', number: 11 });
        expect(await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).to.include({ kind: 'ended' });
        expect(await rows('record_status', 'attempt')).to.deep.equal([{ record_status: Updated, attempt: 1 }]);
      });
    }

    it('while a record of a chain is ended: its end and that of the others are one commit', async () => {
      await running([0, 1, 2, 3].map((chain_n) => ({ chain_id: 1, chain_n })));
      await engine.call('555-1', 'answered');
      await engine.call('555-1', 'released');
      const end = () => engine.end('1001', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0 }) });
      engine.client.onQuery = (text) => (/^UPDATE "cl_spring" t\s+SET record_status = CASE done\.others/.test(text) ? new StoreAway('gone in the middle') : undefined);
      expect(await end()).to.include({ kind: 'refused', number: 11 });
      expect(await statuses(store.client)).to.deep.equal([Retrieved, Retrieved, Retrieved, Retrieved]);
      engine.client.onQuery = () => undefined;
      expect(await end()).to.include({ kind: 'ended' });
      expect(await statuses(store.client)).to.deep.equal([Updated, ChainUpdated, ChainUpdated, ChainUpdated]);
      expect(await engine.status()).to.equal('NotLoaded');
    });

    it('only when an answered call has waited long enough: it is dropped then', async () => {
      await running([{}]);
      const go = engine.client.hold(/^UPDATE ocm_hand_out h SET call_state/);
      engine.dialer.tell('answered', '555-1');
      await engine.client.holding();
      engine.clock.advance(2000);
      await engine.client.turns();
      expect(engine.dialer.asked, 'it may be given yet').to.deep.equal(['place 555-1']);
      engine.client.away = true;
      go();
      await engine.settled();
      expect(engine.dialer.asked).to.deep.equal(['place 555-1', 'cancel 555-1']);
      await back();
      expect(await rows('record_status', 'call_result')).to.deep.equal([{ record_status: Updated, call_result: CallResult.Abandoned }]);
    });

    it('all through a call: what was said of it meanwhile counts', async () => {
      await running([{}, {}], ['1001', '1002']);
      await engine.call('555-1', 'answered');
      engine.client.away = true;
      await engine.call('555-2', { failed: CallResult.Busy });
      await engine.call('555-2', { failed: CallResult.NoAnswer });
      for (const what of ['ringing', 'established', 'released'] as const) await engine.call('555-1', what);
      await engine.pass(INTERVAL);
      engine.client.away = false;
      await engine.pass(INTERVAL);
      expect(engine.announcer.calls).to.have.length(3);
      expect(await engine.end('1001', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0 }) }), 'it was released').to.include({ kind: 'ended' });
      expect(await rows('record_status', 'call_result', 'attempt')).to.deep.equal([
        { record_status: Updated, call_result: CallResult.Answer, attempt: 1 }, { record_status: Updated, call_result: CallResult.Busy, attempt: 1 },
      ]);
      expect(await engine.status()).to.equal('NotLoaded');
    });

    it('when another write has failed: a call that is being placed is placed once', async () => {
      await running([{}, {}], []);
      await engine.login('1001', { state: 'notReady' });
      const go = engine.client.hold(/^INSERT INTO ocm_hand_out/);
      engine.gateway.agents.setState(engine.seat('1001'), 'ready');
      await engine.client.holding();
      // the group has to read itself again while the hand-out is under way
      engine.client.onQuery = (text) => {
        if (!text.startsWith('SELECT dbid, status')) return undefined;
        engine.client.onQuery = () => undefined;
        return new Error('refused');
      };
      const changed = engine.request('SetDialingMode', {});
      // it does, and looks at itself, before it hears that the hand-out is written
      engine.gateway.listChanged(501);
      await engine.client.turns();
      go();
      expect((await changed).kind).to.equal('refused');
      await engine.settled();
      expect(placed()).to.deep.equal(['555-1']);
      await engine.pass(INTERVAL);
      expect(placed()).to.deep.equal(['555-1']);
      await engine.call('555-1', { failed: CallResult.Busy });
      expect((await rows('record_status', 'attempt'))[0]).to.deep.equal({ record_status: Updated, attempt: 1 });
    });
  });
});
