import type { Decision } from '../campaign/machine.js';
import type { GroupState } from '../campaign/group-state.js';
import type { JournalRow } from '../journal/row.js';
import { endingOfAbandoned, type KnownOut } from '../record/hand-out.js';
import type { Sql } from '../store/client.js';
import { ownedTransaction } from '../store/owner.js';
import { lockGroup } from '../store/statements/groups.js';
import { endHandOutsOfGroup } from '../store/statements/hand-outs.js';
import { releaseUnheld, writeEndedRows } from '../store/statements/list-rows.js';
import { deleteRetries } from '../store/statements/retries.js';
import { type GroupContext, listsOf, sessionOf, takerOf } from './group-context.js';
import { toGroupState, writeChange } from './group-store.js';
import { putBufferBack } from './put-back.js';
import { endedRow } from './ended-row.js';

export interface Transition {
  readonly from: GroupState;
  readonly decision: Extract<Decision, { kind: 'changed' }>;
  readonly cause: string;
  readonly atMs: number;
  /** The records in hand, as far as this process knows them: a forced unload ends them. */
  readonly inHand: readonly KnownOut[];
  /** Asked in the transaction, behind the lock of the group's row; false: nothing is changed. */
  readonly guard?: (sql: Sql) => Promise<boolean>;
}

/** A change that is committed. */
export interface Committed {
  readonly rows: readonly JournalRow[];
  /** Records in hand that the change took from their agents. */
  readonly taken: ReadonlySet<number>;
}

/** The store holds another state than this process believes: it has to be read again. */
export class StateMismatch extends Error {
  constructor(groupName: string) {
    super(`the stored state of campaign group ${groupName} is not the one in memory`);
    this.name = 'StateMismatch';
  }
}

/**
 * Makes a change of a group in one transaction: its state, the journal, and what happens to its records.
 * Undefined where the guard said no. Throws StoreAway and OwnershipLost.
 */
export async function commitTransition(context: GroupContext, transition: Transition): Promise<Committed | undefined> {
  const { runtime, group } = context;
  const { from, decision } = transition;
  return ownedTransaction(runtime.client, runtime.owner, async (sql) => {
    const row = await lockGroup(sql, runtime.owner.serverDbid, group.dbid);
    const stored = row === undefined ? undefined : toGroupState(row);
    if (stored === undefined || stored.status !== from.status || sessionOf(stored) !== sessionOf(from)) throw new StateMismatch(group.name);
    if (transition.guard !== undefined && !(await transition.guard(sql))) return undefined;
    const forced = decision.events.some((event) => event.forced);
    const taken = forced ? await endRecordsInHand(sql, context, transition) : new Set<number>();
    if (from.status === 'Running' && decision.state.status !== 'Running') await putBufferBack(sql, context);
    if (decision.state.status === 'NotLoaded') await deleteRetries(sql, group.dbid);
    const rows = await writeChange(sql, {
      dbid: group.dbid,
      session: sessionOf(from) ?? sessionOf(decision.state) ?? '',
      state: decision.state,
      events: decision.events,
      cause: transition.cause,
      atMs: transition.atMs,
    });
    return { rows, taken };
  });
}

/** Answers the handles that were still in hand. */
async function endRecordsInHand(sql: Sql, context: GroupContext, { inHand, atMs }: Transition): Promise<ReadonlySet<number>> {
  const { runtime } = context;
  // a result that was committed a moment ago counts, although this process has not taken it over yet
  const ended = new Map((await endHandOutsOfGroup(sql, context.group.dbid, atMs)).map((row) => [row.handle, row.call_result]));
  for (const list of listsOf(context)) {
    const finals = inHand
      .filter(({ record }) => ended.has(record.handle) && record.chain.listDbid === list.dbid)
      .flatMap(({ record, ending: known }) => {
        const ending = known ?? endingOfAbandoned({ ...record, callResult: record.callResult ?? ended.get(record.handle) ?? null });
        return ending.kind !== 'ready' ? [endedRow(record, ending)] : [];
      });
    if (finals.length > 0) await writeEndedRows(sql, list, runtime.owner.serverDbid, finals);
    await releaseUnheld(sql, list, runtime.owner.serverDbid, takerOf(context));
  }
  return new Set(ended.keys());
}
