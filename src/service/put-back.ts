import type { Chain } from '../record/chain.js';
import type { Sql } from '../store/client.js';
import { ownedTransaction } from '../store/owner.js';
import { releaseUnheld } from '../store/statements/list-rows.js';
import { groupBy } from '../util/group-by.js';
import { type GroupContext, listsOf, takerOf } from './group-context.js';
import { listTable } from './runtime.js';

/** Everything that is retrieved for the group and in nobody's hands is Ready again. Throws StoreAway. */
export async function putBufferBack(sql: Sql, context: Pick<GroupContext, 'runtime' | 'group'>): Promise<void> {
  for (const list of listsOf(context)) await releaseUnheld(sql, list, context.runtime.owner.serverDbid, takerOf(context));
}

/** Chains that were taken out of the group's buffer and are in nobody's hands are Ready again. Throws StoreAway and OwnershipLost. */
export async function putChainsBack(context: Pick<GroupContext, 'runtime' | 'group'>, chains: readonly Chain[]): Promise<void> {
  const { runtime } = context;
  await ownedTransaction(runtime.client, runtime.owner, async (sql) => {
    for (const [listDbid, ofList] of groupBy(chains, (chain) => chain.listDbid)) {
      const back = { ...takerOf(context), chainIds: ofList.map(({ chainId }) => chainId) };
      await releaseUnheld(sql, listTable(runtime, listDbid), runtime.owner.serverDbid, back);
    }
  });
}
