import { expect } from 'chai';
import { UserEventError } from '../../protocol/dictionary/enumerations.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import type { CommitFault } from './faulty-client.js';
import { addRecords, emptyStore, Engine, SPRING, statuses } from './support.js';

const READY = 1;
const RETRIEVED = 2;
const UPDATED = 3;
const INTERVAL = 10_000;

const announces = (texts: readonly string[]): boolean => texts.some((text) => text.startsWith('INSERT INTO ocm_journal'));
const handsOut = (texts: readonly string[]): boolean => texts.some((text) => text.startsWith('INSERT INTO ocm_hand_out'));
const ends = (texts: readonly string[]): boolean => texts.some((text) => text.startsWith('UPDATE ocm_hand_out h SET ended_at'));

describe('a store that is away', () => {
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore()));
  after(() => store.close());
  beforeEach(async () => {
    await emptyStore(store.client);
    engine = await Engine.start(store.client);
  });
  afterEach(() => engine.stop());

  /** The next commit of that kind fails, and no other. */
  function failNext(kind: (texts: readonly string[]) => boolean, fault: CommitFault): void {
    engine.client.onCommit = (texts) => {
      if (!kind(texts)) return undefined;
      engine.client.onCommit = () => undefined;
      return fault;
    };
  }

  /** What the journal has, and what was announced: they are the same, in the same order. */
  async function expectAllToldOnce(): Promise<void> {
    const journal = await store.client.query('SELECT position, kind FROM ocm_journal ORDER BY position', []);
    expect(engine.announcer.rows.map(({ position, kind }) => ({ position, kind }))).to.deep.equal(journal);
  }

  it('refuses requests with ServerConnectionError, and changes nothing', async () => {
    engine.client.away = true;
    expect(await engine.request('Load')).to.have.nested.property('refusal.code', 'ServerConnectionError');
    expect(await engine.request('GetCampaignStatus'), 'nobody knows').to.have.nested.property('refusal.code', 'ServerConnectionError');
    engine.client.away = false;
    expect(await engine.status()).to.equal('NotLoaded');
    expect((await engine.request('Load')).kind).to.equal('done');
    await expectAllToldOnce();
  });

  it('in the middle of a completion: what was rolled back happens later, and is told once', async () => {
    await engine.dial(SPRING, 0);
    failNext((texts) => announces(texts) && texts.some((text) => text.includes('bool_or(NOT forbidden)')), 'rolledBack');
    await engine.request('SetDialingMode', { autoCompletion: { kind: 'integer', value: 1n } });
    await engine.settled();
    expect(await engine.status()).to.equal('Running');
    expect(engine.events().at(-1)).to.equal('ModeChanged');
    await engine.pass(INTERVAL);
    expect(await engine.status()).to.equal('NotLoaded');
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
    await expectAllToldOnce();
  });

  it('in the moment of a completion\'s commit: what was committed unseen is told once it is read again', async () => {
    await engine.dial(SPRING, 0);
    failNext((texts) => announces(texts) && texts.some((text) => text.includes('bool_or(NOT forbidden)')), 'acknowledgmentLost');
    await engine.request('SetDialingMode', { autoCompletion: { kind: 'integer', value: 1n } });
    await engine.settled();
    expect(await engine.status(), 'it is done').to.equal('NotLoaded');
    expect(engine.events().at(-1), 'and nobody knows').to.equal('ModeChanged');
    await engine.pass(INTERVAL);
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
    await engine.pass(6 * INTERVAL, INTERVAL);
    await expectAllToldOnce();
  });

  it('in the moment of a request\'s commit: the asker is refused, everybody is told, also before the next request', async () => {
    failNext(announces, 'acknowledgmentLost');
    expect(await engine.request('Load')).to.have.nested.property('refusal.code', 'ServerConnectionError');
    expect(await engine.request('Load'), 'it has been loaded').to.have.nested.property('refusal.code', 'CampaignAlreadyLoaded');
    expect(engine.announcer.order).to.deep.equal(['answer refused', 'Loaded', 'answer refused']);
    await expectAllToldOnce();
  });

  it('reads again by timer, also where nothing is loaded', async () => {
    failNext(announces, 'acknowledgmentLost');
    await engine.request('Load');
    await engine.settled();
    expect(engine.events()).to.deep.equal([]);
    await engine.pass(INTERVAL);
    expect(engine.events()).to.deep.equal(['Loaded']);
  });

  it('for a long time is asked again and again, without a word of log each time', async () => {
    await addRecords(store.client, [{}]);
    await engine.dial();
    engine.client.away = true;
    await engine.pass(60 * INTERVAL, INTERVAL);
    expect(engine.log.filter(({ level }) => level === 'error').length).to.be.within(1, 3);
    engine.client.away = false;
    await engine.login('1001');
    const record = await engine.record('1001');
    await engine.end('1001', record.handle);
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
    await expectAllToldOnce();
  });

  it('answers who asks for a record that it is away, in 500 ms', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial();
    engine.client.away = true;
    const asked = engine.ask('1001');
    await engine.settled();
    await engine.pass(500);
    expect(asked.answered).to.include({ kind: 'refused', number: UserEventError.StoreAway });
  });

  it('while a record is handed out: rolled back, it goes to whoever asks next', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    failNext(handsOut, 'rolledBack');
    expect(await engine.preview('1001')).to.include({ kind: 'refused', number: UserEventError.StoreAway });
    const record = await engine.record('1001');
    expect((await store.client.query('SELECT handle FROM ocm_hand_out', [])).map((row) => row['handle'])).to.deep.equal([record.handle]);
  });

  it('while a record is handed out: committed unseen, its agent is sent it at the next request, and nobody else', async () => {
    await addRecords(store.client, [{}, {}]);
    await engine.login('1001');
    await engine.login('1002');
    await engine.dial(SPRING, 0);
    failNext(handsOut, 'acknowledgmentLost');
    expect(await engine.preview('1001')).to.include({ kind: 'refused', number: UserEventError.StoreAway });
    const other = await engine.record('1002');
    const [row] = await store.client.query(`SELECT handle, chain_id FROM ocm_hand_out WHERE agent_id = '1001'`, []);
    const record = await engine.record('1001');
    expect(record.handle).to.equal(row?.['handle']);
    expect(other.chain.chainId).to.not.equal(record.chain.chainId);
    expect(await statuses(store.client)).to.deep.equal([RETRIEVED, RETRIEVED]);
  });

  it('does not make an agent get the record again that it has', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    const record = await engine.record('1001');
    failNext(announces, 'rolledBack');
    await engine.request('SetDialingMode');
    const outcome = await engine.preview('1001');
    expect(outcome).to.include({ kind: 'refused', number: UserEventError.TooManyRecords, handle: record.handle });
  });

  it('while a result is written: rolled back, the record stays with its agent, who tries again', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial();
    const { handle } = await engine.record('1001');
    failNext(ends, 'rolledBack');
    expect(await engine.end('1001', handle)).to.deep.include({ kind: 'refused', number: UserEventError.StoreAway, handle });
    expect(await statuses(store.client)).to.deep.equal([RETRIEVED]);
    expect((await engine.end('1001', handle)).kind).to.equal('ended');
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
    await expectAllToldOnce();
  });

  it('while a result is written: committed unseen, the same result is acknowledged, and counts once', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial();
    const { handle } = await engine.record('1001');
    failNext(ends, 'acknowledgmentLost');
    expect(await engine.end('1001', handle)).to.deep.include({ kind: 'refused', number: UserEventError.StoreAway });
    expect((await engine.end('1001', handle)).kind).to.equal('ended');
    expect(await store.client.query('SELECT record_status, attempt FROM cl_spring', [])).to.deep.equal([{ record_status: UPDATED, attempt: 1 }]);
    expect(engine.events().slice(-2)).to.deep.equal(['Stopped', 'Unloaded']);
    await expectAllToldOnce();
  });

  it('while a grace ends: the record is put back when the store is there again', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await engine.record('1001');
    await engine.lose('1001');
    await engine.pass(50_000, INTERVAL);
    engine.client.away = true;
    await engine.pass(60_000, INTERVAL);
    engine.client.away = false;
    await engine.pass(60_000, INTERVAL);
    expect(await statuses(store.client)).to.deep.equal([READY]);
  });

  it('for a moment does not give an absent agent a longer grace', async () => {
    await addRecords(store.client, [{}]);
    await engine.login('1001');
    await engine.dial(SPRING, 0);
    await engine.record('1001');
    await engine.lose('1001');
    await engine.pass(50_000, INTERVAL);
    failNext(announces, 'rolledBack');
    await engine.request('SetDialingMode');
    await engine.pass(10_000);
    expect(await statuses(store.client)).to.deep.equal([READY]);
  });

  it('at whatever commit, either way: every record ends once, and everything is told once', async () => {
    const commits = await campaign(-1, 'rolledBack');
    expect(commits).to.be.greaterThan(10);
    for (let at = 0; at < commits; at += 1) {
      for (const fault of ['rolledBack', 'acknowledgmentLost'] as const) await campaign(at, fault);
    }
  }).timeout(60_000);

  /** Two records, an agent who repeats what is refused, one commit that fails. Answers how many commits there were. */
  async function campaign(faultAt: number, fault: CommitFault): Promise<number> {
    await engine.stop();
    await emptyStore(store.client);
    let commits = 0;
    engine = await Engine.start(store.client);
    await addRecords(store.client, [{}, {}]);
    engine.client.onCommit = () => (commits++ === faultAt ? fault : undefined);
    const what = `commit ${faultAt} ${fault}`;

    await engine.login('1001');
    if (engine.agents.find('1001') === undefined) await engine.login('1001');
    await insist('Load');
    await insist('StartDialing');
    await engine.settled();
    for (let turn = 0; turn < 20 && (await statuses(store.client)).some((status) => status !== UPDATED); turn += 1) {
      const outcome = await engine.preview('1001').catch(() => undefined);
      if (outcome?.kind === 'record') {
        const { handle } = outcome.handOut;
        const content = `result ${handle}`;
        if ((await engine.end('1001', handle, { content })).kind === 'refused') await engine.end('1001', handle, { content });
      }
      await engine.pass(INTERVAL, 500);
    }
    await engine.pass(2 * INTERVAL, INTERVAL);

    expect(await engine.status(), what).to.equal('NotLoaded');
    expect(engine.events(), what).to.deep.equal(['Loaded', 'Started', 'Stopped', 'Unloaded']);
    const rows = await store.client.query('SELECT record_status, attempt FROM cl_spring ORDER BY record_id', []);
    expect(rows, what).to.deep.equal([{ record_status: UPDATED, attempt: 1 }, { record_status: UPDATED, attempt: 1 }]);
    await expectAllToldOnce();
    return commits;
  }

  /** Asks until it is done, or was done unseen. */
  async function insist(kind: 'Load' | 'StartDialing'): Promise<void> {
    const flag = { autoCompletion: { kind: 'integer', value: 1n } } as const;
    const outcome = await engine.request(kind, flag);
    if (outcome.kind === 'refused') await engine.request(kind, flag);
  }
});
