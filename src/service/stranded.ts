import { endingOfAbandoned } from '../record/hand-out.js';
import type { Sql } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { tableExists } from '../store/statements/create-list.js';
import { endStrandedHandOuts, type HandOutRow } from '../store/statements/hand-outs.js';
import { selectKnownLists } from '../store/statements/known-lists.js';
import { writeEndedRows } from '../store/statements/list-rows.js';
import { groupBy } from '../util/group-by.js';
import { endedRow } from './ended-row.js';
import { recordsOutOf } from './recovery.js';
import type { Runtime } from './runtime.js';

/**
 * Ends hand-outs whose group, list or agent is not configured any more, whose agent is in another group, or whose
 * list is in another table now (completion.md 6). Who was called and has answered, or has a result, is final and never dialed again
 * (completion.md 4); the others are released with the buffers.
 */
export async function endStranded(sql: Sql, runtime: Runtime, nowMs: number): Promise<void> {
  const { owner, deployment, lists, log } = runtime;
  const tables = new Map((await selectKnownLists(sql, owner.serverDbid)).map((known) => [known.dbid, known]));
  const isWhereItWas = (listDbid: number): boolean => {
    const known = tables.get(listDbid);
    return known === undefined || known.table_name === lists.get(listDbid)?.table;
  };
  const stranded = await endStrandedHandOuts(
    sql,
    owner.serverDbid,
    deployment.campaignGroups.flatMap((group) =>
      group.campaign.lists.filter(({ list }) => isWhereItWas(list.dbid)).map(({ list }) => ({ group: group.dbid, list: list.dbid })),
    ),
    deployment.campaignGroups.flatMap(({ dbid, group }) => [...group.agentIds].map((agentId) => ({ group: dbid, agentId }))),
    nowMs,
  );
  for (const [dbid, rows] of groupBy(stranded, (row) => row.list_dbid)) {
    const known = tables.get(dbid);
    // a table that cannot be used as it is takes no results either
    const unusable = runtime.tables.configured.has(dbid) && !lists.has(dbid);
    const finals = known !== undefined && !unusable && (await tableExists(sql, known.table_name)) ? await writeFinals(sql, runtime, asItWas(known), rows) : new Set();
    for (const { handle, agent_id, group_dbid } of rows) {
      const whose = agent_id === null ? 'on a call' : `with agent ${agent_id}`;
      const what = finals.has(handle) ? 'final' : 'Ready again';
      log.warn(`record ${handle} was ${whose} for campaign group ${group_dbid}, which does not go together in the configuration any more: it is ${what}`);
    }
  }
}

/** Answers the handles whose records are final. */
async function writeFinals(sql: Sql, { owner }: Runtime, list: ListTable, rows: readonly HandOutRow[]): Promise<ReadonlySet<number>> {
  const { records } = await recordsOutOf(sql, list, rows);
  const finals = records.flatMap((record) => {
    const ending = endingOfAbandoned(record);
    return ending.kind === 'ready' ? [] : [{ handle: record.handle, row: endedRow(record, ending) }];
  });
  if (finals.length > 0) await writeEndedRows(sql, list, owner.serverDbid, finals.map(({ row }) => row));
  return new Set(finals.map(({ handle }) => handle));
}

/** A list that may not be configured any more: where its rows are is all that is known, and all that is needed. */
function asItWas({ dbid, name, table_name }: { readonly dbid: number; readonly name: string; readonly table_name: string }): ListTable {
  return { dbid, name, table: table_name, maxAttempts: 0, fromSeconds: 0, untilSeconds: 0, customFields: [] };
}
