import type { Sql } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { ownedTransaction } from '../store/owner.js';
import { finalizeForbidden } from '../store/statements/finalize-forbidden.js';
import { anyHandOut } from '../store/statements/hand-outs.js';
import { lockListsExclusive } from '../store/statements/list-lock.js';
import { type Probed, probe } from '../store/statements/probe.js';
import { anyRetry, countRetries } from '../store/statements/retries.js';
import { type GroupContext, openListsOf, sessionOf } from './group-context.js';
import { zoneTimes } from './runtime.js';

/**
 * The evidence of depletion (completion.md 2): nothing that is due, and nothing later that this group
 * waits for, in any list that is on. Throws where the store cannot say: then nothing is decided.
 */
export async function whatIsLeft(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group' | 'state'>): Promise<Probed> {
  const { runtime, group } = context;
  const nowMs = runtime.clock.now();
  const found = await probe(sql, openListsOf(context), nowMs, zoneTimes(runtime.deployment, nowMs), scheduledUntil(context));
  if (found !== 'nothing' || group.autoCompleteWaitsFor !== 'retries') return found;
  for (const list of openListsOf(context)) if (await retryWaits(sql, context, list, anyRetry)) return 'left';
  return 'nothing';
}

/** Makes the next forbidden numbers final that stand in front of whatever is left. Answers how many. Throws where the store is away. */
export async function passForbidden(context: Pick<GroupContext, 'runtime' | 'group'>): Promise<number> {
  const { client, owner, clock, deployment } = context.runtime;
  const nowMs = clock.now();
  return ownedTransaction(client, owner, async (sql) => {
    let passed = 0;
    for (const list of openListsOf(context)) passed += await finalizeForbidden(sql, list, nowMs, zoneTimes(deployment, nowMs), scheduledUntil(context));
    return passed;
  });
}

/** Up to when what is scheduled holds the group, where it does. Milliseconds. */
function scheduledUntil({ group, runtime }: Pick<GroupContext, 'runtime' | 'group'>): number | undefined {
  return group.autoCompleteWaitsFor === 'scheduled' ? runtime.clock.now() + group.autoCompleteHorizonMs : undefined;
}

/** Redials of the session that are still to come within its horizon (completion.md 2.3). */
export async function retriesWaiting(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group' | 'state'>): Promise<number> {
  let waiting = 0;
  for (const list of openListsOf(context)) waiting += (await retryWaits(sql, context, list, countRetries)) ?? 0;
  return waiting;
}

/** Asks a question about the redials of the loaded session in a list; undefined where none is loaded. */
async function retryWaits<T>(
  sql: Sql,
  context: Pick<GroupContext, 'runtime' | 'group' | 'state'>,
  list: ListTable,
  ask: (...about: Parameters<typeof countRetries>) => Promise<T>,
): Promise<T | undefined> {
  const { runtime, group } = context;
  const session = sessionOf(context.state());
  if (session === undefined) return undefined;
  const nowMs = runtime.clock.now();
  return ask(sql, list, { groupDbid: group.dbid, session }, nowMs, zoneTimes(runtime.deployment, nowMs), nowMs + group.autoCompleteHorizonMs);
}

/**
 * The same inside the completion's own transaction, under the exclusive locks of the lists: whatever
 * was acknowledged before this is seen, whatever comes after waits for the commit.
 */
export async function isDepleted(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group' | 'state'>): Promise<boolean> {
  const session = sessionOf(context.state());
  if (session === undefined) return false;
  const lists = openListsOf(context).map((list) => list.dbid);
  await lockListsExclusive(sql, lists);
  return (await whatIsLeft(sql, context)) === 'nothing' && !(await anyHandOut(sql, context.group.dbid, session));
}

