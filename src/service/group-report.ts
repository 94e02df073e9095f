import { countNotDue, type NotDue } from '../store/statements/count-records.js';
import { ownedTransaction } from '../store/owner.js';
import { updateLastCompletion } from '../store/statements/groups.js';
import { type GroupContext, openListsOf } from './group-context.js';
import { zoneTimes } from './runtime.js';

/** What a completion left behind, and why. */
export interface CompletionReport {
  /** Milliseconds. */
  readonly at: number;
  readonly session: string;
  /** Ready records that were not due, by reason. */
  readonly notDue: NotDue;
}

/** Ready records of the group's lists that are not due, by reason. */
export async function notDueOf(context: Pick<GroupContext, 'runtime' | 'group'>): Promise<NotDue> {
  const { runtime } = context;
  const nowMs = runtime.clock.now();
  const zones = zoneTimes(runtime.deployment, nowMs);
  const total: Record<string, number> = {};
  for (const list of openListsOf(context)) {
    for (const [reason, count] of Object.entries(await countNotDue(runtime.client, list, nowMs, zones))) {
      total[reason] = (total[reason] ?? 0) + count;
    }
  }
  return total;
}

/** Counts what a completion that has just been committed left behind, and keeps the account. */
export async function completionReport(context: GroupContext, session: string): Promise<CompletionReport> {
  const { runtime, group } = context;
  const report = { at: runtime.clock.now(), session, notDue: await notDueOf(context) };
  await ownedTransaction(runtime.client, runtime.owner, (sql) => updateLastCompletion(sql, group.dbid, JSON.stringify(report)));
  return report;
}
