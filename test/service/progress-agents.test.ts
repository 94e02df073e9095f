import { expect } from 'chai';
import { CallResult, RecordStatus } from '../../protocol/dictionary/enumerations.js';
import { listOf, rowsOf } from '../store/support.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { addRecords, AUTUMN, type Change, dialing, emptyStore, Engine, final, SHARED, SPRING, statuses } from './support.js';

const { Ready, Retrieved, Updated, AgentError } = RecordStatus;
const GRACE = 60_000;

describe('agents in progress', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const asked = (): string[] => engine.dialer.asked;
  const row = async () => (await rowsOf(store.client, listOf(), 'record_status', 'call_result', 'attempt'))[0];

  /** Spring dials so many records; 1001 is ready, and 555-1 is called. */
  async function ringing(records = 1, change: Change = () => undefined): Promise<number> {
    engine = await Engine.start(store.client, (config) => {
      dialing(config);
      change(config);
    });
    await addRecords(store.client, Array.from({ length: records }, () => ({})));
    await engine.login('1001');
    await engine.dial(SPRING, 0, 'Progress');
    return engine.dialer.handleOf('555-1');
  }

  async function connected(records = 1, change?: Change): Promise<number> {
    const handle = await ringing(records, change);
    await engine.call('555-1', 'answered');
    return handle;
  }

  /** Spring and Autumn dial with these agents, each a list of its own. */
  const startBoth = async (agents: readonly string[]): Promise<void> => {
    engine = await Engine.start(store.client, dialing);
    await addRecords(store.client, Array.from({ length: 20 }, (_, index) => ({ contact_info: `spring-${index}` })));
    await addRecords(store.client, Array.from({ length: 20 }, (_, index) => ({ contact_info: `autumn-${index}` })), 'Autumn');
    for (const agentId of agents) await engine.login(agentId);
    await engine.dial(SPRING, 0, 'Progress');
    await engine.dial(AUTUMN, 0, 'Progress');
  };

  const isOut = (phone: string, index: number): boolean => !asked().slice(index).some((what) => what === `over ${phone}`);
  /** Calls to a list's numbers that are not over. */
  const out = (list: string): string[] => engine.dialer.placed.filter((phone, index) => phone.startsWith(list) && isOut(phone, index));
  const over = async (phone: string): Promise<void> => {
    asked().push(`over ${phone}`);
    await engine.call(phone, { failed: CallResult.Busy });
  };

  describe('whose line is lost', () => {
    it('before the answer: the next one gets the call, or nobody', async () => {
      await ringing();
      await engine.login('1002');
      await engine.lose('1001');
      await engine.call('555-1', 'answered');
      expect(asked()).to.deep.equal(['place 555-1', 'connect 555-1 to 71002']);
    });

    it('while the call is given: the next one gets it', async () => {
      await ringing();
      await engine.login('1002');
      const go = engine.client.hold(/^UPDATE ocm_hand_out h SET call_state/);
      engine.dialer.tell('answered', '555-1');
      await engine.client.holding();
      engine.gateway.agents.lost(engine.seat('1001'));
      go();
      await engine.settled();
      expect(asked()).to.deep.equal(['place 555-1', 'connect 555-1 to 71002']);
      expect(await store.client.query('SELECT agent_id FROM ocm_hand_out', [])).to.deep.equal([{ agent_id: '1002' }]);
      await engine.pass(GRACE);
      expect(await statuses(store.client), 'nothing of it was the first one\'s').to.deep.equal([Retrieved]);
    });

    for (const stage of ['ringing', 'established', 'released'] as const) {
      const stages = ['ringing', 'established', 'released'].slice(0, ['ringing', 'established', 'released'].indexOf(stage) + 1);

      it(`when it was ${stage}: back in time, the record is its own`, async () => {
        const handle = await connected();
        for (const what of stages) await engine.call('555-1', what as typeof stage);
        await engine.lose('1001');
        await engine.pass(GRACE - 1);
        await engine.login('1001');
        await engine.pass(GRACE, 10_000);
        expect(asked(), 'nothing was dropped').to.deep.equal(['place 555-1', 'connect 555-1 to 71001']);
        const again = await engine.record('1001');
        expect(again, 'it can ask for it').to.deep.include({ handle, callResult: CallResult.Answer });
        const ended = engine.ending('1001', handle, { ending: final({ attempts: 0 }) });
        await engine.settled();
        if (stage !== 'released') await engine.call('555-1', 'released');
        expect(await ended).to.include({ kind: 'ended', handle });
        expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.Answer, attempt: 1 });
      });

      it(`when it was ${stage}: after agentGrace it is AgentError, and the call dropped`, async () => {
        await connected();
        for (const what of stages) await engine.call('555-1', what as typeof stage);
        await engine.lose('1001');
        await engine.pass(GRACE - 1);
        expect(await statuses(store.client)).to.deep.equal([Retrieved]);
        await engine.pass(1);
        expect(await row()).to.deep.equal({ record_status: AgentError, call_result: CallResult.Answer, attempt: 1 });
        expect(asked().slice(2)).to.deep.equal(stage === 'released' ? [] : ['cancel 555-1']);
        expect(engine.announcer.calls.filter((what) => what.startsWith('released')), 'released once').to.have.length(1);
        await engine.login('1001');
        expect(asked().filter((what) => what.startsWith('place')), 'never again').to.deep.equal(['place 555-1']);
      });
    }

    it('and comes back during the call, or after it: told how the call stands, on the DN where it is now', async () => {
      const handle = await connected();
      for (const what of ['ringing', 'established'] as const) await engine.call('555-1', what);
      await engine.lose('1001');
      await engine.login('1001', { dn: '79999' });
      expect(engine.announcer.calls.slice(2)).to.deep.equal(['established 555-1 1001 on 79999']);
      await engine.lose('1001');
      await engine.login('1002', { dn: '71001' });
      await engine.call('555-1', 'released');
      expect(engine.announcer.calls.slice(3), 'nobody else is told').to.deep.equal([]);
      await engine.login('1001', { dn: '79999' });
      expect(engine.announcer.calls.slice(3)).to.deep.equal(['released 555-1 1001 on 79999']);
      expect(await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).to.include({ kind: 'ended' });
    });

    it('with the record ended during the call: it ends as the agent said', async () => {
      const handle = await connected();
      void engine.ending('1001', handle, { ending: final({ callResult: CallResult.WrongParty, attempts: 0 }) });
      await engine.settled();
      await engine.lose('1001');
      await engine.pass(GRACE);
      expect(asked().at(-1)).to.equal('cancel 555-1');
      expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.WrongParty, attempt: 1 });
    });

    it('and whose call is released during agentGrace where the release ends records', async () => {
      await connected(1, (config) => (config.campaignGroups[0]!['recordProcessed'] = false));
      await engine.lose('1001');
      await engine.call('555-1', 'released');
      expect(await row()).to.deep.equal({ record_status: Updated, call_result: CallResult.Answer, attempt: 1 });
    });
  });

  describe('who log out', () => {
    it('with a call up: it is dropped, and the record AgentError', async () => {
      await connected();
      await engine.call('555-1', 'ringing');
      await engine.logout('1001');
      expect(asked().at(-1)).to.equal('cancel 555-1');
      expect(engine.announcer.calls).to.deep.equal(['ringing 555-1 1001 on 71001', 'released 555-1 1001 on 71001']);
      expect(await row()).to.deep.equal({ record_status: AgentError, call_result: CallResult.Answer, attempt: 1 });
    });
  });

  describe('who say NotReady', () => {
    it('during the call get no other after it', async () => {
      const handle = await connected(2);
      await engine.state('1001', 'notReady');
      await engine.call('555-1', 'released');
      expect((await engine.end('1001', handle, { ending: final({ attempts: 0 }) })).kind).to.equal('ended');
      expect(asked().filter((what) => what.startsWith('place'))).to.deep.equal(['place 555-1']);
      await engine.state('1001', 'ready');
      expect(asked().at(-1)).to.equal('place 555-2');
    });

    it('while a call is given to them do not get it', async () => {
      await ringing();
      const go = engine.client.hold(/^UPDATE ocm_hand_out h SET call_state/);
      engine.dialer.tell('answered', '555-1');
      await engine.client.holding();
      engine.gateway.agents.setState(engine.seat('1001'), 'notReady');
      go();
      await engine.settled();
      expect(asked()).to.deep.equal(['place 555-1']);
      await engine.state('1001', 'ready');
      expect(asked().at(-1)).to.equal('connect 555-1 to 71001');
    });
  });

  it('who leave the campaign get no call of it, and have left when their record is ended', async () => {
    const handle = await connected(3);
    let left = false;
    engine.gateway.records.leave('1001', 'Spring', () => (left = true));
    await engine.call('555-1', 'released');
    expect(left).to.equal(false);
    await engine.end('1001', handle, { ending: final({ attempts: 0 }) });
    expect(left).to.equal(true);
    expect(asked().filter((what) => what.startsWith('place'))).to.deep.equal(['place 555-1']);
  });

  describe('whom two groups share', () => {
    it('are each dialed for once, by the two in turn', async () => {
      await startBoth(['1001', '1002']);
      for (let calls = 0; calls < 12; calls += 1) {
        expect(out('spring').length + out('autumn').length, `after ${calls} calls`).to.equal(2);
        const [phone = ''] = [...out('spring'), ...out('autumn')].toSorted((a, b) => asked().indexOf(`place ${a}`) - asked().indexOf(`place ${b}`));
        await over(phone);
      }
      const share = engine.dialer.placed.filter((phone) => phone.startsWith('autumn')).length / engine.dialer.placed.length;
      expect(share).to.be.within(0.3, 0.7);
    });

    it('are on one call at a time', async () => {
      await startBoth(['1001', '1002']);
      for (const phone of engine.dialer.placed) await engine.call(phone, 'answered');
      const dns = asked().filter((what) => what.startsWith('connect')).map((what) => what.split(' to ')[1]);
      expect(dns).to.have.members(['71001', '71002']);
      expect(engine.dialer.placed).to.have.length(2);
    });

    it('go to the one that dials where the other has nothing to dial', async () => {
      await startBoth(['1001', '1002']);
      await store.client.query('UPDATE cl_autumn SET record_status = 3 WHERE record_status = 1', []);
      for (let calls = 0; calls < 20; calls += 1) await over([...out('autumn'), ...out('spring')][0] ?? '');
      expect(out('autumn')).to.have.length(0);
      expect(out('spring')).to.have.length(2);
    });

    it('are not counted by a group of others on the same list', async () => {
      engine = await Engine.start(store.client, dialing);
      await addRecords(store.client, Array.from({ length: 6 }, () => ({})));
      for (const agentId of ['1001', '2001']) await engine.login(agentId);
      await engine.dial(SPRING, 0, 'Progress');
      await engine.dial(SHARED, 0, 'Progress');
      expect(engine.dialer.placed).to.have.length(2);
      expect(new Set(engine.dialer.placed).size, 'no number twice').to.equal(2);
    });
  });

  it('get nothing of what is Ready again after a call of an earlier session', async () => {
    const handle = await connected(2);
    await engine.request('ForceUnload');
    await engine.settled();
    expect(await statuses(store.client)).to.deep.equal([Retrieved, Ready]);
    await engine.dial(SPRING, 0, 'Progress');
    expect(asked().filter((what) => what.startsWith('place')), 'busy with a call of before').to.deep.equal(['place 555-1']);
    await engine.call('555-1', 'released');
    await engine.end('1001', handle, { ending: final({ attempts: 0 }) });
    expect(asked().at(-1)).to.equal('place 555-2');
  });
});
