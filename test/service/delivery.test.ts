import { expect } from 'chai';
import type { LoginOutcome } from '../../src/service/agents.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { addRecords, AUTUMN, emptyStore, Engine, type FakeLine, SHARED, SPRING } from './support.js';

const WINDOW = 300_000;

/** What an agent is sent behind its login: the events' numbers by session, here by kind. */
function missedOf(outcome: LoginOutcome): string[] {
  return outcome.kind === 'loggedIn' ? outcome.missed.map(({ kind, number }) => `${kind} ${number}`) : [outcome.kind];
}

describe('delivery across a lost line', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(async () => {
    await emptyStore(store.client);
    engine = await Engine.start(store.client);
  });
  afterEach(() => engine.stop());

  /** The line takes everything that has been announced. */
  const written = (line: FakeLine): void => void (line.lastWritten = engine.announcer.rows.at(-1)?.place ?? 0);

  it('is nothing at a first login', async () => {
    await engine.dial();
    expect(missedOf(await engine.login('1001'))).to.deep.equal([]);
  });

  it('is what the agent\'s groups did since, in order, behind what its line was written', async () => {
    const line: FakeLine = {};
    await engine.login('1001', { line });
    await engine.request('Load');
    written(line);
    await engine.request('StartDialing');
    await engine.lose('1001');
    await engine.request('StopDialing');
    await engine.dial(AUTUMN);
    await engine.dial(SHARED);
    expect(missedOf(await engine.login('1001'))).to.deep.equal(['Started 2', 'Stopped 3', 'Loaded 1', 'Started 2', 'Stopped 3', 'Unloaded 4']);
  });

  it('begins with the login where nothing was written to the line', async () => {
    await engine.request('Load');
    await engine.login('1001');
    await engine.request('StartDialing');
    await engine.lose('1001');
    expect(missedOf(await engine.login('1001')), 'the Load was before it').to.deep.equal(['Started 2']);
  });

  it('goes on from where the replay itself stopped', async () => {
    await engine.login('1001');
    await engine.lose('1001');
    await engine.dial(SPRING, 0);
    const line: FakeLine = {};
    expect(missedOf(await engine.login('1001', { line }))).to.deep.equal(['Loaded 1', 'Started 2']);
    line.lastWritten = engine.announcer.rows[0]?.place ?? 0;
    await engine.lose('1001');
    expect(missedOf(await engine.login('1001')), 'the first of the two was written').to.deep.equal(['Started 2']);
  });

  it('has what one group was found to have done late, although another had been told of later rows', async () => {
    const line: FakeLine = {};
    await engine.login('1001', { line });
    await engine.request('Load');
    engine.client.onCommit = (texts) => {
      if (!texts.some((text) => text.startsWith('INSERT INTO ocm_journal'))) return undefined;
      engine.client.onCommit = () => undefined;
      return 'acknowledgmentLost';
    };
    await engine.request('StartDialing');
    await engine.dial(AUTUMN, 0);
    written(line);
    await engine.lose('1001');
    await engine.pass(60_000);
    expect(missedOf(await engine.login('1001'))).to.deep.equal(['Started 2']);
  });

  it('is owed again where nothing of the replay was written', async () => {
    await engine.login('1001');
    await engine.lose('1001');
    await engine.dial(SPRING, 0);
    await engine.login('1001');
    await engine.lose('1001');
    expect(missedOf(await engine.login('1001'))).to.deep.equal(['Loaded 1', 'Started 2']);
  });

  it('is nothing where all of it was written', async () => {
    const line: FakeLine = {};
    await engine.login('1001', { line });
    await engine.dial();
    written(line);
    await engine.lose('1001');
    expect(missedOf(await engine.login('1001'))).to.deep.equal([]);
  });

  it('is the same on another DN, and once: what is live behind it is not sent again', async () => {
    await engine.login('1001');
    await engine.lose('1001');
    await engine.dial(SPRING, 0);
    const line: FakeLine = {};
    expect(missedOf(await engine.login('1001', { dn: '7999', line }))).to.have.length(2);
    await engine.request('StopDialing');
    written(line);
    await engine.lose('1001');
    expect(missedOf(await engine.login('1001'))).to.deep.equal([]);
  });

  it('is nothing after a logout', async () => {
    await engine.login('1001');
    await engine.logout('1001');
    await engine.dial();
    expect(missedOf(await engine.login('1001'))).to.deep.equal([]);
  });

  it('is nothing behind the window, and what is in it before', async () => {
    await engine.login('1001');
    await engine.lose('1001');
    await engine.request('Load');
    await engine.pass(WINDOW - 1000);
    await engine.request('StartDialing');
    await engine.pass(1000);
    expect(missedOf(await engine.login('1001'))).to.deep.equal(['Loaded 1', 'Started 2']);
    await engine.lose('1001');
    await engine.pass(WINDOW + 1, 60_000);
    expect(missedOf(await engine.login('1001'))).to.deep.equal([]);
  });

  it('does not tell of WaitingUnload, which no client is told of', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1002');
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await engine.record('1001');
    await engine.lose('1002');
    await engine.request('Complete');
    expect(missedOf(await engine.login('1002'))).to.deep.equal(['Loaded 1', 'Started 2', 'Stopped 3']);
  });

  it('is told by the line that takes over, for what the older one was not written', async () => {
    const older: FakeLine = {};
    await engine.login('1001', { line: older });
    await engine.request('Load');
    written(older);
    await engine.request('StartDialing');
    const outcome = await engine.login('1001');
    expect(outcome).to.have.property('takenOver', older);
    expect(missedOf(outcome)).to.deep.equal(['Started 2']);
  });

  it('is kept by a login that is repeated on its own line', async () => {
    const line: FakeLine = {};
    await engine.login('1001', { line });
    await engine.dial(SPRING, 0);
    expect(missedOf(await engine.login('1001', { line })), 'they are on their way on this line').to.deep.equal([]);
    await engine.lose('1001');
    expect(missedOf(await engine.login('1001')), 'and never got out').to.deep.equal(['Loaded 1', 'Started 2']);
  });

  it('is what happened in the window, after a restart', async () => {
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await engine.pass(60_000, 30_000);
    engine.crash();
    engine = await Engine.start(store.client, undefined, engine.clock.now() + 5000);
    await engine.request('StopDialing');
    expect(missedOf(await engine.login('1001')), 'what it had before the crash nobody knows').to.deep.equal(['Loaded 1', 'Started 2', 'Stopped 3']);
    expect(missedOf(await engine.login('1002')), 'it was not logged in').to.deep.equal([]);
  });

  it('does not go back behind the login, after a restart', async () => {
    await engine.request('Load');
    await engine.pass(1000);
    await engine.login('1001');
    await engine.pass(1000);
    await engine.request('StartDialing');
    engine.crash();
    engine = await Engine.start(store.client, undefined, engine.clock.now());
    expect(missedOf(await engine.login('1001'))).to.deep.equal(['Started 2']);
  });

  it('is nothing after a restart for who had logged out, or comes later than the window', async () => {
    await engine.login('1001');
    await engine.login('1002');
    await engine.dial(SPRING, 0);
    await engine.logout('1002');
    engine.crash();
    engine = await Engine.start(store.client, undefined, engine.clock.now() + WINDOW);
    await engine.pass(WINDOW + 1, 60_000);
    await engine.request('StopDialing');
    expect(missedOf(await engine.login('1001'))).to.deep.equal([]);
    expect(missedOf(await engine.login('1002'))).to.deep.equal([]);
  });
});

describe('logging in', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(async () => {
    await emptyStore(store.client);
    engine = await Engine.start(store.client);
  });
  afterEach(() => engine.stop());

  const login = (agentId: string, dn: string): Promise<LoginOutcome> =>
    new Promise((resolve, reject) => void engine.gateway.agents.login({ agentId, dn, line: {} }, resolve).catch(reject));

  it('takes a known agent', async () => {
    expect((await login('9999', '7001')).kind).to.equal('unknownAgent');
    expect((await login('1001', '7001')).kind).to.equal('loggedIn');
    expect((await login('1002', '7002')).kind).to.equal('loggedIn');
  });

  it('refuses a DN that is taken, and an agent that sits elsewhere', async () => {
    await login('1001', '7001');
    expect(await login('1002', '7001')).to.deep.equal({ kind: 'dnBusy', by: '1001' });
    expect(await login('1001', '7002')).to.deep.equal({ kind: 'loggedInElsewhere', dn: '7001' });
  });

  it('is alone on its DN while it is being written', async () => {
    const [first, second, third] = await Promise.all([login('1001', '7001'), login('1002', '7001'), login('1001', '7002')]);
    expect([first.kind, second.kind, third.kind]).to.deep.equal(['loggedIn', 'dnBusy', 'loggedInElsewhere']);
    expect((await login('1002', '7003')).kind).to.equal('loggedIn');
  });

  it('takes over from one of the same agent on the same DN that is still being written', async () => {
    const lines: FakeLine[] = [{}, {}, {}];
    const outcomes = await Promise.all(
      lines.map((line) => new Promise<LoginOutcome>((resolve, reject) => {
        engine.gateway.agents.login({ agentId: '1001', dn: '7001', line }, resolve).catch(reject);
      })),
    );
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['loggedIn', 'loggedIn', 'loggedIn']);
    expect(outcomes.map((outcome) => lines.indexOf((outcome.kind === 'loggedIn' && outcome.takenOver) || {}))).to.deep.equal([-1, 0, 1]);
    expect(engine.seat('1001').line).to.equal(lines[2]);
    expect(await login('1002', '7001')).to.deep.equal({ kind: 'dnBusy', by: '1001' });
    await engine.logout('1001');
    expect((await login('1002', '7001')).kind, 'nothing of them is left').to.equal('loggedIn');
  });

  it('waits for nobody who could not be written', async () => {
    let writes = 0;
    engine.client.onCommit = (texts) => (texts.some((text) => text.startsWith('INSERT INTO ocm_agent_login')) && ++writes === 1 ? 'rolledBack' : undefined);
    const outcomes = await Promise.all([login('1001', '7001'), login('1001', '7001')]);
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(['storeAway', 'loggedIn']);
  });

  it('is refused while the store is away, and nobody is seated', async () => {
    engine.client.away = true;
    expect((await login('1001', '7001')).kind).to.equal('storeAway');
    expect(engine.agents.find('1001')).to.equal(undefined);
    engine.client.away = false;
    expect((await login('1002', '7001')).kind, 'the DN is free').to.equal('loggedIn');
  });

  it('stays where a logout could not be written', async () => {
    await login('1002', '7002');
    engine.client.away = true;
    expect(await engine.logout('1002').catch((error: unknown) => error)).to.be.instanceOf(Error);
    expect(engine.agents.find('1002')).to.not.equal(undefined);
    engine.client.away = false;
    await engine.logout('1002');
    expect(engine.agents.find('1002')).to.equal(undefined);
  });
});
