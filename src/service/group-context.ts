import type { GroupState } from '../campaign/group-state.js';
import type { Chain } from '../record/chain.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { ListTable } from '../store/list-table.js';
import { listTable, type Runtime } from './runtime.js';

/** What the parts of one campaign group share. */
export interface GroupContext {
  readonly runtime: Runtime;
  readonly group: CampaignGroup;
  state(): GroupState;
  /** Puts a job into the group's mailbox, where jobs run one at a time; afterwards the group looks at itself again. */
  post(job: () => void | Promise<void>): void;
  /** The store is away, or was and has not been read again. */
  readonly inDoubt: boolean;
  /** The store failed in the middle: what is in memory may not be what is committed. */
  doubt(error: unknown): void;
}

/** Every list of the group's campaign whose table can be used: all of them, while it is loaded. */
export function listsOf({ runtime, group }: Pick<GroupContext, 'runtime' | 'group'>): ListTable[] {
  return group.campaign.lists.flatMap(({ list }) => runtime.lists.get(list.dbid) ?? []);
}

/** The list of a chain. */
export function listTableOf({ runtime }: Pick<GroupContext, 'runtime'>, chain: Pick<Chain, 'listDbid'>): ListTable {
  return listTable(runtime, chain.listDbid);
}

/** Those of them that are on. */
export function openListsOf({ runtime, group }: Pick<GroupContext, 'runtime' | 'group'>): ListTable[] {
  return group.campaign.lists.flatMap(({ list, weight }) => (weight > 0 ? (runtime.lists.get(list.dbid) ?? []) : []));
}

/** How the group's retrieved rows are marked. */
export function takerOf({ group }: Pick<GroupContext, 'group'>): { campaignId: number; groupId: number } {
  return { campaignId: group.campaign.dbid, groupId: group.group.dbid };
}

/** The session that is loaded, if one is. */
export function sessionOf(state: GroupState): string | undefined {
  return state.status === 'NotLoaded' ? undefined : state.load.session;
}
