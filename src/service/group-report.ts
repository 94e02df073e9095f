import { ownedTransaction } from '../store/owner.js';
import { updateLastCompletion } from '../store/statements/groups.js';
import { type GroupContext, openListsOf } from './group-context.js';
import { type ListAccount, type NotDue, takeAccount } from './list-account.js';
import { zoneTimes } from './runtime.js';

/** What a completion left behind, and why. */
export interface CompletionReport {
  /** Milliseconds. */
  readonly at: number;
  readonly session: string;
  /** Ready records that were not due, by reason. */
  readonly notDue: NotDue;
}

/** Ready records of several lists that are not due, by reason. */
export function notDueOf(accounts: readonly ListAccount[]): NotDue {
  const total: Record<string, number> = {};
  for (const { notDue } of accounts) {
    for (const [reason, count] of Object.entries(notDue)) total[reason] = (total[reason] ?? 0) + count;
  }
  return total;
}

/** Counts what a completion that has just been committed left behind, and keeps the account. */
export async function completionReport(context: GroupContext, session: string): Promise<CompletionReport> {
  const { runtime, group } = context;
  const at = runtime.clock.now();
  const zones = zoneTimes(runtime.deployment, at);
  const accounts: ListAccount[] = [];
  for (const list of openListsOf(context)) accounts.push(await takeAccount(runtime.client, list, at, zones));
  const report = { at, session, notDue: notDueOf(accounts) };
  await ownedTransaction(runtime.client, runtime.owner, (sql) => updateLastCompletion(sql, group.dbid, JSON.stringify(report)));
  return report;
}
