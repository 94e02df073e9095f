import type { Sql } from '../store/client.js';
import { anyHandOut } from '../store/statements/hand-outs.js';
import { lockListsExclusive } from '../store/statements/list-lock.js';
import { probe } from '../store/statements/probe.js';
import { type GroupContext, openListsOf } from './group-context.js';
import { zoneTimes } from './runtime.js';

/**
 * The evidence of depletion (completion.md 2): nothing that is due, and nothing later that this group
 * waits for, in any list that is on. Throws where the store cannot say: then nothing is decided.
 */
export async function anythingLeft(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group'>): Promise<boolean> {
  const { runtime, group } = context;
  const nowMs = runtime.clock.now();
  const until = group.autoCompleteWaitsFor === 'scheduled' ? nowMs + group.autoCompleteHorizonMs : undefined;
  return probe(sql, openListsOf(context), nowMs, zoneTimes(runtime.deployment, nowMs), until);
}

/**
 * The same inside the completion's own transaction, under the exclusive locks of the lists: whatever
 * was acknowledged before this is seen, whatever comes after waits for the commit.
 */
export async function isDepleted(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group'>): Promise<boolean> {
  const lists = openListsOf(context).map((list) => list.dbid);
  await lockListsExclusive(sql, lists);
  return !(await anythingLeft(sql, context)) && !(await anyHandOut(sql, context.group.dbid));
}

