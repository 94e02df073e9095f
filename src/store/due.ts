import type { SqlParam } from './client.js';
import { customerIdField, type ListTable, quoteName, type ZoneTime } from './list-table.js';

/**
 * When a record is due (engine.md, Records), once, for every statement that asks: the retrieval, the
 * probe, the hand-out and the account of what is not due.
 *
 * A statement that uses these has the row as `r` and puts zoneJoin into its FROM; $1 is now in
 * seconds, $2 and $3 the zones that are known and their local seconds of the day.
 */
export function dueParams(nowMs: number, zones: readonly ZoneTime[]): SqlParam[] {
  return [Math.floor(nowMs / 1000), zones.map((zone) => zone.dbid), zones.map((zone) => zone.secondOfDay)];
}

export const NOW_SECONDS = '$1::bigint';

/** record_type of what may be dialed: General, the two Rescheduled, the two callbacks. */
const DIALABLE_TYPES = '(2, 3, 4, 5, 6)';

/** One agent's own. An agent_id that is empty names nobody: not every database that tables come from has both. */
export const isPersonalRow = (alias: 'r.' | ''): string => `${alias}record_type IN (4, 5) AND coalesce(${alias}agent_id, '') <> ''`;

/** Who comes first (engine.md, Records), as branches of a CASE: callbacks, then what was rescheduled, then the rest. */
export const urgencyOf = (alias: 'r.' | ''): string => `WHEN ${alias}record_type IN (5, 6) THEN 0 WHEN ${alias}record_type IN (3, 4) THEN 1 ELSE 2`;

/** The order of a list's filter, with a comma behind it; empty where it has none. */
export function orderOf({ filter }: ListTable): string {
  return filter?.order === undefined ? '' : `${filter.order}, `;
}

/** Where a statement has zone and daily window of a row. */
export interface WindowColumns {
  readonly zone: string;
  readonly opens: string;
  readonly closes: string;
}

const OF_ROW: WindowColumns = { zone: 'r.tz_dbid', opens: 'r.daily_from', closes: 'r.daily_till' };

/** The zones that are known, joined by a row's. */
export function joinZones(zone: string): string {
  return `LEFT JOIN unnest($2::int[], $3::int[]) AS zone(zone_dbid, zone_second) ON zone.zone_dbid = ${zone}`;
}

export const zoneJoin = joinZones(OF_ROW.zone);

const INT_RANGE = '-2147483648 AND 2147483647';

/** 0 is how an integer column says that nothing is set. */
export const isUnknownZone = (zone: string): string => `(coalesce(${zone}, 0) <> 0 AND zone.zone_dbid IS NULL)`;
const zoneIsUnknown = isUnknownZone(OF_ROW.zone);
const scheduledLater = `coalesce(r.dial_sched_time, 0) > ${NOW_SECONDS}`;

const overAttempts = (list: ListTable): string => `coalesce(r.attempt, 0) >= ${list.maxAttempts}`;

/**
 * Inside the daily window; one that ends before it begins runs across midnight, one of no length is
 * never open. Without a zone there is no time of day, so only an all-day window is open then.
 */
function insideWindow(list: ListTable, { opens, closes }: WindowColumns, second = 'zone.zone_second'): string {
  const from = `coalesce(${opens}, ${list.fromSeconds})`;
  const till = `coalesce(${closes}, ${list.untilSeconds})`;
  return `(CASE
    WHEN ${from} <= 0 AND ${till} >= 86400 THEN true
    WHEN zone.zone_dbid IS NULL THEN false
    WHEN ${from} <= ${till} THEN ${second} >= ${from} AND ${second} < ${till}
    ELSE ${second} >= ${from} OR ${second} < ${till}
  END)`;
}

/** By its number, or by its customer where the list says whose record it is: either is enough. */
export function onDoNotCall(list: ListTable): string {
  if (list.doNotCall === undefined) return 'false';
  const table = quoteName(list.doNotCall);
  const byPhone = `EXISTS (SELECT 1 FROM ${table} dnc WHERE dnc.phone = r.contact_info)`;
  const field = customerIdField(list);
  return field === undefined ? byPhone : `(${byPhone} OR EXISTS (SELECT 1 FROM ${table} dnc WHERE dnc.customer_id = r.${quoteName(field)}::text))`;
}

/**
 * What has no record_id or no number, or an id beyond those of the protocols, cannot be handed out: a table of
 * somebody else may have such rows.
 */
const complete = (alias: 'r.' | ''): string =>
  `coalesce(${alias}record_id BETWEEN ${INT_RANGE} AND coalesce(${alias}chain_id, 0) BETWEEN ${INT_RANGE} AND ${alias}contact_info <> '', false)`;

/** Of rows at one place of a chain the one with the lower record_id is first; one without a place is last. */
const isBefore = `(coalesce(other.chain_n, 2147483647), other.record_id) < (coalesce(r.chain_n, 2147483647), r.record_id)`;

/**
 * A chain is due by its first row that is not final, and is nobody's while one of its rows is
 * retrieved. A row without a chain (a table of somebody else may have such) leads none: chains are what is
 * taken, and a row that could be due but never taken would hold its group for ever.
 */
export function leadsItsChain(list: ListTable): string {
  return `r.chain_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${quoteName(list.table)} other
    WHERE other.chain_id = r.chain_id AND other.record_id <> r.record_id
      AND (other.record_status = 2 OR (other.record_status = 1 AND ${isBefore})))`;
}

/**
 * A Ready row that its list, type, attempts and filter allow, whatever the hour and its chain. Without `alias` it
 * is the predicate of the indexes that find such rows.
 */
export function waiting(list: ListTable, alias: 'r.' | '' = 'r.'): string {
  const filter = list.filter === undefined ? '' : ` AND (${list.filter.where})`;
  return `${alias}record_status = 1 AND ${complete(alias)} AND ${alias}record_type IN ${DIALABLE_TYPES} AND coalesce(${alias}attempt, 0) < ${list.maxAttempts}${filter}`;
}

/** May be dialed at this moment: window, zone and do-not-call list; checked again when a record is handed out. */
export function dialableNow(list: ListTable): string {
  return `${complete('r.')} AND NOT ${zoneIsUnknown} AND ${insideWindow(list, OF_ROW)} AND NOT ${onDoNotCall(list)}`;
}

/**
 * When a Ready row that is not held back by anything but the time is due next, in seconds since the epoch: its
 * schedule, moved on to where its window opens. Changes of the clocks of its zone until then are not foreseen.
 */
export function nextDue(list: ListTable): string {
  const from = `coalesce(r.daily_from, ${list.fromSeconds})`;
  const at = `greatest(${NOW_SECONDS}, coalesce(r.dial_sched_time, 0)::bigint)`;
  const then = `mod(coalesce(zone.zone_second, 0) + ${at} - ${NOW_SECONDS}, 86400)`;
  return `(CASE WHEN ${insideWindow(list, OF_ROW, then)} THEN ${at} ELSE ${at} + mod(${from} - ${then} + 86400, 86400) END)::bigint`;
}

/** Due now, or would be, were its number not on the do-not-call list. */
export function dueOrForbidden(list: ListTable): string {
  return `${waiting(list)} AND ${leadsItsChain(list)} AND NOT ${scheduledLater} AND NOT ${zoneIsUnknown} AND ${insideWindow(list, OF_ROW)}`;
}

/** Due now. */
export function due(list: ListTable): string {
  return `${dueOrForbidden(list)} AND NOT ${onDoNotCall(list)}`;
}

/** Will be due by its schedule up to `untilParam` seconds since the epoch. */
export function scheduledWithin(list: ListTable, untilParam: string): string {
  return `${waiting(list)} AND ${leadsItsChain(list)} AND ${scheduledLater} AND r.dial_sched_time <= ${untilParam} AND NOT ${zoneIsUnknown} AND NOT ${onDoNotCall(list)}`;
}

/** That a window of `columns`, whoever has it, is open. The statement has joinZones of its zone. */
export function windowIsOpen(list: ListTable, columns: WindowColumns): string {
  return `NOT ${isUnknownZone(columns.zone)} AND ${insideWindow(list, columns)}`;
}

/** The reason, in words, why a Ready row is not due; the first that applies. Null: it is due. */
export function reasonNotDue(list: ListTable): string {
  const filtered = list.filter === undefined ? '' : `WHEN NOT coalesce((${list.filter.where}), false) THEN 'filter'`;
  return `CASE
    WHEN NOT ${complete('r.')} THEN 'incomplete'
    WHEN coalesce(r.record_type, 0) NOT IN ${DIALABLE_TYPES} THEN 'recordType'
    WHEN ${overAttempts(list)} THEN 'maxAttempts'
    ${filtered}
    WHEN ${zoneIsUnknown} THEN 'unknownZone'
    WHEN ${onDoNotCall(list)} THEN 'doNotCall'
    WHEN ${scheduledLater} THEN 'scheduled'
    WHEN NOT ${insideWindow(list, OF_ROW)} THEN 'window'
    WHEN NOT (${leadsItsChain(list)}) THEN 'chain'
  END`;
}
