import type { GroupState } from '../campaign/group-state.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { JournalRow } from '../journal/row.js';
import type { Chain } from '../record/chain.js';
import type { RecordOut } from '../record/hand-out.js';
import type { Sql } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { ownedTransaction } from '../store/owner.js';
import { lockGroup } from '../store/statements/groups.js';
import { endHandOuts, type HandOutRow, selectOpenHandOutsOfGroup } from '../store/statements/hand-outs.js';
import { selectJournalAfter } from '../store/statements/journal.js';
import { releaseUnheld, selectChains } from '../store/statements/list-rows.js';
import { listsOf, takerOf } from './group-context.js';
import type { CompletionReport } from './group-report.js';
import { toGroupState, toJournalRow } from './group-store.js';
import { toRecordOut } from './record-out.js';
import { toChains } from './retriever.js';
import type { Runtime } from './runtime.js';

/** A campaign group as the store has it. */
export interface StoredGroup {
  readonly state: GroupState;
  readonly recordsOut: readonly RecordOut[];
  /** Events that were committed and that nobody here has announced. */
  readonly unseen: readonly JournalRow[];
  readonly lastCompletion: CompletionReport | undefined;
}

/**
 * Reads a group back, at the start and after the store was away: its state, its records in hand, and
 * the journal behind `lastPosition`. What it had retrieved and nobody has in hand is Ready again.
 */
export async function readGroup(runtime: Runtime, group: CampaignGroup, lastPosition: number): Promise<StoredGroup> {
  return ownedTransaction(runtime.client, runtime.owner, async (sql) => {
    const row = await lockGroup(sql, runtime.owner.serverDbid, group.dbid);
    if (row === undefined) throw new Error(`campaign group ${group.name} has no row in the store, or a gateway with another server.dbid has taken it over`);
    const open = await selectOpenHandOutsOfGroup(sql, group.dbid);
    const recordsOut: RecordOut[] = [];
    for (const list of listsOf({ runtime, group })) {
      await releaseUnheld(sql, list, runtime.owner.serverDbid, takerOf({ group }));
      const ofList = open.filter((handOut) => handOut.list_dbid === list.dbid);
      if (ofList.length === 0) continue;
      const { records, missing } = await recordsOutOf(sql, list, ofList);
      recordsOut.push(...records);
      for (const handOut of missing) {
        // somebody deleted the rows: there is nothing to end, and the group must not wait for it
        await endHandOuts(sql, [{ handle: handOut.handle, ending: null, endResult: null }], runtime.clock.now());
        runtime.log.warn(`record ${handOut.handle} was with agent ${handOut.agent_id}, and its row is no longer in calling list ${list.name}`);
      }
    }
    const unseen = (await selectJournalAfter(sql, group.dbid, lastPosition)).map(toJournalRow);
    const lastCompletion = row.last_completion === null ? undefined : (JSON.parse(row.last_completion) as CompletionReport);
    return { state: toGroupState(row), recordsOut, unseen, lastCompletion };
  });
}

/** Hand-outs of a list with the chains that they are about; `missing` are those whose chain has no row any more. */
export async function recordsOutOf(sql: Sql, list: ListTable, handOuts: readonly HandOutRow[]): Promise<{ records: RecordOut[]; missing: HandOutRow[] }> {
  const chains = new Map(toChains(await selectChains(sql, list, handOuts)).map((chain) => [chain.chainId, chain]));
  const records: RecordOut[] = [];
  const missing: HandOutRow[] = [];
  for (const handOut of handOuts) {
    const chain = chains.get(handOut.chain_id);
    if (chain === undefined) missing.push(handOut);
    else records.push(toRecordOut(handOut, withFirst(chain, handOut.record_id)));
  }
  return { records, missing };
}

/** The chain with the record in hand in front, as it was when it was handed out. */
function withFirst(chain: Chain, recordId: number): Chain {
  const inHand = chain.records.find((record) => record.recordId === recordId);
  if (inHand === undefined) return chain;
  return { ...chain, records: [inHand, ...chain.records.filter((record) => record !== inHand)] };
}
