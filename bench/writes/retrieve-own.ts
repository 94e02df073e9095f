import { toChains } from '../../src/service/retriever.js';
import type { StoreClient } from '../../src/store/client.js';
import type { ListTable } from '../../src/store/list-table.js';
import { type Owner, ownedTransaction } from '../../src/store/owner.js';
import type { RecordRow } from '../../src/store/record-row.js';
import type { Taker } from '../../src/store/statements/take-chains.js';
import type { Retrieve } from './supply.js';

/**
 * One record in one transaction, by its number: an agent's own share of the list, so that nobody searches and nobody
 * finds what another has just taken. That flatters it: a queue would have to search.
 */
export function retrieveOwn(client: StoreClient, owner: Owner, list: ListTable, taker: Taker, share: { readonly first: number; readonly step: number; readonly last: number }): Retrieve {
  let next = share.first;
  return async () => {
    const recordId = next;
    if (recordId > share.last) return [];
    next += share.step;
    const rows = await ownedTransaction(client, owner, (sql) =>
      sql.query<RecordRow>(
        `UPDATE ${list.table} t SET record_status = 2, campaign_id = $2, group_id = $3, app_id = $4
         WHERE t.record_id = $1 AND t.record_status = 1
         RETURNING 2 AS urgency, ${list.dbid} AS list_dbid, t.record_id, t.chain_id, t.chain_n, t.record_type, t.contact_info::text,
           t.contact_info_type, t.call_result, t.attempt, t.tz_dbid, t.dial_sched_time, t.treatments::text, t.agent_id::text, '{}'::jsonb AS custom`,
        [recordId, taker.campaignId, taker.groupId, taker.appId],
      ),
    );
    return toChains(rows);
  };
}
