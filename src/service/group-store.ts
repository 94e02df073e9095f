import { GroupCampaignStatus, nameOf } from '../../protocol/dictionary/enumerations.js';
import type { GroupEvent, GroupState, GroupStatus, Load } from '../campaign/group-state.js';
import type { JournalRow } from '../journal/row.js';
import type { Sql } from '../store/client.js';
import { type GroupRow, updateGroup } from '../store/statements/groups.js';
import { insertJournal, lockJournal, type JournalRecord } from '../store/statements/journal.js';

/** Between the states of the domain and their rows. */

const STATUSES: ReadonlySet<string> = new Set<GroupStatus>(['NotLoaded', 'Active', 'Running', 'WaitingUnload']);

function statusOf(number: number): GroupStatus {
  const name = nameOf(GroupCampaignStatus, number);
  if (name === undefined || !STATUSES.has(name)) throw new Error(`the store has a campaign group in state ${number}, which it cannot be in`);
  return name as GroupStatus;
}

/** The state that a row holds. */
export function toGroupState(row: GroupRow): GroupState {
  const status = statusOf(row.status);
  if (status === 'NotLoaded' || row.session === null) return { status: 'NotLoaded' };
  const load: Load = {
    session: row.session,
    lastNumber: row.last_number,
    autoCompletion: { on: row.auto_completion, by: row.auto_completion_by, at: row.auto_completion_at },
    dialMode: row.dial_mode,
    keptMode: row.kept_mode,
    optimizeBy: row.optimize_by,
    optimizeGoal: row.optimize_goal,
  };
  return status === 'WaitingUnload' ? { status, load, deadlineMs: row.unload_deadline ?? 0 } : { status, load };
}

function toGroupRow(dbid: number, state: GroupState): Omit<GroupRow, 'last_completion'> {
  const load = state.status === 'NotLoaded' ? undefined : state.load;
  return {
    dbid,
    status: GroupCampaignStatus[state.status],
    session: load?.session ?? null,
    last_number: load?.lastNumber ?? 0,
    auto_completion: load?.autoCompletion.on ?? false,
    auto_completion_by: load?.autoCompletion.by ?? '',
    auto_completion_at: load?.autoCompletion.at ?? 0,
    dial_mode: load?.dialMode ?? 0,
    kept_mode: load?.keptMode ?? 0,
    optimize_by: load?.optimizeBy ?? 0,
    optimize_goal: load?.optimizeGoal ?? null,
    unload_deadline: state.status === 'WaitingUnload' ? state.deadlineMs : null,
  };
}

export function toJournalRow(record: JournalRecord): JournalRow {
  return {
    position: record.position,
    groupDbid: record.group_dbid,
    session: record.session,
    number: record.number,
    kind: record.kind as JournalRow['kind'],
    status: statusOf(record.status),
    dialMode: record.dial_mode,
    optimizeBy: record.optimize_by,
    optimizeGoal: record.optimize_goal,
    forced: record.forced,
    at: record.at,
    cause: record.cause,
  };
}

/** A change of a group that is about to be written. */
export interface Change {
  readonly dbid: number;
  /** The session that the events belong to. */
  readonly session: string;
  readonly state: GroupState;
  readonly events: readonly GroupEvent[];
  readonly cause: string;
  readonly atMs: number;
}

/** Writes a group's new state and what happened to it, for the caller to commit; answers the journal's rows. */
export async function writeChange(sql: Sql, change: Change): Promise<JournalRow[]> {
  await updateGroup(sql, toGroupRow(change.dbid, change.state));
  const rows: JournalRow[] = [];
  if (change.events.length > 0) await lockJournal(sql, change.dbid);
  for (const event of change.events) {
    const record = await insertJournal(sql, {
      group_dbid: change.dbid,
      session: change.session,
      number: event.number,
      kind: event.kind,
      status: GroupCampaignStatus[event.status],
      dial_mode: event.dialMode,
      optimize_by: event.optimizeBy,
      optimize_goal: event.optimizeGoal,
      forced: event.forced,
      at: change.atMs,
      cause: change.cause,
    });
    rows.push(toJournalRow(record));
  }
  return rows;
}
