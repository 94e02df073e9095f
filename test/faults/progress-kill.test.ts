import { expect } from 'chai';
import { CallResult, RecordStatus } from '../../protocol/index.js';
import { noteOf, type SeenCall } from '../support/progress/desk.js';
import { type DialedCall, wasCutOff } from './dialed-calls.js';
import { type ProgressKillOutcome, runProgressKills } from './progress-kill-run.js';

/** One in the middle of the work, one at its end; `npm run test:faults` sets more, and may set another seed. */
const KILLS = Number(process.env['OCM_TEST_KILLS'] ?? 2);
const SEED = Number(process.env['OCM_TEST_SEED'] ?? 20_261);
const RECORDS_PER_KILL = 24;
/** Far more than it takes, also on a busy machine. */
const TIMEOUT_MS = 60_000 + KILLS * 20_000;
const CLEAN_UP_MS = 20_000;

const TOLD = ['CampaignLoaded', 'CampaignStarted', 'CampaignStopped', 'CampaignUnloaded'];

describe(`a gateway that is killed ${KILLS} times while it dials (seed ${SEED})`, function () {
  this.timeout(TIMEOUT_MS + CLEAN_UP_MS);
  const records = KILLS * RECORDS_PER_KILL;
  let run: ProgressKillOutcome;
  /** By phone, who was called, and for what. */
  let heard: Map<string, { readonly agentId: string; readonly call: SeenCall }>;
  /** By phone, in order. */
  let dialed: Map<string, DialedCall[]>;
  before(async () => {
    run = await runProgressKills({ seed: SEED, kills: KILLS, records, timeoutMs: TIMEOUT_MS });
    heard = new Map(run.desks.flatMap(({ agentId, calls }) => [...calls.values()].map((call) => [call.phone, { agentId, call }] as const)));
    dialed = new Map(run.stored.rows.map(({ contact_info: phone }) => [phone, run.dialed.filter((call) => call.phone === phone)]));
  });

  it('is killed with calls up, and stops in order at last', () => {
    expect(run.kills).to.equal(KILLS);
    expect(run.exitCode).to.equal(0);
    expect(new Set(run.dialed.filter(wasCutOff).map(({ life }) => life)).size, 'lives that ended with calls up').to.be.within(1, KILLS - 1);
    for (const { agentId, client } of run.desks) expect(client.counters.reconnects, agentId).to.be.within(1, KILLS);
  });

  it('counts every attempt before the number is called', () => {
    const { rows, outs } = run.stored;
    expect(rows).to.have.length(records);
    for (const { contact_info: phone, attempt } of rows) {
      const placed = dialed.get(phone) ?? [];
      const ofRecord = outs.filter((out) => out.phone === phone);
      expect(attempt, `attempts of ${phone}`).to.be.at.least(Math.max(1, placed.length));
      expect(attempt, `records out of ${phone}`).to.equal(ofRecord.length);
      expect(ofRecord.map(({ handle }) => handle), phone).to.include.members(placed.map(({ id }) => id));
    }
    const uncalled = outs.length - run.dialed.length;
    // between a commit and the calls that wait for it: a call for each agent at most
    expect(uncalled, 'attempts that a kill kept from being placed').to.be.within(0, KILLS * run.desks.length);
    expect(outs.filter(({ ended }) => !ended)).to.deep.equal([]);
  });

  it('never calls a number again that was connected to an agent, or whose answer it has written', () => {
    const calls = run.desks.flatMap((desk) => [...desk.calls.values()]);
    expect(heard.size, 'no number with two calls').to.equal(calls.length);
    for (const { call } of heard.values()) {
      expect(call.ended, `the end of ${call.phone}`).to.not.equal(undefined);
      expect(dialed.get(call.phone)?.at(-1)?.id, `the last call to ${call.phone}`).to.equal(call.handle);
    }
    for (const { phone, handle, call_state: state } of run.stored.outs) {
      if (state !== 'placed') expect(dialed.get(phone)?.at(-1)?.id, `the last call to ${phone}, which was ${state}`).to.equal(handle);
    }
    for (const { phone, id } of run.dialed.filter(({ history }) => history.some(({ what }) => what === 'connect'))) {
      expect(dialed.get(phone)?.at(-1)?.id, `the last call to ${phone}, which was connected`).to.equal(id);
    }
  });

  it('loses no end that it has acknowledged, and ends every other record with what became of its last call', () => {
    const ended = run.stored.rows.map(({ contact_info: phone, attempt }) => {
      const last = dialed.get(phone)?.at(-1)?.history;
      const { agentId, call } = heard.get(phone) ?? {};
      const result = last?.find(({ what }) => what === 'failed')?.result ?? CallResult.Abandoned;
      return {
        contact_info: phone,
        record_status: RecordStatus.Updated,
        call_result: call?.ended?.result ?? result,
        attempt,
        agent_id: agentId ?? null,
        note: agentId === undefined ? null : noteOf(agentId, phone),
      };
    });
    expect(run.stored.rows).to.deep.equal(ended);
  });

  it('completes once, and tells every agent so once', () => {
    const { journal } = run.stored;
    expect(journal.map(({ kind, number }) => `${number} ${kind}`)).to.deep.equal(['1 Loaded', '2 Started', '3 Stopped', '4 Unloaded']);
    expect(new Set(journal.map(({ session }) => session)).size).to.equal(1);
    for (const { agentId, told } of run.desks) expect(told.map(({ name }) => name), agentId).to.deep.equal(TOLD);
  });
});
