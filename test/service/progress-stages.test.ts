import { expect } from 'chai';
import { CallResult, RecordStatus } from '../../protocol/dictionary/enumerations.js';
import type { EndOutcome } from '../../src/service/ports.js';
import { listOf, type Row, rowsOf } from '../store/support.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { FakeDialer } from '../support/fake-dialer.js';
import { addRecords, AUTUMN, type Change, dialing, dialingAnd, dialInProgress, emptyStore, Engine, final, statuses } from './support.js';

const { Ready, Retrieved, Updated, AgentError } = RecordStatus;
const GRACE = 60_000;
const INTERVAL = 10_000;
const ABANDON = 2000;

const endsAtRelease: Change = (config) => (config.campaignGroups[0]!['recordProcessed'] = false);
const wrongParty = final({ callResult: CallResult.WrongParty, attempts: 0 });

describe('progress, stage by stage', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore('embedded')));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const asked = (): string[] => engine.dialer.asked;
  const row = async (index = 0) => (await rowsOf(store.client, listOf(), 'record_status', 'call_result', 'attempt'))[index];

  async function running(records: readonly Row[], agents: readonly string[] = ['1001'], change: Change = () => undefined, flag: 0 | 1 = 0): Promise<void> {
    engine = await Engine.start(store.client, dialingAnd(change));
    await dialInProgress(engine, store.client, records, agents, flag);
  }

  async function connected(records: readonly Row[] = [{}, {}], change?: Change): Promise<number> {
    await running(records, ['1001'], change);
    await engine.call('555-1', 'answered');
    return engine.dialer.handleOf('555-1');
  }

  async function report(handle: number, callResult: number | null, calledAt: number | null = null): Promise<void> {
    const outcome = new Promise((resolve) => {
      engine.gateway.desktops.record({ kind: 'report', agentId: '1001', handle, report: () => ({ callResult, calledAt, customFields: {} }), answer: resolve });
    });
    expect(await outcome).to.include({ kind: 'reported' });
    await engine.settled();
  }

  /** The commits that end records fail so, once, and the store is away until it is said to be back. */
  function failEnd(fault: 'rolledBack' | 'acknowledgmentLost'): void {
    engine.client.onCommit = (texts) => {
      if (!texts.some((text) => text.startsWith('UPDATE ocm_hand_out h SET ended_at'))) return undefined;
      engine.client.onCommit = () => undefined;
      engine.client.away = true;
      return fault;
    };
  }

  async function back(): Promise<void> {
    engine.client.away = false;
    await engine.pass(INTERVAL);
  }

  async function restart(): Promise<number> {
    const handle = await connected([{}]);
    engine.crash();
    const dead = engine;
    const dialer = new FakeDialer();
    dialer.up = new Set([handle]);
    engine = await Engine.start(store.client, dialing, dead.clock.now(), () => undefined, dialer);
    await dead.stop();
    return handle;
  }

  /** It is free: the next number is called for it, and its call is connected to it. */
  async function takesTheNext(dn = '71001'): Promise<void> {
    expect(asked().at(-1)).to.equal('place 555-2');
    await engine.call('555-2', 'answered');
    expect(asked().at(-1)).to.equal(`connect 555-2 to ${dn}`);
    expect(asked().filter((what) => what === 'place 555-1')).to.have.length(1);
  }

  describe('an agent', () => {
    const STAGES = ['connected', 'ringing', 'established', 'released'] as const;
    type Stage = (typeof STAGES)[number];

    async function reach(stage: Stage): Promise<number> {
      const handle = await connected();
      for (const what of STAGES.slice(1, STAGES.indexOf(stage) + 1)) await engine.call('555-1', what as Exclude<Stage, 'connected'>);
      return handle;
    }

    async function finish(stage: Stage, handle: number): Promise<void> {
      if (stage !== 'released') await engine.call('555-1', 'released');
      expect(await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).to.include({ kind: 'ended' });
      expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.Answer, attempt: 1 });
    }

    for (const stage of STAGES) {
      it(`who logs out when the call is ${stage} has it dropped and told, and the record is AgentError`, async () => {
        await reach(stage);
        await engine.logout('1001');
        expect(asked().filter((what) => what.startsWith('cancel'))).to.deep.equal(stage === 'released' ? [] : ['cancel 555-1']);
        expect(engine.announcer.calls.filter((what) => what.startsWith('released'))).to.deep.equal(['released 555-1 1001 on 71001']);
        expect(await row()).to.deep.equal({ record_status: AgentError, call_result: CallResult.Answer, attempt: 1 });
        await engine.login('1001', { dn: '79999' });
        await takesTheNext('79999');
      });

      it(`who says NotReady when the call is ${stage} keeps it, and gets no other before it is ready`, async () => {
        const handle = await reach(stage);
        await engine.state('1001', 'notReady');
        await finish(stage, handle);
        expect(engine.dialer.placed).to.deep.equal(['555-1']);
        await engine.state('1001', 'ready');
        await takesTheNext();
      });

      it(`who logs in once more on the same DN when the call is ${stage} keeps it, and can ask for the record`, async () => {
        const handle = await reach(stage);
        expect(await engine.login('1001')).to.include({ kind: 'loggedIn' });
        await engine.pass(GRACE, INTERVAL);
        expect((await engine.record('1001')).handle).to.equal(handle);
        await finish(stage, handle);
        expect(engine.announcer.calls.at(-1)).to.equal('released 555-1 1001 on 71001');
        await takesTheNext();
      });

      it(`who leaves the campaign when the call is ${stage} has left when the record is ended`, async () => {
        const handle = await reach(stage);
        let left = false;
        engine.gateway.records.leave('1001', 'Spring', () => (left = true));
        await engine.settled();
        expect(left).to.equal(false);
        await finish(stage, handle);
        expect(left).to.equal(true);
        expect(engine.dialer.placed).to.deep.equal(['555-1']);
        await engine.state('1001', 'ready');
        await takesTheNext();
      });
    }

    const departures = {
      'loses its line': () => engine.gateway.agents.lost(engine.seat('1001')),
      'logs out': () => void engine.gateway.agents.logout(engine.seat('1001')),
      'says NotReady': () => engine.gateway.agents.setState(engine.seat('1001'), 'notReady'),
      'logs in once more': () => void engine.gateway.agents.login({ agentId: '1001', dn: '71001', line: {} }, () => undefined),
    };
    for (const [departure, depart] of Object.entries(departures)) {
      it(`who ${departure} while the call is given to it does not get it: it is Abandoned, and the agent gets the next`, async () => {
        await running([{}, {}]);
        const answer = (): void => engine.dialer.tell('answered', '555-1');
        // a login or logout that is written first counts, although the call was given before it was
        const isWritten = departure.startsWith('logs');
        const go = engine.client.hold(isWritten ? /ocm_agent_login/ : /^UPDATE ocm_hand_out h SET call_state/);
        (isWritten ? depart : answer)();
        await engine.client.holding();
        (isWritten ? answer : depart)();
        await engine.client.turns();
        go();
        await engine.settled();
        expect(await store.client.query('SELECT agent_id FROM ocm_hand_out', []), 'it was given').to.deep.equal([{ agent_id: '1001' }]);
        expect(asked()).to.deep.equal(['place 555-1']);
        await engine.pass(ABANDON);
        expect(asked()).to.deep.equal(['place 555-1', 'cancel 555-1']);
        expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.Abandoned, attempt: 1 });
        if (engine.agents.find('1001') === undefined) await engine.login('1001');
        else await engine.state('1001', 'ready');
        await takesTheNext();
      });
    }

    it('who leaves the campaign while the call is given to it gets it, and has left when it is ended', async () => {
      await running([{}, {}]);
      const go = engine.client.hold(/^UPDATE ocm_hand_out h SET call_state/);
      engine.dialer.tell('answered', '555-1');
      await engine.client.holding();
      let left = false;
      engine.gateway.records.leave('1001', 'Spring', () => (left = true));
      await engine.client.turns();
      expect(left).to.equal(false);
      go();
      await engine.settled();
      expect(asked().at(-1)).to.equal('connect 555-1 to 71001');
      expect(left).to.equal(false);
      await finish('established', engine.dialer.handleOf('555-1'));
      expect(left).to.equal(true);
    });

    it('who logs out having ended the record during the call: it ends as it said', async () => {
      const handle = await connected();
      const said = engine.ending('1001', handle, { ending: wrongParty });
      await engine.settled();
      await engine.logout('1001');
      expect(await said).to.include({ kind: 'ended', callResult: CallResult.WrongParty });
      expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.WrongParty, attempt: 1 });
    });
  });

  describe('what is reported during the call', () => {
    it('is the result where the release ends the record', async () => {
      const handle = await connected([{}, {}], endsAtRelease);
      await report(handle, CallResult.WrongParty);
      await engine.call('555-1', 'released');
      expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.WrongParty, attempt: 1 });
      expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
    });

    it('is treated as any result', async () => {
      const handle = await connected([{}], (config) => {
        endsAtRelease(config);
        config['treatments'] = [{ dbid: 601, name: 'Again', callResult: 'WrongParty', action: 'RetryIn', interval: '1m' }];
        config.callingLists[0]!['treatments'] = [601];
      });
      await report(handle, CallResult.WrongParty);
      await engine.call('555-1', 'released');
      expect(await row()).to.deep.equal({ record_status: Ready, call_result: CallResult.WrongParty, attempt: 1 });
    });

    it('is kept where its agent then says nothing of the result', async () => {
      const handle = await connected();
      await report(handle, CallResult.WrongParty);
      await engine.call('555-1', 'released');
      expect(await engine.end('1001', handle, { ending: final({ callResult: null, attempts: 0 }) })).to.include({ callResult: CallResult.WrongParty });
      expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.WrongParty, attempt: 1 });
    });

    for (const how of ['logout', 'lose'] as const) {
      it(`is kept where its agent goes (${how})`, async () => {
        const handle = await connected();
        await report(handle, CallResult.WrongParty);
        await engine[how]('1001');
        await engine.pass(GRACE);
        expect(await row()).to.deep.equal({ record_status: AgentError, call_result: CallResult.WrongParty, attempt: 1 });
      });
    }

    it('leaves the time of the call what it was', async () => {
      await running([{}]);
      const at = engine.clock.now() / 1000;
      await engine.pass(5000, 1000);
      await engine.call('555-1', 'answered');
      await report(engine.dialer.handleOf('555-1'), CallResult.WrongParty, engine.clock.now());
      expect((await rowsOf(store.client, listOf(), 'call_time', 'call_result', 'attempt'))[0]).to.deep.equal({ call_time: at, call_result: CallResult.WrongParty, attempt: 1 });
      await engine.call('555-1', 'released');
      await engine.end('1001', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0, calledAt: engine.clock.now() }) });
      expect((await rowsOf(store.client, listOf(), 'call_time'))[0]).to.deep.equal({ call_time: at });
    });
  });

  describe('what an agent says during the call, and the store fails at the release', () => {
    for (const fault of ['rolledBack', 'acknowledgmentLost'] as const) {
      async function said(change?: Change): Promise<{ handle: number; answer: Promise<EndOutcome> }> {
        const handle = await connected([{}, {}], change);
        const answer = engine.ending('1001', handle, { ending: wrongParty });
        await engine.settled();
        failEnd(fault);
        return { handle, answer };
      }
      const written = async (): Promise<void> => expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.WrongParty, attempt: 1 }) as never;

      it(`is to be said again, and the agent is free (${fault})`, async () => {
        const { handle, answer } = await said();
        await engine.call('555-1', 'released');
        expect(await answer).to.include({ kind: 'refused', number: 11 });
        await back();
        expect(await engine.end('1001', handle, { ending: wrongParty })).to.include({ kind: 'ended', callResult: CallResult.WrongParty });
        await written();
        expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
      });

      it(`is written all the same where the release ends records, and is acknowledged if it is said again (${fault})`, async () => {
        const { handle, answer } = await said(endsAtRelease);
        await engine.call('555-1', 'released');
        expect(await answer).to.include({ kind: 'refused', number: 11 });
        const again = engine.ending('1001', handle, { ending: wrongParty });
        await back();
        await written();
        await again;
        expect(await engine.end('1001', handle, { ending: wrongParty })).to.include({ kind: 'ended', callResult: CallResult.WrongParty });
        expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
      });

      it(`is written all the same where the agent has gone (${fault})`, async () => {
        const { answer } = await said();
        await engine.lose('1001');
        await engine.call('555-1', 'released');
        expect(await answer).to.include({ kind: 'refused', number: 11 });
        await back();
        await engine.pass(GRACE, INTERVAL);
        await written();
        await engine.login('1001');
        expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
      });
    }
  });

  describe('a gateway that starts again with a call up', () => {
    it('tells the DN where its agent is now', async () => {
      const handle = await restart();
      await engine.login('1001', { dn: '79999' });
      expect(engine.announcer.calls, 'as soon as it is there').to.deep.equal(['established 555-1 1001 on 79999']);
      engine.dialer.tell('released', handle);
      await engine.settled();
      expect(engine.announcer.calls.slice(1)).to.deep.equal(['released 555-1 1001 on 79999']);
      expect(await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).to.include({ kind: 'ended' });
    });

    it('tells nobody while the agent is not there, who is told when it is and ends the record', async () => {
      const handle = await restart();
      engine.dialer.tell('released', handle);
      await engine.settled();
      expect(engine.announcer.calls).to.deep.equal([]);
      await engine.login('1001');
      expect(engine.announcer.calls).to.deep.equal(['released 555-1 1001 on 71001']);
      expect((await engine.record('1001')).call).to.equal('released');
      expect(await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).to.include({ kind: 'ended' });
    });
  });

  describe('a group', () => {
    it('that is completed waits for calls that ring and for records in hand', async () => {
      await running([{}, {}, {}], ['1001', '1002']);
      await engine.call('555-1', 'answered');
      expect((await engine.request('Complete')).kind).to.equal('waiting');
      await engine.call('555-2', { failed: CallResult.NoAnswer });
      await engine.call('555-1', 'released');
      expect(await engine.status()).to.equal('WaitingUnload');
      await engine.end('1001', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0 }) });
      expect(await engine.status()).to.equal('NotLoaded');
      expect(await statuses(store.client)).to.deep.equal([Updated, Updated, Ready]);
    });

    it('that is unloaded by force while a call is given to an agent: it is that agent\'s, or dropped', async () => {
      await running([{}, {}]);
      const go = engine.client.hold(/^UPDATE ocm_hand_out h SET call_state/);
      engine.dialer.tell('answered', '555-1');
      await engine.client.holding();
      const unloaded = engine.request('ForceUnload');
      await engine.client.turns();
      go();
      await unloaded;
      await engine.settled();
      expect(await engine.status()).to.equal('NotLoaded');
      const isHis = asked().includes('connect 555-1 to 71001');
      expect(asked().includes('cancel 555-1')).to.equal(!isHis);
      if (isHis) {
        await engine.call('555-1', 'released');
        await engine.end('1001', engine.dialer.handleOf('555-1'), { ending: final({ attempts: 0 }) });
      }
      expect(await row()).to.deep.equal({ record_status: Updated, call_result: isHis ? CallResult.Answer : CallResult.Abandoned, attempt: 1 });
    });

    it('that was unloaded by force: who goes with its call up leaves AgentError', async () => {
      await connected();
      await engine.request('ForceUnload');
      await engine.lose('1001');
      await engine.pass(GRACE);
      expect(asked().at(-1)).to.equal('cancel 555-1');
      expect(await row()).to.deep.equal({ record_status: AgentError, call_result: CallResult.Answer, attempt: 1 });
    });

    it('whose agents have gone gives back what it has not called, and abandons who answers', async () => {
      await running([{}, {}, {}], ['1001']);
      await engine.logout('1001');
      await engine.call('555-1', 'answered');
      await engine.pass(ABANDON);
      await engine.pass(INTERVAL);
      expect(await statuses(store.client)).to.deep.equal([Updated, Ready, Ready]);
      expect((await row())?.call_result).to.equal(CallResult.Abandoned);
      await engine.login('1002');
      expect(asked().at(-1)).to.equal('place 555-2');
    });

    it('whose agents have gone does not hold up another group of the agents who are left', async () => {
      await running([{}, {}], ['1001']);
      await addRecords(store.client, [{ contact_info: 'autumn-1' }, { contact_info: 'autumn-2' }], 'Autumn');
      await engine.dial(AUTUMN, 0, 'Progress');
      expect(engine.dialer.placed, 'one agent, one call').to.deep.equal(['555-1']);
      await engine.logout('1001');
      await engine.login('1002');
      expect(engine.dialer.placed, 'that one may be for the other').to.deep.equal(['555-1']);
      await engine.call('555-1', { failed: CallResult.Busy });
      expect(engine.dialer.placed).to.have.length(2);
    });

    it('goes on with the next of a chain after a time, and waits for it', async () => {
      await running([0, 1, 2, 3].map((chain_n) => ({ chain_id: 1, chain_n })), ['1001'], (config) => {
        config['treatments'] = [{ dbid: 605, name: 'Next later', callResult: 'NoAnswer', action: 'NextInChainAfter', interval: '20m' }];
        config.callingLists[0]!['treatments'] = [605];
      }, 1);
      const at = engine.clock.now() / 1000;
      await engine.call('555-1', { failed: CallResult.NoAnswer });
      expect(await rowsOf(store.client, listOf(), 'record_status', 'dial_sched_time')).to.deep.equal([
        { record_status: Updated, dial_sched_time: null }, { record_status: Ready, dial_sched_time: at + 1200 },
        { record_status: Ready, dial_sched_time: null }, { record_status: Ready, dial_sched_time: null },
      ]);
      await engine.pass(1_199_000, 60_000);
      expect(engine.dialer.placed).to.deep.equal(['555-1']);
      await engine.pass(INTERVAL + 1000, 1000);
      expect(engine.dialer.placed).to.deep.equal(['555-1', '555-2']);
      await engine.call('555-2', 'answered');
      await engine.call('555-2', 'released');
      await engine.end('1001', engine.dialer.handleOf('555-2'), { ending: final({ attempts: 0 }) });
      expect(await statuses(store.client)).to.deep.equal([Updated, Updated, RecordStatus.ChainUpdated, RecordStatus.ChainUpdated]);
      expect(engine.events().at(-1)).to.equal('Unloaded');
    });
  });

  it('nothing is left Retrieved of a list that was called through', async () => {
    await running(Array.from({ length: 6 }, () => ({})), ['1001', '1002'], endsAtRelease, 1);
    for (const phone of ['555-1', '555-2', '555-3', '555-4', '555-5', '555-6']) {
      await engine.call(phone, 'answered');
      await engine.call(phone, 'released');
    }
    expect(await statuses(store.client)).to.not.include(Retrieved);
    expect(engine.events().at(-1)).to.equal('Unloaded');
    expect(engine.clock.pending, 'no timer is left but the hourly one').to.equal(1);
  });
});
