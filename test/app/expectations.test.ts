import { expect } from 'chai';
import { unmetExpectations } from '../../src/app/demo/expectations.js';
import type { CallStep, Told, Worked } from '../../src/app/demo/observed.js';
import { traceEntries, traceExcerpt } from '../../src/app/demo/trace-excerpt.js';

const TRACE = `10:00:00.000 OCMClient[1]::message received
\tGSW_CM_MessageType              7 [GSW_CM_ReqLoadCampaign]
\tGSW_CM_AttrReferenceID          1
\tGSW_CM_AttrCampaignID           101
\tGSW_CM_AttrGroupID              732
\tGSW_CM_AttrProperties
\t\t'GSW_AUTO_COMPLETION' '****'
10:00:00.001 Trc 52000 Campaign Group Spring@Sales has been loaded
10:00:00.002 OCMClient[6]::message received
\tGSW_CM_MessageType              9 [GSW_CM_ReqStartDialing]
10:00:00.003 Trc 52001 Campaign Group Spring@Sales has been started
10:00:00.004 TServerClient[2]::message sent
\tMessageType                     96 [EventUserEvent]
\t\t'GSW_USER_EVENT' 'RecordProcessedAcknowledge'
10:00:00.005 Trc 52002 Campaign Group Spring@Sales has been stopped
10:00:00.006 Trc 52004 Campaign Group Spring@Sales has been unloaded
`;

const told = (): Told[] =>
  ['CampaignLoaded', 'CampaignStarted', 'CampaignStopped', 'CampaignUnloaded'].map((name, index) => ({
    name,
    campaignGroup: 'Spring@Sales',
    session: 'one',
    number: BigInt(index + 1),
    at: index,
  }));

/** A call of record `handle`, as a desktop is told of it. */
const call = (handle: number): CallStep[] => (['EventRinging', 'EventEstablished', 'EventReleased'] as const).map((name, at) => ({ name, handle, at }));

/** A run in which all went well. */
function goodRun() {
  return {
    agentGroup: 'Sales',
    records: 2,
    loadAnswer: { httpStatus: 200, body: { status: { code: 0 }, data: { groupCampaignStatus: 'Active', autoCompletion: true as unknown } } },
    desks: [
      {
        agentId: '1001',
        name: 'Ada',
        dn: '7001',
        group: 'Sales',
        steps: call(1),
        worked: [{ handle: 1, phone: '5550100', customer: 'Lovelace, Ada', at: 2 }] as Worked[],
        told: told(),
      },
      { agentId: '2001', name: 'Barbara', dn: '7101', group: 'Support', steps: [] as CallStep[], worked: [] as Worked[], told: [] as Told[] },
    ] as const,
    supervisor: [
      { name: 'GSW_CM_EvCampaignLoaded', status: 4 },
      { name: 'GSW_CM_EvDialingStopped', status: 4 },
      { name: 'GSW_CM_EvCampaignUnloaded', status: 0 },
    ],
    group: { state: 'NotLoaded', records: { ready: 0, retrieved: 0, final: 2, total: 2 } },
    // Answer and Busy, both Updated
    results: [
      { callResult: 33, recordStatus: 3, attempts: 1, records: 1 },
      { callResult: 6, recordStatus: 3, attempts: 2, records: 1 },
    ] as const,
  };
}

type Run = ReturnType<typeof goodRun>;

/** Has the first desk had two calls, with these events. */
function hasCalls({ desks: [{ steps, worked }] }: Run, events: readonly (CallStep | undefined)[]): void {
  worked.push(...worked.map((first) => ({ ...first, handle: 2 })));
  steps.splice(0, steps.length, ...events.flatMap((event) => event ?? []));
}

describe('what the demo checks', () => {
  it('is met by a run in which all went well', () => {
    expect(unmetExpectations(goodRun(), traceEntries(TRACE))).to.deep.equal([]);
  });

  const SPOILT: readonly (readonly [what: string, spoil: (run: Run) => void, says: string])[] = [
    ['a load that is refused', (run) => (run.loadAnswer.httpStatus = 409), 'load-campaign was to be answered 200'],
    ['a load without the flag', (run) => (run.loadAnswer.body.data.autoCompletion = false), 'load-campaign was to be answered 200'],
    ['a desk that is told nothing', (run) => run.desks[0].told.splice(0), 'Ada was to be told CampaignLoaded'],
    ['a desk that is told twice', (run) => run.desks[0].told.push(...told().slice(3)), 'Ada was to be told CampaignLoaded'],
    ['a desk that is told in another order', (run) => run.desks[0].told.push(...run.desks[0].told.splice(0, 1)), 'Ada was to be told CampaignLoaded'],
    ['numbers that do not rise', (run) => Object.assign(run.desks[0].told[3] ?? {}, { number: 3n }), 'Ada was to be told of one session'],
    ['another session', (run) => Object.assign(run.desks[0].told[3] ?? {}, { session: 'two' }), 'Ada was to be told of one session'],
    ['a desk without calls', (run) => run.desks[0].worked.splice(0), 'Ada was to have calls'],
    ['a call that did not ring', (run) => run.desks[0].steps.shift(), 'each call of Ada was to have EventRinging, EventEstablished, EventReleased, and then its record ended; found EventEstablished of record 1 where EventRinging of record 1'],
    ['a call that was established before it rang', (run) => run.desks[0].steps.splice(0, 2, ...call(1).slice(0, 2).toReversed()), 'each call of Ada was to have'],
    ['a call that was not released', (run) => run.desks[0].steps.pop(), 'each call of Ada was to have EventRinging, EventEstablished, EventReleased, and then its record ended; found nothing where EventReleased of record 1'],
    ['a call whose record was not ended', (run) => run.desks[0].steps.push(...call(2)), 'each call of Ada was to have'],
    ['a call that rings into another', (run) => hasCalls(run, [call(1)[0], ...call(2), ...call(1).slice(1)]), 'each call of Ada was to have'],
    ['a fourth desktop that is told', (run) => run.desks[1].told.push(...told().slice(0, 1)), 'Barbara of group Support was to be told nothing; it was CampaignLoaded'],
    ['a fourth desktop that gets records', (run) => run.desks[1].worked.push(...run.desks[0].worked), 'Barbara of group Support was to be told nothing; it was given 1 calls'],
    ['a fourth desktop that is rung', (run) => run.desks[1].steps.push(...call(3)), 'Barbara of group Support was to be told nothing'],
    ['somebody who is called again', (run) => run.desks[0].worked.push(...run.desks[0].worked), 'nobody who has answered was to be called again; 1 were'],
    ['an answered call without an agent', (run) => Object.assign(run.results[0], { records: 2 }), 'every call that was answered was to reach an agent; 2 were answered, agents had 1'],
    ['a record that is not Updated', (run) => Object.assign(run.results[1], { recordStatus: 1 }), '2 records were to be called and Updated; 1 are'],
    ['a record that was not called', (run) => Object.assign(run.results[0], { attempts: 0 }), '2 records were to be called and Updated; 1 are'],
    ['a busy number that is not called again', (run) => Object.assign(run.results[1], { attempts: 1 }), 'every busy number was to be called 2 times; 1 were not'],
    ['a supervisor that is not told', (run) => run.supervisor.pop(), 'the supervisor was to be told'],
    ['a group that is loaded still', (run) => (run.group.state = 'Running'), 'the campaign group was to be NotLoaded; it is Running'],
    ['a record that is left', (run) => (run.group.records.ready = 1), 'no record was to be left; 1 are Ready and 0 Retrieved'],
    ['a record that is held', (run) => (run.group.records.retrieved = 1), 'no record was to be left; 0 are Ready and 1 Retrieved'],
    ['a record that is missing', (run) => (run.group.records.final = 0), '2 records were to be final; 0 of 2 are'],
  ];
  for (const [what, spoil, says] of SPOILT) {
    it(`finds ${what}`, () => {
      const run = goodRun();
      spoil(run);
      expect(unmetExpectations(run, traceEntries(TRACE)).map((unmet) => unmet.slice(0, says.length))).to.include(says);
    });
  }

  const SPOILT_TRACES: readonly (readonly [what: string, spoil: (trace: string) => string, says: string])[] = [
    ['a value that is shown', (trace) => trace.replace("'****'", '1'), 'the trace was to show the load request as published'],
    ['an attribute more', (trace) => trace.replace('\tGSW_CM_AttrProperties', '\tGSW_CM_AttrSessionID            1\n\tGSW_CM_AttrProperties'), 'the trace was to show the load request as published'],
    ['a start that is missing', (trace) => trace.replace('ReqStartDialing', 'ReqStopDialing'), 'the trace was to show GSW_CM_ReqStartDialing'],
    ['a log entry that is missing', (trace) => trace.replace('52002', '52003'), 'the trace was to show 52000, 52001, 52002, 52004; it shows 52000, 52001, 52003, 52004'],
    ['a record that ends after the campaign', (trace) => trace.replace(/(10:00:00.004[^]*)(10:00:00.005.*\n)/, '$2$1'), 'the campaign group was to stop after its last record was final'],
  ];
  for (const [what, spoil, says] of SPOILT_TRACES) {
    it(`finds in the trace ${what}`, () => {
      const trace = spoil(TRACE);
      expect(trace).not.to.equal(TRACE);
      expect(unmetExpectations(goodRun(), traceEntries(trace)).map((unmet) => unmet.slice(0, says.length))).to.include(says);
    });
  }

  it('shows of the trace what tells the story', () => {
    const shown = traceExcerpt(traceEntries(TRACE)).map((entry) => entry.slice(0, 18));
    expect(shown).to.deep.equal(['10:00:00.000 OCMCl', '10:00:00.001 Trc 5', '10:00:00.002 OCMCl', '10:00:00.003 Trc 5', '10:00:00.005 Trc 5', '10:00:00.006 Trc 5']);
  });
});
