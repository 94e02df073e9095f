import { isPersonalRow, isUnknownZone, joinZones, leadsItsChain, NOW_SECONDS, onDoNotCall, orderOf, urgencyOf, waiting, windowIsOpen } from './due.js';
import { type ListTable, quoteName } from './list-table.js';

/**
 * The way to due records that does not pass those that are not due, however many there are: over two partial
 * indexes, of rows without a schedule and of rows with one. Rows over their attempts are in neither; rows of one
 * zone and window stand together, so a closed window is passed in one step; among rows with a schedule those of
 * later are behind. What is found here is a candidate: due.ts has the last word.
 */

/** In the key of the index a window that a row does not have; no row has it by itself. */
const NO_WINDOW = -2147483647;

/** By urgency, and behind it what is one agent's own, of which only that agent is given. */
const lane = (alias: 'r.' | ''): string => `(CASE WHEN ${isPersonalRow(alias)} THEN 3 ${urgencyOf(alias)} END)`;

/** Lanes of what anybody may be given. */
const ANYBODYS = [0, 1, 2];
const ALL = [...ANYBODYS, 3];

/** Of what has a schedule that is past, so many are looked at, those of the earliest first. */
const SCHEDULED_AT_ONCE = 1000;

interface Source {
  readonly name: 'unscheduled' | 'scheduled';
  readonly has: (alias: string) => string;
}

const UNSCHEDULED: Source = { name: 'unscheduled', has: (alias) => `coalesce(${alias}dial_sched_time, 0) <= 0` };
const SCHEDULED: Source = { name: 'scheduled', has: (alias) => `${alias}dial_sched_time > 0` };

const windowKey = (alias: string): string =>
  `coalesce(${alias}tz_dbid, 0), coalesce(${alias}daily_from, ${NO_WINDOW}), coalesce(${alias}daily_till, ${NO_WINDOW})`;

/** The indexes that candidates are found by: columns and predicate, as CREATE INDEX takes them. */
export function candidateIndexes(list: ListTable): { readonly suffix: string; readonly columns: string; readonly where: string }[] {
  const order = orderOf(list);
  const where = (source: Source): string => `${waiting(list, '')} AND ${source.has('')}`;
  return [
    { suffix: 'due', columns: `${windowKey('')}, ${lane('')}, ${order}record_id`, where: where(UNSCHEDULED) },
    { suffix: 'scheduled', columns: `${windowKey('')}, ${lane('')}, dial_sched_time, record_id`, where: where(SCHEDULED) },
  ];
}

/** Every window that rows of a source have, found by skipping from one to the next. */
function windows(list: ListTable, source: Source): string {
  const rows = (condition: string): string =>
    `(SELECT ${windowKey('r.')} FROM ${quoteName(list.table)} r WHERE ${waiting(list)} AND ${source.has('r.')}${condition} ORDER BY ${windowKey('r.')} LIMIT 1)`;
  const behind = ` AND (${windowKey('r.')}) > (w.window_zone, w.window_opens, w.window_closes)`;
  return `${source.name}_windows(window_zone, window_opens, window_closes) AS (
      ${rows('')} UNION ALL SELECT next_window.* FROM ${source.name}_windows w, LATERAL ${rows(behind)} next_window
    )`;
}

/** Of these windows the open ones; with `whateverTheHour` all whose zone is known. */
function open(list: ListTable, source: Source, whateverTheHour: boolean): string {
  const zone = 'w.window_zone';
  const columns = { zone, opens: `nullif(w.window_opens, ${NO_WINDOW})`, closes: `nullif(w.window_closes, ${NO_WINDOW})` };
  const condition = whateverTheHour ? `NOT ${isUnknownZone(zone)}` : windowIsOpen(list, columns);
  return `${source.name}_open AS MATERIALIZED (SELECT w.* FROM ${source.name}_windows w ${joinZones(zone)} WHERE ${condition})`;
}

interface Reading {
  readonly lanes: readonly number[];
  readonly order: string;
  readonly limit: string;
  /** Beyond what the source says. */
  readonly condition: string;
}

function candidatesOf(list: ListTable, source: Source, { lanes, order, limit, condition }: Reading): string {
  return `(SELECT found.* FROM ${source.name}_open w, unnest(ARRAY[${lanes.join(', ')}]) AS wanted(lane), LATERAL (
      SELECT r.record_id, wanted.lane FROM ${quoteName(list.table)} r
      WHERE ${waiting(list)} AND ${source.has('r.')} AND (${windowKey('r.')}) = (w.window_zone, w.window_opens, w.window_closes)
        AND ${lane('r.')} = wanted.lane${condition} AND ${leadsItsChain(list)}
      ORDER BY ${order} LIMIT ${limit}
    ) found)`;
}

/**
 * WITH RECURSIVE and its parts, the last one `candidate(record_id, lane)`: rows that lead their chain and are due now
 * but for the do-not-call list, in order, up to the parameter `limit`.
 */
export function dueCandidates(list: ListTable, limit: string, of: 'anybody' | 'all'): string {
  const lanes = of === 'all' ? ALL : ANYBODYS;
  const order = orderOf(list);
  const unscheduled = candidatesOf(list, UNSCHEDULED, { lanes, order: `${order}r.record_id`, limit, condition: '' });
  const past = ` AND r.dial_sched_time <= ${NOW_SECONDS}`;
  const scheduled = candidatesOf(list, SCHEDULED, { lanes, order: 'r.dial_sched_time', limit: `greatest(${SCHEDULED_AT_ONCE}, ${limit})`, condition: past });
  // a list's own order is in its rows
  const merged =
    order === ''
      ? `SELECT * FROM (${unscheduled} UNION ALL ${scheduled}) both_kinds ORDER BY lane, record_id LIMIT ${limit}`
      : `SELECT r.record_id, both_kinds.lane FROM (${unscheduled} UNION ALL ${scheduled}) both_kinds JOIN ${quoteName(list.table)} r USING (record_id)
         ORDER BY both_kinds.lane, ${order}r.record_id LIMIT ${limit}`;
  return `WITH RECURSIVE ${windows(list, UNSCHEDULED)}, ${windows(list, SCHEDULED)}, ${open(list, UNSCHEDULED, false)}, ${open(list, SCHEDULED, false)},
    candidate AS MATERIALIZED (${merged})`;
}

/** The same of rows that will be due by their schedule up to `until`, a parameter in seconds, in whatever window. */
export function scheduledCandidates(list: ListTable, limit: string, until: string): string {
  const condition = ` AND r.dial_sched_time > ${NOW_SECONDS} AND r.dial_sched_time <= ${until}`;
  const rows = candidatesOf(list, SCHEDULED, { lanes: ALL, order: 'r.dial_sched_time', limit, condition });
  return `WITH RECURSIVE ${windows(list, SCHEDULED)}, ${open(list, SCHEDULED, true)}, candidate AS MATERIALIZED (${rows} LIMIT ${limit})`;
}

/** Candidates, each with whether its number is on the do-not-call list. */
export function candidateRows(list: ListTable): string {
  return `SELECT r.record_id, ${onDoNotCall(list)} AS forbidden FROM ${quoteName(list.table)} r WHERE r.record_id = ANY(ARRAY(SELECT record_id FROM candidate))`;
}
