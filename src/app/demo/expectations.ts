import { CallResult, GroupCampaignStatus, RecordStatus } from '../../../protocol/index.js';
import type { CallEventName } from '../../client/index.js';
import type { DeskAccount, Observed } from './observed.js';
import { isRequest, standardNumbers } from './trace-excerpt.js';

/** What a desktop of the campaign's group is told, once each, in this order. */
export const NOTIFICATIONS = ['CampaignLoaded', 'CampaignStarted', 'CampaignStopped', 'CampaignUnloaded'] as const;
/** What a desktop is told of a call that it gets, in this order, and of one call behind the other. */
export const STEPS = ['EventRinging', 'EventEstablished', 'EventReleased'] as const satisfies readonly CallEventName[];
/** Attempts of a number that was busy to the end: the list's treatment has it called once more. */
const BUSY_ATTEMPTS = 2;
/** Loaded, started, stopped, unloaded in the standard log. */
const STOPPED = 52002;
const STANDARD_LOG = [52000, 52001, STOPPED, 52004];
/** The load request as the vendor's guide prints its trace, but for its own reference. */
const LOAD_TRACE = [
  /^\tGSW_CM_MessageType {14}7 \[GSW_CM_ReqLoadCampaign\]$/,
  /^\tGSW_CM_AttrReferenceID {10}\d+$/,
  /^\tGSW_CM_AttrCampaignID {11}101$/,
  /^\tGSW_CM_AttrGroupID {14}732$/,
  /^\tGSW_CM_AttrProperties$/,
  /^\t\t'GSW_AUTO_COMPLETION' '\*{4}'$/,
];

/** What did not happen as it should; nothing where all did. */
export function unmetExpectations(observed: Observed, trace: readonly string[]): string[] {
  return [
    ...loadAnswer(observed),
    ...observed.desks.flatMap((desk) => (desk.group === observed.agentGroup ? workingDesk(desk) : otherDesk(desk))),
    ...everyCustomerOnce(observed),
    ...everyCallEnded(observed),
    ...supervisor(observed),
    ...atTheEnd(observed),
    ...traced(trace),
  ];
}

function expect(holds: boolean, otherwise: string): string[] {
  return holds ? [] : [otherwise];
}

function loadAnswer({ loadAnswer: { httpStatus, body } }: Observed): string[] {
  const { status, data } = (body ?? {}) as { status?: { code?: unknown }; data?: { groupCampaignStatus?: unknown; autoCompletion?: unknown } };
  const loaded = httpStatus === 200 && status?.code === 0 && data?.groupCampaignStatus === 'Active' && data.autoCompletion === true;
  return expect(loaded, `load-campaign was to be answered 200 with code 0, Active and autoCompletion; it was ${httpStatus} ${JSON.stringify(body)}`);
}

function workingDesk(desk: DeskAccount): string[] {
  const { name, told, worked } = desk;
  const names = told.map((one) => one.name);
  const rising = told.every(({ number }, index) => index === 0 || number > (told[index - 1]?.number ?? number));
  return [
    ...expect(names.join() === NOTIFICATIONS.join(), `${name} was to be told ${NOTIFICATIONS.join(', ')}, once each; it was ${names.join(', ') || 'nothing'}`),
    ...expect(new Set(told.map(({ session }) => session)).size === 1 && rising, `${name} was to be told of one session, with rising numbers`),
    ...expect(worked.length > 0, `${name} was to have calls, and got none`),
    ...callsInOrder(desk),
  ];
}

/** Each call rang, was established and was released before its record was ended and the next call rang. */
function callsInOrder({ name, steps, worked }: DeskAccount): string[] {
  const came = steps.map((step) => `${step.name} of record ${step.handle}`);
  const wanted = worked.flatMap(({ handle }) => STEPS.map((step) => `${step} of record ${handle}`));
  const index = Array.from({ length: Math.max(came.length, wanted.length) }, (_, at) => at).find((at) => came[at] !== wanted[at]);
  return expect(
    index === undefined,
    `each call of ${name} was to have ${STEPS.join(', ')}, and then its record ended; found ${came[index ?? 0] ?? 'nothing'} where ${wanted[index ?? 0] ?? 'nothing'} was to come`,
  );
}

function otherDesk({ name, group, told, steps, worked }: DeskAccount): string[] {
  const names = told.map((one) => one.name);
  return expect(names.length === 0 && steps.length === 0 && worked.length === 0, `${name} of group ${group} was to be told nothing; it was ${names.join(', ') || `given ${worked.length} calls`}`);
}

function everyCustomerOnce({ desks }: Observed): string[] {
  const worked = desks.flatMap((desk) => desk.worked);
  const phones = new Set(worked.map(({ phone }) => phone));
  return expect(phones.size === worked.length, `nobody who has answered was to be called again; ${worked.length - phones.size} were`);
}

/** What stands in the list agrees with what the desktops have seen, and with the list's treatments. */
function everyCallEnded({ desks, results, records }: Observed): string[] {
  const count = (which: (result: Observed['results'][number]) => boolean): number => results.filter(which).reduce((sum, one) => sum + one.records, 0);
  const [answered, talked] = [count(({ callResult }) => callResult === CallResult.Answer), desks.reduce((sum, { worked }) => sum + worked.length, 0)];
  const updated = count(({ recordStatus, attempts }) => recordStatus === RecordStatus.Updated && attempts > 0);
  const notAgain = count(({ callResult, attempts }) => callResult === CallResult.Busy && attempts !== BUSY_ATTEMPTS);
  return [
    ...expect(answered === talked, `every call that was answered was to reach an agent; ${answered} were answered, agents had ${talked}`),
    ...expect(updated === records, `${records} records were to be called and Updated; ${updated} are`),
    ...expect(notAgain === 0, `every busy number was to be called ${BUSY_ATTEMPTS} times; ${notAgain} were not`),
  ];
}

function supervisor(observed: Observed): string[] {
  const told = observed.supervisor.map(({ name, status }) => `${name} ${status}`);
  const wanted = [
    `GSW_CM_EvCampaignLoaded ${GroupCampaignStatus.Active}`,
    `GSW_CM_EvDialingStopped ${GroupCampaignStatus.Active}`,
    `GSW_CM_EvCampaignUnloaded ${GroupCampaignStatus.NotLoaded}`,
  ];
  return expect(told.join() === wanted.join(), `the supervisor was to be told ${wanted.join(', ')}, unasked (its own StartDialing is answered); it was ${told.join(', ') || 'nothing'}`);
}

function atTheEnd({ group: { state, records: left }, records }: Observed): string[] {
  const { ready, retrieved, final, total } = left;
  return [
    ...expect(state === 'NotLoaded', `the campaign group was to be NotLoaded; it is ${state}`),
    ...expect(ready === 0 && retrieved === 0, `no record was to be left; ${ready} are Ready and ${retrieved} Retrieved`),
    ...expect(final === records && total === records, `${records} records were to be final; ${final} of ${total} are`),
  ];
}

function traced(entries: readonly string[]): string[] {
  const load = entries.find((entry) => isRequest(entry, 'GSW_CM_ReqLoadCampaign'))?.split('\n').slice(1) ?? [];
  const asPublished = load.length === LOAD_TRACE.length && LOAD_TRACE.every((line, index) => line.test(load[index] ?? ''));
  const numbers = standardNumbers(entries);
  const lastRecord = entries.findLastIndex((entry) => entry.includes("'RecordProcessedAcknowledge'"));
  const stopped = entries.findIndex((entry) => standardNumbers([entry])[0] === STOPPED);
  return [
    ...expect(asPublished, `the trace was to show the load request as published; it shows ${JSON.stringify(load)}`),
    ...expect(entries.some((entry) => isRequest(entry, 'GSW_CM_ReqStartDialing')), 'the trace was to show GSW_CM_ReqStartDialing'),
    ...expect(numbers.join() === STANDARD_LOG.join(), `the trace was to show ${STANDARD_LOG.join(', ')}; it shows ${numbers.join(', ') || 'none'}`),
    ...expect(stopped > lastRecord && lastRecord >= 0, 'the campaign group was to stop after its last record was final'),
  ];
}
