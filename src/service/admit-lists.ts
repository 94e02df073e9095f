import type { Refusal } from '../campaign/requests.js';
import type { CampaignGroup } from '../config/deployment.js';
import { ownedTransaction } from '../store/owner.js';
import { releaseUnheld } from '../store/statements/list-rows.js';
import { describeProblem, type TableProblem } from '../store/statements/table-layout.js';
import type { Runtime } from './runtime.js';

/**
 * Looks at the tables of a campaign's lists before it is loaded: a table that was mended is usable without a restart,
 * and what was left Retrieved in it is Ready again. Answers why the group cannot be loaded, if so. Throws StoreAway.
 */
export async function admitLists({ client, owner, tables }: Runtime, group: CampaignGroup): Promise<Refusal | undefined> {
  const wrong = await ownedTransaction(client, owner, async (sql) => {
    const found: TableProblem[] = [];
    for (const { list: { dbid } } of group.campaign.lists) {
      const list = tables.configured.get(dbid);
      if (list === undefined) continue;
      const before = tables.usable.has(dbid);
      const problems = await tables.admit(sql, list);
      found.push(...problems);
      if (problems.length === 0 && !before) await releaseUnheld(sql, list, owner.serverDbid);
    }
    return found;
  });
  return wrong.length === 0 ? undefined : { code: 'WrongConfiguration', message: wrong.map(describeProblem).join('; ') };
}
