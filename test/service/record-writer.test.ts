import { expect } from 'chai';
import type { EndedBy } from '../../src/service/record-jobs.js';
import { RecordWriter } from '../../src/service/record-writer.js';
import { StatementFailed, StoreAway } from '../../src/store/client.js';
import type { Owner } from '../../src/store/owner.js';
import type { HandOutRow } from '../../src/store/statements/hand-outs.js';
import { runningGroup } from '../store/group-support.js';
import { fill, listOf, NOW, type Row, rowsOf, ZONES } from '../store/support.js';
import { type TestStore } from '../support/engine.js';
import { describeOnStores } from '../support/stores.js';
import { FaultyClient } from './faulty-client.js';
import { final } from './support.js';
import { chainOf } from '../record/support.js';

const by = (content: string): EndedBy => ({ content, acknowledgment: 'RecordProcessedAcknowledge' });
const RETRIEVED: Row = { record_status: 2, app_id: 156, campaign_id: 101, group_id: 732 };

describeOnStores('the writer of records', (openTestStore) => {
  let store: TestStore;
  let client: FaultyClient;
  let owner: Owner;
  let writer: RecordWriter;
  const warnings: string[] = [];
  const list = listOf({ customFields: [{ name: 'age', type: 'int' }], table: 'cl_writer' });

  before(async () => {
    store = await openTestStore();
    owner = await runningGroup(store.client);
  });
  after(() => store.close());
  beforeEach(async () => {
    client = new FaultyClient(store.client);
    warnings.length = 0;
    writer = new RecordWriter(client, owner, () => NOW, () => [...ZONES], (message) => void warnings.push(message));
    await store.client.query('DELETE FROM ocm_hand_out', []);
    await fill(store.client, list, Array.from({ length: 20 }, () => RETRIEVED));
  });

  const handOut = (recordId: number): Promise<HandOutRow | undefined> =>
    writer.handOut(list, { groupDbid: 1001, campaignId: 101, groupId: 732, session: 'session-1', recordId, phone: `555-${recordId}`, agentId: '1001', attemptGuid: `guid-${recordId}` });

  async function inHand(recordId: number): Promise<Parameters<RecordWriter['end']>[1]> {
    const row = await handOut(recordId);
    if (row === undefined) throw new Error('it was not handed out');
    return { ...chainless(row), call: 'none', chain: chainOf(recordId, { recordId }) };
  }

  it('writes together what comes while a commit is under way', async () => {
    const rows = await Promise.all([1, 2, 3, 4, 5].map(handOut));
    expect(new Set(rows.map((row) => row?.handle)).size).to.equal(5);
    expect(client.texts.filter((text) => text.startsWith('INSERT INTO ocm_hand_out')), 'the first alone, the others together').to.have.length(2);
  });

  it('answers each with its own: written, not dialable, ended before', async () => {
    const [first, second] = await Promise.all([inHand(1), inHand(2)]);
    await store.client.query('UPDATE cl_writer SET record_status = 3 WHERE record_id = 3', []);
    const answers = await Promise.all([
      handOut(3), writer.end(list, first, final(), by('a')), writer.end(list, first, final({ callResult: 6 }), by('b')), writer.end(list, second, { kind: 'ready' }, null), handOut(4),
    ]);
    expect(answers.map((answer) => (typeof answer === 'object' ? 'row' : answer))).to.deep.equal([undefined, true, false, true, 'row']);
    const rows = await rowsOf(store.client, list, 'record_status', 'call_result');
    expect(rows.slice(0, 2)).to.deep.equal([{ record_status: 3, call_result: 33 }, { record_status: 1, call_result: null }]);
  });

  it('lets a statement that is refused fail alone', async () => {
    const [good, bad] = await Promise.all([inHand(1), inHand(2)]);
    const outcomes = await Promise.allSettled([
      handOut(3), writer.end(list, good, final(), by('a')), writer.end(list, bad, final({ customFields: { age: 'no number' } }), by('b')), handOut(4),
    ]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[2]).to.have.property('reason').that.is.instanceOf(StatementFailed);
    expect(outcomes[1]).to.have.property('value', true);
    expect((await rowsOf(store.client, list, 'record_status')).slice(0, 4).map((row) => row['record_status'])).to.deep.equal([3, 2, 2, 2]);
  });

  it('asks for the other rows of a chain where there are some, and only there', async () => {
    const [alone, first] = await Promise.all([inHand(1), inHand(2)]);
    await store.client.query('UPDATE cl_writer SET chain_id = 2, chain_n = 1 WHERE record_id = 3', []);
    const chain = { ...first.chain, records: [first.chain.records[0], { ...first.chain.records[0], recordId: 3, chainN: 1 }] } as const;
    await writer.end(list, alone, final(), by('a'));
    expect(client.texts.filter(writesOthers)).to.have.length(0);
    await writer.end(list, { ...first, chain }, final(), by('b'));
    expect(client.texts.filter(writesOthers)).to.have.length(1);
    expect((await rowsOf(store.client, list, 'record_status')).slice(0, 4).map((row) => row['record_status'])).to.deep.equal([3, 3, 7, 2]);
  });

  it('warns where the row of a record that ended was deleted, or made final, by somebody else', async () => {
    const [first, second, third, fourth] = await Promise.all([inHand(1), inHand(2), inHand(3), inHand(4)]);
    await store.client.query('DELETE FROM cl_writer WHERE record_id = 1', []);
    await store.client.query('UPDATE cl_writer SET record_status = 3 WHERE record_id = 3', []);
    expect(await writer.end(list, first, final(), by('a'))).to.equal(true);
    expect(warnings.splice(0)).to.deep.equal([
      `calling list Spring: 1 of 1 records that ended had no row in hand any more, and what became of them is not in the list; records 1 (handle ${first.handle})`,
    ]);
    // the first is on its way alone, the others go together
    const ends = [writer.end(list, fourth, { kind: 'ready' }, null), writer.end(list, second, final(), by('b')), writer.end(list, third, final(), by('c'))];
    expect(await Promise.all(ends)).to.deep.equal([true, true, true]);
    expect(warnings).to.deep.equal([
      `calling list Spring: 1 of 2 records that ended had no row in hand any more, and what became of them is not in the list; among the records 2 (handle ${second.handle}), 3 (handle ${third.handle})`,
    ]);
  });

  it('warns of nothing where every row was written, or nothing was committed', async () => {
    const [first, second] = await Promise.all([inHand(1), inHand(2)]);
    await writer.end(list, first, final(), by('a'));
    await store.client.query('DELETE FROM cl_writer WHERE record_id = 2', []);
    client.onCommit = () => 'rolledBack';
    expect(await writer.end(list, second, final(), by('b')).catch((error: unknown) => error)).to.be.instanceOf(StoreAway);
    expect(warnings).to.deep.equal([]);
  });

  it('fails all of a batch with the store, and goes on when it is back', async () => {
    client.away = true;
    const outcomes = await Promise.allSettled([1, 2, 3].map(handOut));
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason instanceof StoreAway)).to.deep.equal([true, true, true]);
    client.away = false;
    expect(await handOut(1)).to.include({ record_id: 1 });
  });

  it('leaves nothing lying, whenever it comes', async () => {
    // one job after the other, each queued another number of turns behind the answer of the last
    for (let turns = 0; turns < 12; turns += 1) {
      await handOut(turns + 1);
      for (let left = turns; left > 0; left -= 1) await Promise.resolve();
      const next = handOut(turns + 2);
      const idle = writer.idle().then(() => 'idle');
      expect(await Promise.race([next.then(() => 'written'), idle.then(() => client.settled()).then(() => 'left lying')]), `${turns} turns`).to.equal('written');
      await store.client.query('DELETE FROM ocm_hand_out', []);
    }
  });

  it('says when it has nothing left to do', async () => {
    let written = 0;
    for (const recordId of [1, 2, 3]) void handOut(recordId).then(() => (written += 1));
    await writer.idle();
    expect(written).to.equal(3);
    await writer.idle();
  });
});

const writesOthers = (text: string): boolean => text.includes('done.others');

function chainless(row: HandOutRow) {
  return {
    handle: row.handle, groupDbid: row.group_dbid, session: row.session, agentId: row.agent_id, attempt: row.attempt, attemptGuid: row.attempt_guid,
    callResult: row.call_result, handedAt: row.handed_at,
  };
}
