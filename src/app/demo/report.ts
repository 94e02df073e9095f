import Table from 'cli-table3';
import { CallResult, nameOf, RecordStatus } from '../../../protocol/index.js';
import type { CallEventName } from '../../client/index.js';
import { NOTIFICATIONS, STEPS } from './expectations.js';
import type { CallStep, DeskAccount, Observed } from './observed.js';

const PLAIN = {
  // without the colours that a log or a pipe would get as they are
  style: { head: [], border: [] },
  // and without a rule between any two rows
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};

/** No member of an enumeration. */
const NONE = -1;

/** Says a moment as the trace does. */
type Time = (atMs: number) => string;

const right = (count: number): 'right'[] => Array.from({ length: count }, () => 'right');

/** The first call that was ended, event by event as its desktop got them. */
export function firstCall({ desks }: Observed, time: Time): string {
  const calls = desks.flatMap((desk) => desk.worked.map((worked) => ({ desk, worked })));
  const [first] = calls.toSorted((a, b) => a.worked.at - b.worked.at);
  if (first === undefined) return 'none';
  const { desk, worked } = first;
  const steps = desk.steps.filter(({ handle }) => handle === worked.handle).map(({ name, at }) => `${time(at)} ${name}`);
  return [
    `${desk.name} on DN ${desk.dn} with ${worked.customer || 'a customer'}, ${worked.phone}:`,
    ...steps,
    `${time(worked.at)} RecordProcessedAcknowledge, for the RecordProcessed that the desktop has sent`,
  ].join('\n');
}

/** What each agent did: the calls it had, and how long it talked. */
export function deskTable({ desks }: Observed): string {
  const table = new Table({
    ...PLAIN,
    head: ['agent', 'group', ...STEPS, 'RecordProcessed', 'talked'],
    colAligns: ['left', 'left', ...right(STEPS.length + 2)],
  });
  for (const desk of desks) {
    const { agentId, name, dn, group, steps, worked } = desk;
    table.push([`${name} (${agentId} on ${dn})`, group, ...STEPS.map((step) => countOf(steps, step)), worked.length, `${(talkedMs(desk) / 1000).toFixed(1)} s`]);
  }
  return table.toString();
}

/** What each desktop was told of the campaign, with GSW_EVENT_NUMBER and the time at which it came. */
export function notificationTable({ desks }: Observed, time: Time): string {
  const table = new Table({ ...PLAIN, head: ['desktop', ...NOTIFICATIONS] });
  for (const { name, told } of desks) {
    const cells = NOTIFICATIONS.map((wanted) => {
      const moments = told.filter((one) => one.name === wanted).map(({ number, at }) => `${number}: ${time(at)}`);
      return moments.join('\n') || '-';
    });
    table.push([name, ...cells]);
  }
  return table.toString();
}

/** How the records of the list ended; the commonest end first. */
export function resultTable({ results }: Observed): string {
  const table = new Table({ ...PLAIN, head: ['call_result', 'record_status', 'records', 'attempts of each', 'calls'], colAligns: ['left', 'left', ...right(3)] });
  const [records, calls] = [results.reduce((sum, row) => sum + row.records, 0), results.reduce((sum, row) => sum + row.records * row.attempts, 0)];
  for (const { callResult, recordStatus, attempts, records: alike } of results) {
    table.push([nameOf(CallResult, callResult ?? NONE) ?? '-', nameOf(RecordStatus, recordStatus ?? NONE) ?? '-', alike, attempts, alike * attempts]);
  }
  table.push(['all', '', records, '', calls]);
  return table.toString();
}

const countOf = (steps: readonly CallStep[], wanted: CallEventName): number => steps.filter(({ name }) => name === wanted).length;

/** From each EventEstablished to what followed it. */
function talkedMs({ steps }: DeskAccount): number {
  return steps.reduce((sum, { at }, index) => {
    const before = steps[index - 1];
    return before?.name === 'EventEstablished' ? sum + at - before.at : sum;
  }, 0);
}
