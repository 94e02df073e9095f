import { expect } from 'chai';
import { CallResult, findValue, keys, type KvList, RecordStatus } from '../../../protocol/index.js';
import { customerOf } from '../../support/progress/deployment.js';
import { type Desk, noteOf, type SeenCall } from '../../support/progress/desk.js';
import type { ListRow, StoredCampaign } from '../../support/progress/store.js';
import { AUTUMN_RECORDS, type Day, playDay, SHARED_RECORDS, UNANSWERED } from './day.js';

/** `npm run test:progress` sets more. */
const RECORDS = Number(process.env['OCM_TEST_RECORDS'] ?? 400);
/** Far more than it takes, also on a busy machine. */
const TIMEOUT_MS = 60_000 + RECORDS * 100;
const CLEAN_UP_MS = 20_000;

const CALL = ['EventRinging', 'EventEstablished', 'EventReleased'];
const TOLD = ['CampaignLoaded', 'CampaignStarted', 'CampaignStopped', 'CampaignUnloaded'];
const { Updated, AgentError } = RecordStatus;
/** What becomes of a call that no agent has had. */
const WITHOUT_AGENT = [...UNANSWERED, 'Abandoned' as const].map((name) => CallResult[name]);
const NO_TIME = BigInt(Number.MAX_SAFE_INTEGER);

const callsOf = (desks: readonly Desk[], campaign?: string): { readonly desk: Desk; readonly call: SeenCall }[] =>
  desks.flatMap((desk) => [...desk.calls.values()].filter((call) => campaign === undefined || call.campaign === campaign).map((call) => ({ desk, call })));

const toldOf = (desk: Desk, campaign: string): string[] => desk.told.filter((one) => one.campaign === campaign).map(({ name }) => name);

/** User data by key: types, and values of those that it is made of. */
function plain(data: KvList): Record<string, string> {
  return Object.fromEntries(data.map(({ key, value }) => [key, value.type === 'int' || value.type === 'string' ? `${value.type} ${value.value}` : value.type]));
}

/** Calls whose time with the agent overlaps with the next one's: from EventRinging until the end of the record was acknowledged. */
function overlapping(desk: Desk): string[] {
  const spans = [...desk.calls.values()]
    .map((call) => ({ call, from: call.events[0]?.sequence ?? -1n, to: call.ended?.sequence ?? NO_TIME }))
    .toSorted((a, b) => Number(a.from - b.from));
  return spans.flatMap(({ call, to }, index) => {
    const next = spans[index + 1];
    return next !== undefined && next.from < to ? [`agent ${desk.agentId}: ${next.call.phone} during ${call.phone}`] : [];
  });
}

/** The row of a record that an agent has ended. */
const endedRow = ({ desk, call }: { readonly desk: Desk; readonly call: SeenCall }): ListRow => ({
  contact_info: call.phone,
  record_status: Updated,
  call_result: call.ended?.result ?? null,
  attempt: 1,
  agent_id: desk.agentId,
  note: noteOf(desk.agentId, call.phone),
});

/** The row of a record whose customer was on the line when its agent went. */
const errorOf = (phone: string, agentId: string | null): ListRow => ({
  contact_info: phone,
  record_status: AgentError,
  call_result: CallResult.Answer,
  attempt: 1,
  agent_id: agentId,
  note: null,
});

/** Rows that no agent has to do with, each dialed once and final with what became of the call. */
function expectUnanswered(rows: readonly ListRow[]): void {
  for (const row of rows) {
    expect(row, row.contact_info).to.deep.include({ record_status: Updated, attempt: 1, agent_id: null, note: null });
    expect(row.call_result, row.contact_info).to.be.oneOf(WITHOUT_AGENT);
  }
}

/** Every record was out once, as a call, and nothing of it is out any more; and the campaign has completed once. */
function expectAllOver({ rows, outs, journal }: StoredCampaign, records: number): void {
  expect(rows).to.have.length(records);
  expect(outs.map(({ phone }) => phone)).to.have.members(rows.map(({ contact_info: phone }) => phone));
  expect(outs.filter(({ ended, call_state: state }) => !ended || state === null)).to.deep.equal([]);
  expect(journal.map(({ kind, number, cause }) => `${number} ${kind}${(number ?? 0) > 2 ? ` by ${cause}` : ''}`)).to.deep.equal([
    '1 Loaded',
    '2 Started',
    '3 Stopped by auto completion',
    '4 Unloaded by auto completion',
  ]);
}

describe(`Progress over sockets (${RECORDS} records)`, function () {
  this.timeout(TIMEOUT_MS + CLEAN_UP_MS);
  let day: Day;
  before(async () => {
    day = await playDay(RECORDS, TIMEOUT_MS / 3);
  });
  const campaign = (name: string): StoredCampaign => {
    const found = day.stored[day.campaigns.findIndex((one) => one.name === name)];
    if (found === undefined) throw new Error(`there is no campaign ${name}`);
    return found;
  };
  const agentsOf = (name: string): readonly string[] => day.campaigns.find((one) => one.name === name)?.agents ?? [];

  /** Of the campaign whose agents leave. */
  const desks = (): Desk[] => [...day.stayers, ...day.leavers.map(({ desk }) => desk)];

  it('troubles no gateway', () => {
    expect(day.exitCode).to.equal(0);
    expect(day.output.split('\n').filter((line) => / (?:warn|error)/i.test(line))).to.deep.equal([]);
  });

  describe('with 40 agents', () => {
    it('brings each call to one DN, in three events of one ConnID, with the data of its record', () => {
      const calls = callsOf(day.many);
      expect(calls.length).to.be.within(RECORDS * 0.5, RECORDS * 0.9);
      for (const { desk, call } of calls) {
        const what = `${call.phone} at ${desk.dn}`;
        expect(call.events.map(({ name }) => name), what).to.deep.equal(CALL);
        const [ringing] = call.events;
        expect(new Set(call.events.map(({ connection }) => connection)), what).to.have.length(1);
        expect(ringing?.connection, what).to.be.a('bigint');
        const guid = findValue(ringing?.data ?? [], keys.GSW_CALL_ATTEMPT_GUID);
        expect(guid?.type === 'string' ? guid.value : '', what).to.match(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
        for (const event of call.events) {
          expect(event, what).to.include({ dn: desk.dn, otherDn: call.phone });
          const { GSW_CALL_ATTEMPT_GUID: attempt, GSW_CHAIN_ID: chain, ...data } = plain(event.data);
          expect(attempt, what).to.equal(guid?.type === 'string' ? `string ${guid.value}` : undefined);
          expect(chain, what).to.match(/^int \d+$/);
          expect(data, what).to.deep.equal({
            GSW_APPLICATION_ID: 'int 156',
            GSW_CAMPAIGN_NAME: 'string Spring',
            GSW_CALLING_LIST: 'string Spring',
            GSW_RECORD_HANDLE: `int ${call.handle}`,
            GSW_PHONE: `string ${call.phone}`,
            GSW_TZ_NAME: 'string ',
            GSW_TZ_OFFSET: 'int 0',
            GSW_CALL_RESULT: `int ${CallResult.Answer}`,
            GSW_ATTEMPTS: 'int 0',
            InteractionType: 'string Outbound',
            customer_name: `string ${customerOf(call.phone)}`,
          });
        }
      }
      expect(new Set(calls.map(({ call }) => call.events[0]?.connection)), 'a ConnID of its own for each call').to.have.length(calls.length);
      expect(new Set(calls.map(({ call }) => call.phone)), 'no record twice').to.have.length(calls.length);
    });

    it('gives everyone work, and nobody two calls at once', () => {
      expect(day.many.filter(({ calls }) => calls.size === 0).map(({ agentId }) => agentId)).to.deep.equal([]);
      expect(day.many.flatMap(overlapping)).to.deep.equal([]);
    });

    it('writes what the agents have said, or what became of the call, once for each record', () => {
      const spring = campaign('Spring');
      expectAllOver(spring, RECORDS);
      const answered = new Map(callsOf(day.many).map((seen) => [seen.call.phone, endedRow(seen)]));
      const rows = spring.rows.filter(({ contact_info: phone }) => answered.has(phone));
      expect(rows).to.deep.equal(rows.map(({ contact_info: phone }) => answered.get(phone)));
      expect(rows).to.have.length(answered.size);
      expectUnanswered(spring.rows.filter(({ contact_info: phone }) => !answered.has(phone)));
    });

    it('completes by itself, behind the last record, and tells every agent so once', () => {
      for (const desk of day.many) {
        expect(desk.told, desk.agentId).to.have.length(TOLD.length);
        expect(toldOf(desk, 'Spring'), desk.agentId).to.deep.equal(TOLD);
        const stopped = desk.told[TOLD.indexOf('CampaignStopped')]?.sequence ?? -1n;
        for (const { ended, phone } of desk.calls.values()) expect(ended?.sequence ?? NO_TIME, `${phone} ended before CampaignStopped`).to.satisfy((at: bigint) => at < stopped);
        expect(desk.client.counters, desk.agentId).to.include({ repeatedNotifications: 0, wrongMessages: 0, lateAnswers: 0, reconnects: 0 });
      }
    });
  });

  describe('with agents who leave', () => {
    it('goes on with the others', () => {
      expectAllOver(campaign('Autumn'), AUTUMN_RECORDS);
      for (const desk of day.stayers) {
        expect(desk.calls.size, desk.agentId).to.be.above(1);
        expect(toldOf(desk, 'Autumn'), desk.agentId).to.deep.equal(TOLD);
      }
    });

    it('calls nobody who has left', () => {
      for (const { stage, way, desk, leftAt, isGone } of day.leavers) {
        const what = `${way} at ${stage}`;
        const after = [...desk.calls.values()].filter(({ events }) => leftAt !== undefined && (events[0]?.sequence ?? -1n) > leftAt);
        // to one who is only not ready a call may be on its way
        expect(after.length, what).to.be.at.most(stage === 'dialing' && way === 'notReady' ? 1 : 0);
        expect(desk.calls.size, what).to.be.within(1, stage === 'dialing' ? 2 : 1);
        expect(toldOf(desk, 'Autumn'), what).to.deep.equal(isGone ? TOLD.slice(0, 2) : TOLD);
      }
    });

    it('gives nobody two calls at once', () => {
      expect(desks().flatMap(overlapping)).to.deep.equal([]);
    });

    it('makes records AgentError whose customer was on the line, and dials none after its end', () => {
      const { rows } = campaign('Autumn');
      const heard = new Map(callsOf(desks()).map((seen) => [seen.call.phone, seen]));
      const expected = [...heard.values()].map((seen) => (seen.call.ended === undefined ? errorOf(seen.call.phone, seen.desk.agentId) : endedRow(seen)));
      expect(rows.filter(({ contact_info: phone }) => heard.has(phone))).to.have.deep.members(expected);
      const lost = [...heard.values()].filter(({ call }) => call.ended === undefined).map(({ desk }) => desk.agentId);
      const gone = day.leavers.filter(({ isGone }) => isGone);
      expect(lost, 'those who had a call when they went').to.include.members(gone.filter(({ stage }) => stage !== 'dialing').map(({ desk }) => desk.agentId));
      expect(gone.map(({ desk }) => desk.agentId), 'nobody else').to.include.members(lost);

      const others = rows.filter(({ contact_info: phone }) => !heard.has(phone));
      // who went while a number was dialed may have had the call already, and not have heard it ring
      const unheard = others.filter(({ agent_id: agentId }) => agentId !== null);
      expect(unheard).to.deep.equal(unheard.map((row) => errorOf(row.contact_info, row.agent_id)));
      expect(gone.filter(({ stage }) => stage === 'dialing').map(({ desk }) => desk.agentId)).to.include.members(unheard.map(({ agent_id: agentId }) => agentId));
      expectUnanswered(others.filter(({ agent_id: agentId }) => agentId === null));
    });
  });

  describe('with two campaigns that share agents', () => {
    for (const name of ['Summer', 'Winter']) {
      it(`completes ${name}`, () => {
        const { rows, ...stored } = campaign(name);
        expectAllOver({ rows, ...stored }, SHARED_RECORDS);
        const answered = new Map(callsOf(day.shared, name).map((seen) => [seen.call.phone, endedRow(seen)]));
        expect(rows.filter(({ agent_id: agentId }) => agentId !== null)).to.have.deep.members([...answered.values()]);
        expectUnanswered(rows.filter(({ agent_id: agentId }) => agentId === null));
        for (const desk of day.shared) expect(toldOf(desk, name), desk.agentId).to.deep.equal(agentsOf(name).includes(desk.agentId) ? TOLD : []);
      });
    }

    it('gives nobody two calls at once, and some of those who are shared calls of both', () => {
      expect(day.shared.flatMap(overlapping)).to.deep.equal([]);
      const ofBoth = day.shared.filter((desk) => new Set([...desk.calls.values()].map(({ campaign: of }) => of)).size === 2);
      expect(ofBoth.length).to.be.above(0);
      expect(agentsOf('Summer').filter((agentId) => agentsOf('Winter').includes(agentId))).to.include.members(ofBoth.map(({ agentId }) => agentId));
    });
  });
});
