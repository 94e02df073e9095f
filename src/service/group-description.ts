import type { GroupActor } from './group-actor.js';
import { retriesWaiting } from './completion.js';
import { openListsOf } from './group-context.js';
import { notDueOf } from './group-report.js';
import type { ListAccount, RecordCounts } from './list-account.js';
import type { GroupSnapshot } from './ports.js';

/** A campaign group with its records and the reasons why it did or did not complete. Times are ISO 8601. */
export interface GroupDescription {
  readonly snapshot: GroupSnapshot;
  readonly records: RecordCounts;
  /** Agents logged in. */
  readonly agents: number;
  readonly why: Why;
}

export interface Why {
  readonly autoCompletion: { readonly on: boolean; readonly setBy: string; readonly setAt: number } | undefined;
  readonly lastRetrieval: { readonly at: number; readonly records: number; readonly error?: string } | undefined;
  /** Why the last check could decide nothing. */
  readonly checkError: string | undefined;
  readonly buffered: number;
  /** `agentId` null: on a call that no agent has yet. */
  readonly recordsOut: readonly { readonly handle: number; readonly agentId: string | null; readonly ageMs: number }[];
  readonly retriesWaiting: number;
  readonly notDue: Readonly<Record<string, number>>;
  readonly lastCompletion: { readonly at: number; readonly session: string; readonly notDue: Readonly<Record<string, number>> } | undefined;
}

/** Puts together what a group and its lists say of themselves. Throws StoreAway. */
export async function describeGroup(actor: GroupActor): Promise<GroupDescription> {
  const { runtime, group } = actor;
  const records = { ready: 0, retrieved: 0, final: 0, total: 0 };
  const accounts: ListAccount[] = [];
  for (const list of openListsOf(actor)) {
    const account = await runtime.accounts.of(list);
    records.ready += account.ready;
    records.retrieved += account.retrieved;
    records.final += account.final;
    records.total += account.total;
    accounts.push(account);
  }
  const { state, lastRetrieval, checkError, lastCompletion, recordsOut, buffered } = actor.inspect();
  const nowMs = runtime.clock.now();
  const flag = state.status === 'NotLoaded' ? undefined : state.load.autoCompletion;
  return {
    snapshot: actor.snapshot(),
    records,
    agents: [...group.group.agentIds].filter((id) => runtime.agents.find(id) !== undefined).length,
    why: {
      autoCompletion: flag && { on: flag.on, setBy: flag.by, setAt: flag.at },
      lastRetrieval,
      checkError,
      buffered,
      recordsOut: recordsOut.map(({ handle, agentId, handedAt }) => ({ handle, agentId, ageMs: nowMs - handedAt })),
      retriesWaiting: await retriesWaiting(runtime.client, actor),
      notDue: notDueOf(accounts),
      lastCompletion,
    },
  };
}
