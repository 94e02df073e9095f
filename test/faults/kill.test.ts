import { expect } from 'chai';
import { RecordStatus } from '../../protocol/index.js';
import { STORE_KINDS } from '../support/engine.js';
import { runKills } from './kill-run.js';
import { resultOf } from '../support/worker.js';

/** `npm run test:faults` sets more kills, and may set another seed. */
const KILLS = Number(process.env['OCM_TEST_KILLS'] ?? 5);
const SEED = Number(process.env['OCM_TEST_SEED'] ?? 20_261);
const RECORDS_PER_KILL = 24;
/** Far more than it takes, also on a busy machine. */
const TIMEOUT_MS = 60_000 + KILLS * 20_000;
const CLEAN_UP_MS = 20_000;

for (const kind of STORE_KINDS) describe(`a gateway that is killed ${KILLS} times (${kind}, seed ${SEED})`, function () {
  this.timeout(TIMEOUT_MS + CLEAN_UP_MS);

  it('loses no result that it has acknowledged, and ends every record and the campaign exactly once', async () => {
    const records = KILLS * RECORDS_PER_KILL;
    const { account, told, reconnects, kills, exitCode, rows, journal, openHandOuts } = await runKills({ kind, seed: SEED, kills: KILLS, records, timeoutMs: TIMEOUT_MS });

    expect(kills).to.equal(KILLS);
    // killed again before it had come back, a client comes back once for both
    for (const count of reconnects) expect(count, 'reconnects').to.be.within(1, KILLS);
    expect(account.unanswered, 'results that a kill left without an answer').to.be.at.least(1);
    expect(exitCode).to.equal(0);

    expect(rows).to.have.length(records);
    const wanted = rows.map(({ contact_info: phone }) => ({
      contact_info: phone,
      record_status: RecordStatus.Updated,
      call_result: resultOf(phone),
      attempt: 1,
      agent_id: account.acknowledged.get(phone),
    }));
    expect(rows, 'each row has the result that was acknowledged, once').to.deep.equal(wanted);
    expect(account.handedAgain, 'handed out after their end was acknowledged').to.deep.equal([]);
    expect(openHandOuts).to.equal(0);

    expect(journal.map((row) => `${row.number} ${row.kind}`)).to.deep.equal(['1 Loaded', '2 Started', '3 Stopped', '4 Unloaded']);
    expect(new Set(journal.map(({ session }) => session)).size).to.equal(1);
    const events = ['CampaignLoaded', 'CampaignStarted', 'CampaignStopped', 'CampaignUnloaded'];
    expect(told).to.deep.equal({ 1001: events, 1002: events, 1003: events });
  });
});
