import type { Sql } from '../store/client.js';
import { anyHandOut } from '../store/statements/hand-outs.js';
import { lockListsExclusive } from '../store/statements/list-lock.js';
import { probe } from '../store/statements/probe.js';
import { countRetries } from '../store/statements/retries.js';
import { type GroupContext, openListsOf, sessionOf } from './group-context.js';
import { zoneTimes } from './runtime.js';

/**
 * The evidence of depletion (completion.md 2): nothing that is due, and nothing later that this group
 * waits for, in any list that is on. Throws where the store cannot say: then nothing is decided.
 */
export async function anythingLeft(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group' | 'state'>): Promise<boolean> {
  const { runtime, group } = context;
  const nowMs = runtime.clock.now();
  const until = group.autoCompleteWaitsFor === 'scheduled' ? nowMs + group.autoCompleteHorizonMs : undefined;
  if (await probe(sql, openListsOf(context), nowMs, zoneTimes(runtime.deployment, nowMs), until)) return true;
  return group.autoCompleteWaitsFor === 'retries' && (await retriesWaiting(sql, context)) > 0;
}

/** Redials of the session that are still to come within its horizon (completion.md 2.3). */
export async function retriesWaiting(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group' | 'state'>): Promise<number> {
  const { runtime, group } = context;
  const session = sessionOf(context.state());
  if (session === undefined) return 0;
  const nowMs = runtime.clock.now();
  const zones = zoneTimes(runtime.deployment, nowMs);
  let waiting = 0;
  for (const list of openListsOf(context)) {
    waiting += await countRetries(sql, list, { groupDbid: group.dbid, session }, nowMs, zones, nowMs + group.autoCompleteHorizonMs);
  }
  return waiting;
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
  return !(await anythingLeft(sql, context)) && !(await anyHandOut(sql, context.group.dbid, session));
}

