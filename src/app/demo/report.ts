import Table from 'cli-table3';
import type { CallResultName } from '../../../protocol/index.js';
import { groupBy } from '../../util/group-by.js';
import { NOTIFICATIONS } from './expectations.js';
import type { DeskAccount, Observed } from './observed.js';

const PLAIN = {
  // without the colours that a log or a pipe would get as they are
  style: { head: [], border: [] },
  // and without a rule between any two rows
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};

/** What each desktop worked, and what it was told when. `time` says a moment as the trace does. */
export function deskTable({ desks }: Observed, time: (atMs: number) => string): string {
  const table = new Table({ ...PLAIN, head: ['desktop', 'group', 'records', ...NOTIFICATIONS], colAligns: ['left', 'left', 'right'] });
  for (const { agentId, name, dn, group, worked, told } of desks) {
    const times = NOTIFICATIONS.map((wanted) => {
      const moments = told.filter((one) => one.name === wanted).map(({ at }) => time(at));
      return moments.join('\n') || '-';
    });
    table.push([`${name} (${agentId} on ${dn})`, group, worked.length, ...times]);
  }
  return table.toString();
}

const countOf = ({ worked }: DeskAccount, result: CallResultName): number => worked.filter((one) => one.result === result).length;

/** How the calls ended, by agent; the commonest result first. */
export function resultTable({ desks }: Observed): string {
  const working = desks.filter(({ worked }) => worked.length > 0);
  const byResult = groupBy(desks.flatMap(({ worked }) => worked), ({ result }) => result);
  const results = [...byResult].toSorted(([, a], [, b]) => b.length - a.length).map(([result]) => result);
  const table = new Table({
    ...PLAIN,
    head: ['call result', ...working.map(({ name }) => name), 'all'],
    colAligns: ['left', ...working.map(() => 'right' as const), 'right'],
  });
  for (const result of results) table.push([result, ...working.map((desk) => countOf(desk, result)), byResult.get(result)?.length ?? 0]);
  return table.toString();
}
