import { expect } from 'chai';
import type { EndOutcome } from '../../src/service/ports.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { emptyStore, Engine, statuses } from './support.js';

/** More than one look of a retrieval reaches. */
const LOCKED = 6000;

describe('service, rows that another session has locked', function () {
  this.timeout(60_000);
  let store: TestStore;
  let engine: Engine;
  before(async () => void (store = await openTestStore('postgres')));
  after(() => store.close());
  beforeEach(async () => {
    await emptyStore(store.client);
    engine = await Engine.start(store.client);
    await store.client.query(
      `INSERT INTO cl_spring (record_id, contact_info, record_type, record_status, attempt, chain_id, chain_n) SELECT i, '555-' || i, 2, 1, 0, i, 0 FROM generate_series(1, ${LOCKED + 1}) i`,
      [],
    );
    await engine.login('1001');
  });
  afterEach(() => engine.stop());

  /** Runs `job` while another session has rows of the list locked. */
  const whileLocked = (condition: string, job: () => Promise<void>): Promise<void> =>
    store.client.transaction(async (sql) => {
      await sql.query(`SELECT 1 FROM cl_spring WHERE ${condition} FOR UPDATE`, []);
      await job();
    });

  it('hide nobody who stands behind them', async () => {
    await whileLocked(`record_id <= ${LOCKED}`, async () => {
      await engine.dial();
      const { chain } = await engine.record('1001');
      expect(chain.records[0].recordId).to.equal(LOCKED + 1);
    });
  });

  it('let others have the chains of which they are no part, and theirs when they are free', async () => {
    const second = 10_001;
    await store.client.query(
      `INSERT INTO cl_spring (record_id, contact_info, record_type, record_status, attempt, chain_id, chain_n) VALUES (${second}, '555-second', 2, 1, 0, 1, 1)`,
      [],
    );
    await whileLocked(`record_id = ${second}`, async () => {
      await engine.dial();
      const { chain, handle } = await engine.record('1001');
      expect(chain.records[0].recordId).to.equal(2);
      expect((await engine.ending('1001', handle)).kind).to.equal('ended');
    });
    await engine.login('1002');
    const seen: number[][] = [];
    for (let records = 0; records < 5; records += 1) {
      const { chain, handle } = await engine.record('1002');
      seen.push(chain.records.map(({ recordId }) => recordId));
      await engine.ending('1002', handle);
    }
    expect(seen).to.deep.include([1, second]);
  });

  it('keep nobody waiting but who ends them, whose result is written when they are free', async () => {
    await engine.dial();
    await engine.login('1002');
    const [locked, other] = [await engine.record('1001'), await engine.record('1002')];
    let ended: Promise<EndOutcome> | undefined;
    await whileLocked(`record_id = ${locked.chain.records[0].recordId}`, async () => {
      ended = engine.ending('1001', locked.handle);
      expect((await engine.ending('1002', other.handle)).kind).to.equal('ended');
      expect(await Promise.race([ended, Promise.resolve('waits')])).to.equal('waits');
    });
    expect((await ended)?.kind).to.equal('ended');
    expect((await statuses(store.client)).slice(0, 2)).to.deep.equal([3, 3]);
  });

  it('are not an empty list: their group goes on when they are free', async () => {
    await whileLocked('true', async () => {
      await engine.dial();
      const asked = engine.ask('1001');
      await engine.pass(11_000, 500);
      expect(asked.answered).to.include({ kind: 'empty' });
      expect(await engine.status()).to.equal('Running');
    });
    await engine.pass(11_000);
    expect((await engine.record('1001')).chain.records[0].recordId).to.equal(1);
  });
});
