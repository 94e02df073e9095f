import { expect } from 'chai';
import { UserEventError } from '../../protocol/dictionary/enumerations.js';
import type { EndOutcome } from '../../src/service/ports.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { addRecords, AUTUMN, type Change, emptyStore, Engine, final, SPRING, statuses } from './support.js';

const GRACE = 60_000;
const CANCELLED = 5;
const READY = 1;
const RETRIEVED = 2;
const UPDATED = 3;

const numberOf = (outcome: EndOutcome): number | string => (outcome.kind === 'refused' ? outcome.number : outcome.kind);

describeOnStores('records in other hands', (openTestStore, kind) => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(() => emptyStore(store.client));
  afterEach(() => engine.stop());

  const start = async (change?: Change): Promise<Engine> => (engine = await Engine.start(store.client, change));
  const openHandOuts = async (): Promise<number> => (await store.client.query('SELECT 1 FROM ocm_hand_out WHERE ended_at IS NULL', [])).length;

  /** Agent 1001 has the only record of Spring in hand. */
  async function inHand(flag: 0 | 1 = 0): Promise<number> {
    await start();
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, flag);
    return (await engine.record('1001')).handle;
  }

  if (kind === 'postgres') {
    it('are not closed by anybody else while they are handed out, nor handed out while they are closed', async () => {
      await start();
      await addRecords(store.client, [{}]);
      await engine.login('1001');
      await engine.dial(SPRING, 0);
      const go = engine.client.hold(/SET record_status = \$4, call_result = \$5/);
      const order = { kind: 'cancel', agentId: '1002', of: { phone: '555-1' }, customerId: null, wholeChain: true, listDbids: [501], campaignId: 101 } as const;
      const closed = engine.gateway.records.close(order, 'a request');
      await engine.client.holding();
      const asked = engine.ask('1001');
      while (!engine.client.texts.some((text) => text.endsWith('ORDER BY dbid FOR SHARE'))) await engine.client.turns();
      // time enough for a hand-out that waits for nobody
      await store.client.query('SELECT pg_sleep(0.1)');
      expect(await openHandOuts(), 'it waits').to.equal(0);
      go();
      expect((await closed).kind).to.equal('closed');
      await engine.settled();
      expect(asked.answered?.kind).to.not.equal('record');
      expect([await statuses(store.client), await openHandOuts()]).to.deep.equal([[CANCELLED], 0]);
    });
  }

  it('show that agents work, and how long they waited, for ten seconds', async () => {
    const handle = await inHand();
    expect(engine.gateway.agentsWait()).to.equal(0);
    const go = engine.client.hold(/^UPDATE ocm_hand_out/);
    const ended = engine.end('1001', handle);
    await engine.client.holding();
    engine.clock.advance(70);
    go();
    await ended;
    expect(engine.gateway.agentsWait()).to.equal(70);
    await engine.pass(9_900);
    expect(engine.gateway.agentsWait()).to.equal(70);
    await engine.pass(31);
    expect(engine.gateway.agentsWait()).to.equal(undefined);
  });

  describe('end once', () => {
    it('with the result that the agent gives, acknowledged when it is durable', async () => {
      const handle = await inHand();
      const outcome = await engine.ending('1001', handle, { ending: final({ callResult: 33, calledAt: 5000 }) });
      expect(await statuses(store.client)).to.deep.equal([UPDATED]);
      expect(outcome).to.deep.include({ kind: 'ended', handle, listDbid: 501, callResult: 33 });
      const [row] = await store.client.query('SELECT call_result, attempt, call_time, agent_id FROM cl_spring', []);
      expect(row).to.deep.equal({ call_result: 33, attempt: 1, call_time: 5, agent_id: '1001' });
    });

    it('and are acknowledged again for the same content from the same agent, within replayWindow', async () => {
      const handle = await inHand();
      const first = await engine.end('1001', handle, { content: 'a' });
      expect(await engine.end('1001', handle, { content: 'a' })).to.deep.equal(first);
      expect(numberOf(await engine.end('1001', handle, { content: 'b' })), 'another content').to.equal(UserEventError.UnknownRecordHandle);
      await engine.login('1002');
      expect(numberOf(await engine.end('1002', handle, { content: 'a' })), 'another agent').to.equal(UserEventError.UnknownRecordHandle);
      await engine.pass(300_000, 10_000);
      expect(numberOf(await engine.end('1001', handle, { content: 'a' })), 'to its last moment').to.equal('ended');
      await engine.pass(1);
      expect(numberOf(await engine.end('1001', handle, { content: 'a' }))).to.equal(UserEventError.UnknownRecordHandle);
      const [row] = await store.client.query('SELECT attempt FROM cl_spring', []);
      expect(row, 'one attempt').to.deep.equal({ attempt: 1 });
    });

    it('whoever comes first, of two requests at the same moment', async () => {
      const handle = await inHand();
      const outcomes = await Promise.all([
        engine.ending('1001', handle, { content: 'a', ending: final({ callResult: 6 }) }), engine.ending('1001', handle, { content: 'b', ending: final({ callResult: 33 }) }),
        engine.ending('1001', handle, { content: 'a', ending: final({ callResult: 6 }) }),
      ]);
      expect(outcomes.map(numberOf)).to.deep.equal(['ended', UserEventError.UnknownRecordHandle, 'ended']);
      const [row] = await store.client.query('SELECT call_result, attempt FROM cl_spring', []);
      expect(row).to.deep.equal({ call_result: 6, attempt: 1 });
    });

    it('by the agent who has them', async () => {
      const handle = await inHand();
      await engine.login('1002');
      expect(await engine.end('1002', handle)).to.deep.include({ kind: 'refused', number: UserEventError.RecordNotWithAgent, handle });
      expect(numberOf(await engine.end('1001', 999_999))).to.equal(UserEventError.UnknownRecordHandle);
      expect(await statuses(store.client)).to.deep.equal([RETRIEVED]);
    });

    it('and a refused end leaves them where they are', async () => {
      const handle = await inHand();
      const outcome = await new Promise<EndOutcome>((resolve) => {
        engine.gateway.desktops.record({
          kind: 'end', agentId: '1001', handle, content: 'x', acknowledgment: () => 'Acknowledge', answer: resolve,
          ending: () => ({ kind: 'refused', number: UserEventError.BadValue, message: 'age' }),
        });
      });
      expect(outcome).to.deep.include({ kind: 'refused', number: UserEventError.BadValue, handle });
      expect(numberOf(await engine.end('1001', handle))).to.equal('ended');
    });

    it('in the name of their campaign, also where the agent is in another group before', async () => {
      await start();
      await addRecords(store.client, [{}], 'Autumn');
      await engine.login('1001');
      await engine.dial(AUTUMN, 0);
      const { handle } = await engine.record('1001', 'Autumn');
      const first = await engine.end('1001', handle);
      const again = await engine.end('1001', handle);
      expect(first).to.have.nested.property('group.dbid', AUTUMN);
      expect(again).to.deep.equal(first);
    });

    it('with the others of their chain', async () => {
      await start();
      await addRecords(store.client, [{ chain_id: 1, chain_n: 1 }, { chain_id: 1, chain_n: 0 }]);
      await engine.login('1001');
      await engine.dial();
      const record = await engine.record('1001');
      expect(record.chain.records.map(({ recordId }) => recordId)).to.deep.equal([2, 1]);
      await engine.end('1001', record.handle);
      expect(await statuses(store.client)).to.deep.equal([7, UPDATED]);
      expect(engine.events()).to.include('Unloaded');
    });

    it('with what joined their chain meanwhile, where something is said of the whole chain', async () => {
      await start();
      await addRecords(store.client, [{ chain_id: 1 }, { chain_id: 2 }]);
      await engine.login('1001');
      await engine.dial(SPRING, 0);
      const first = await engine.record('1001');
      await addRecords(store.client, [{ record_id: 11, chain_id: 1, chain_n: 1 }, { record_id: 12, chain_id: 2, chain_n: 1 }]);
      await engine.end('1001', first.handle, { ending: final({ marksChain: true, callResult: CANCELLED }) });
      const second = await engine.record('1001');
      await engine.end('1001', second.handle);
      expect(await statuses(store.client), 'and is dialed where it is not').to.deep.equal([UPDATED, UPDATED, UPDATED, 1]);
      const [joined] = await store.client.query('SELECT call_result FROM cl_spring WHERE record_id = 11', []);
      expect(joined).to.deep.equal({ call_result: CANCELLED });
    });
  });

  describe('of an agent whose line is lost', () => {
    it('stay with it for agentGrace, then are Ready again', async () => {
      const handle = await inHand(1);
      await engine.lose('1001');
      await engine.pass(GRACE - 1, 10_000);
      expect(await statuses(store.client)).to.deep.equal([RETRIEVED]);
      await engine.pass(1);
      expect(await statuses(store.client)).to.deep.equal([READY]);
      expect(await openHandOuts()).to.equal(0);
      expect(engine.events(), 'it is due, and holds the group').to.deep.equal(['Loaded', 'Started']);
      await engine.login('1001');
      expect(numberOf(await engine.end('1001', handle)), 'too late').to.equal(UserEventError.UnknownRecordHandle);
      expect((await engine.preview('1001')).kind).to.equal('record');
    });

    it('are the agent\'s as if nothing had happened, where it is back in time, on any DN', async () => {
      const handle = await inHand(1);
      await engine.lose('1001');
      await engine.pass(GRACE - 1, 10_000);
      await engine.login('1001', { dn: '7999' });
      await engine.pass(2 * GRACE, 10_000);
      expect(await statuses(store.client)).to.deep.equal([RETRIEVED]);
      expect(numberOf(await engine.end('1001', handle))).to.equal('ended');
      expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
    });

    it('are the agent\'s where the grace ends while its return waits in the mailbox', async () => {
      await inHand();
      await engine.lose('1001');
      await engine.pass(GRACE - 1, 10_000);
      await engine.login('1002');
      const go = engine.client.hold(/ended_at, ending, end_result/);
      const busy = engine.ending('1002', 999_999);
      await engine.client.holding();
      await engine.login('1001');
      engine.clock.advance(1);
      go();
      await busy;
      await engine.pass(GRACE, 10_000);
      expect(await openHandOuts()).to.equal(1);
    });

    it('have a grace of their own with every loss', async () => {
      await inHand();
      await engine.lose('1001');
      await engine.pass(GRACE - 1, 10_000);
      await engine.login('1001');
      await engine.lose('1001');
      await engine.pass(GRACE - 1, 10_000);
      expect(await statuses(store.client)).to.deep.equal([RETRIEVED]);
      await engine.pass(1);
      expect(await statuses(store.client)).to.deep.equal([READY]);
    });

    it('are final, AgentError, where a result was reported', async () => {
      const handle = await inHand(1);
      await store.client.query('UPDATE ocm_hand_out SET call_result = 33', []);
      await engine.stop();
      engine = await Engine.start(store.client);
      await engine.pass(GRACE, 10_000);
      const [row] = await store.client.query('SELECT record_status, call_result, agent_id FROM cl_spring', []);
      expect(row).to.deep.equal({ record_status: 6, call_result: 33, agent_id: '1001' });
      expect(engine.events(), `record ${handle} was the last`).to.deep.equal(['Stopped', 'Unloaded']);
    });

    it('are not taken from an agent that is only not ready', async () => {
      await inHand();
      await engine.state('1001', 'notReady');
      await engine.pass(2 * GRACE, 10_000);
      expect(await statuses(store.client)).to.deep.equal([RETRIEVED]);
    });
  });

  it('of an agent that logs out are Ready again at once', async () => {
    await inHand();
    await engine.logout('1001');
    expect(await statuses(store.client)).to.deep.equal([READY]);
    expect(await openHandOuts()).to.equal(0);
  });

  it('whose row was deleted meanwhile do not hold the group, here or after a restart', async () => {
    await inHand(1);
    await store.client.query('DELETE FROM cl_spring', []);
    await engine.stop();
    engine = await Engine.start(store.client);
    expect(engine.events()).to.deep.equal(['Stopped', 'Unloaded']);
    expect(engine.log.some(({ level, message }) => level === 'warn' && message.includes('no longer in calling list Spring'))).to.equal(true);
  });

  describe('and the end of a session', () => {
    it('Stop puts the buffer back at once, and leaves what is in hand', async () => {
      await start();
      await addRecords(store.client, [{}, {}, {}]);
      await engine.login('1001');
      await engine.dial(SPRING, 0);
      const { handle } = await engine.record('1001');
      expect(await statuses(store.client)).to.deep.equal([RETRIEVED, RETRIEVED, READY]);
      await engine.request('StopDialing');
      expect(await statuses(store.client), 'committed with the Stop').to.deep.equal([RETRIEVED, READY, READY]);
      expect(engine.announcer.cancelled).to.deep.equal([]);
      expect(numberOf(await engine.end('1001', handle))).to.equal('ended');
      expect(await statuses(store.client)).to.deep.equal([UPDATED, READY, READY]);
    });

    it('a hand-out that meets a Stop is refused, and its record Ready', async () => {
      await start();
      await addRecords(store.client, [{}]);
      await engine.login('1001');
      await engine.dial(SPRING, 0);
      const stopped = engine.request('StopDialing');
      const asked = engine.ask('1001');
      await stopped;
      await engine.settled();
      expect(asked.answered).to.include({ kind: 'refused', number: UserEventError.CampaignNotRunning });
      expect(await statuses(store.client)).to.deep.equal([READY]);
    });

    it('ForceUnload: RecordCancel, CampaignStopped, CampaignUnloaded, in this order; all is Ready', async () => {
      await start();
      await addRecords(store.client, [{}, {}, {}]);
      await engine.login('1001');
      await engine.dial(SPRING, 0);
      const { handle } = await engine.record('1001');
      engine.announcer.order.length = 0;
      await engine.request('ForceUnload');
      expect(engine.announcer.order).to.deep.equal(['cancel 1001', 'Stopped', 'answer Unloaded', 'Unloaded']);
      expect(engine.announcer.rows.at(-1)).to.include({ forced: true, cause: 'ForceUnload by Ada' });
      expect(await statuses(store.client)).to.deep.equal([READY, READY, READY]);
      expect(await openHandOuts()).to.equal(0);
      expect(numberOf(await engine.end('1001', handle)), 'its handle is over').to.equal(UserEventError.UnknownRecordHandle);
    });

    it('ForceUnload: a record whose end was committed before is not cancelled', async () => {
      const handle = await inHand();
      // the embedded store does one after the other; a server both at once
      const go = kind === 'postgres' ? engine.client.hold(/WHERE dbid = \$1 AND server_dbid = \$2 FOR UPDATE$/) : undefined;
      const ended = engine.ending('1001', handle);
      const unloaded = engine.request('ForceUnload');
      if (go !== undefined) {
        await engine.client.holding();
        while ((await openHandOuts()) > 0);
        go();
      }
      expect(numberOf(await ended)).to.equal('ended');
      await unloaded;
      await engine.settled();
      expect(engine.announcer.order.filter((what) => what.startsWith('cancel'))).to.deep.equal([]);
      expect(await statuses(store.client)).to.deep.equal([UPDATED]);
    });

    it('ForceUnload: a result that comes after it is refused, and the record stays Ready', async () => {
      const handle = await inHand();
      const unloaded = engine.request('ForceUnload');
      const ended = engine.ending('1001', handle);
      await unloaded;
      expect(numberOf(await ended)).to.equal(UserEventError.UnknownRecordHandle);
      await engine.settled();
      expect(await statuses(store.client)).to.deep.equal([READY]);
    });

    it('Unload waits for what is out, says so, and tells the asker when it is done', async () => {
      const handle = await inHand();
      await engine.request('StopDialing');
      const origin = {};
      const told: string[] = [];
      const outcome = await engine.request('Unload', { asker: { origin, unloaded: (event, snapshot) => void told.push(`${event.kind} ${snapshot.status}`) } });
      expect(outcome).to.have.nested.property('snapshot.status', 'WaitingUnload');
      expect(outcome.kind).to.equal('waiting');
      const again = await engine.request('Unload');
      expect(again.kind).to.equal('waiting');
      expect(told).to.deep.equal([]);
      await engine.end('1001', handle);
      expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped', 'WaitingUnload', 'Unloaded']);
      expect(engine.announcer.rows.at(-1)).to.deep.include({ forced: false, number: 4, also: [origin] });
      expect(told).to.deep.equal(['Unloaded NotLoaded']);
      expect(await statuses(store.client)).to.deep.equal([UPDATED]);
    });

    it('Unload waits unloadTimeout at most, then does as ForceUnload', async () => {
      await inHand();
      await engine.request('StopDialing');
      await engine.request('Unload');
      await engine.pass(599_999, 60_000);
      expect(await engine.status()).to.equal('WaitingUnload');
      engine.announcer.order.length = 0;
      await engine.pass(1);
      expect(engine.announcer.order).to.deep.equal(['cancel 1001', 'Unloaded']);
      expect(engine.announcer.rows.at(-1)).to.include({ forced: true });
      expect(await statuses(store.client)).to.deep.equal([READY]);
    });

    it('Complete stops, and waits as Unload does', async () => {
      const handle = await inHand();
      const outcome = await engine.request('Complete');
      expect(outcome.kind).to.equal('waiting');
      expect(engine.events()).to.deep.equal(['Loaded', 'Started', 'Stopped', 'WaitingUnload']);
      await engine.reject('1001', handle);
      expect(engine.events().at(-1)).to.equal('Unloaded');
    });

    it('Unload waits for an agent that lost its line, no longer than its grace', async () => {
      await inHand();
      await engine.request('StopDialing');
      await engine.request('Unload');
      await engine.lose('1001');
      await engine.pass(GRACE, 10_000);
      expect(engine.events().at(-1)).to.equal('Unloaded');
      expect(engine.announcer.rows.at(-1)).to.include({ forced: false });
    });
  });
});
