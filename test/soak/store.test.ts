import { expect } from 'chai';
import { startEngine, type TestEngine } from '../support/engine.js';
import { Audit, installAudit } from './audit.js';
import type { SoakGroup } from './deployment.js';
import { FinalRecords } from './invariants/final-records.js';
import { Verdicts } from './invariants/verdicts.js';
import { readPhones, readRest, readSnapshot } from './snapshot.js';

const GROUP: SoakGroup = { dbid: 1001, campaign: 'Spring', campaignDbid: 101, list: 'Spring', listDbid: 501, table: 'cl_spring', mode: 'Preview', agents: [] };

describe('what a soak reads of a store', () => {
  let engine: TestEngine;
  let audit: Audit;
  let verdicts: Verdicts;
  let finals: FinalRecords;
  beforeEach(async () => {
    engine = await startEngine();
    const { client } = engine.store;
    await installAudit(client, [GROUP.table]);
    await client.query(`INSERT INTO cl_spring (record_id, contact_info, record_type, record_status, call_result, attempt, chain_id, chain_n) VALUES (1, '11', 2, 1, 28, 0, 1, 0), (2, '22', 2, 1, 28, 0, 2, 0)`);
    audit = new Audit();
    verdicts = new Verdicts();
    finals = new FinalRecords(verdicts);
  });
  afterEach(() => engine.close());

  const set = (what: string, id: number): Promise<unknown> => engine.store.client.query(`UPDATE cl_spring SET ${what} WHERE record_id = $1`, [id]);
  const handOut = (handle: number, id: number): Promise<unknown> =>
    engine.store.client.query(`INSERT INTO ocm_hand_out (handle, group_dbid, session, list_dbid, chain_id, record_id, attempt, attempt_guid, handed_at) VALUES ($1, 1001, 's', 501, $2, $2, 1, 'guid', 0)`, [handle, id]);
  async function read(): Promise<readonly string[]> {
    const { client } = engine.store;
    for (const change of await audit.finals(client)) finals.changed(change);
    for (const { phone, at } of await audit.wentOut(client)) finals.wentOut(phone, at);
    return verdicts.breaches.map(({ invariant }) => invariant);
  }

  it('is no breach where a record goes out and becomes final', async () => {
    await handOut(1, 1);
    await set('record_status = 2', 1);
    await set('record_status = 3, call_result = 33', 1);
    expect(await read()).to.deep.equal([]);
    expect(finals.count).to.equal(1);
    // and is read once
    expect(await audit.finals(engine.store.client)).to.deep.equal([]);
  });

  it('is one where a final record is Ready again, and final again', async () => {
    await set('record_status = 3', 1);
    await set('record_status = 1', 1);
    await set('record_status = 3', 1);
    expect(await read()).to.deep.equal(['finalOnce', 'finalOnce']);
  });

  it('is one where a final record is handed out', async () => {
    await set('record_status = 3', 2);
    await handOut(1, 2);
    expect(await read()).to.deep.equal(['notDialedAgain']);
  });

  it('is one where a record is deleted', async () => {
    await engine.store.client.query('DELETE FROM cl_spring WHERE record_id = 2');
    expect(await read()).to.deep.equal(['kept']);
  });

  it('shows what is with nobody, what is not final, and what is there', async () => {
    const { client } = engine.store;
    await set('record_status = 2', 1);
    await set('record_status = 3, call_result = 6', 2);
    const { stranded, rowCounts, groups, journal } = await readSnapshot(client, [GROUP], 0);
    expect(stranded).to.deep.equal([{ table: 'cl_spring', recordId: 1 }]);
    expect([...rowCounts]).to.deep.equal([['cl_spring', 2]]);
    expect(groups.find(({ dbid }) => dbid === 1001)).to.deep.include({ status: 0 });
    expect(journal).to.deep.equal([]);
    expect(await readRest(client, [GROUP])).to.deep.equal([{ table: 'cl_spring', recordId: 1, status: 2, handedOut: false }]);
    expect(await readPhones(client, GROUP.table, ['22', '33'])).to.deep.equal([{ phone: '22', status: 3, result: 6 }]);

    await handOut(1, 1);
    expect((await readSnapshot(client, [GROUP], 0)).stranded).to.deep.equal([]);
    await handOut(2, 2);
    expect(await readRest(client, [GROUP])).to.have.length(2);
  });
});
