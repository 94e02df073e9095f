import { decide } from '../campaign/machine.js';
import { ownedTransaction } from '../store/owner.js';
import type { Sql } from '../store/client.js';
import { quoteName } from '../store/list-table.js';
import { deleteAgentLogin, recoverAgentLogins } from '../store/statements/agent-logins.js';
import { createDoNotCallTable, tableExists } from '../store/statements/create-list.js';
import { insertMissingGroups, lockGroup, selectGroups } from '../store/statements/groups.js';
import { selectJournalSince, selectLastPosition } from '../store/statements/journal.js';
import { deleteOldImports } from '../store/statements/imports.js';
import { deleteKnownList, selectKnownLists, upsertKnownList } from '../store/statements/known-lists.js';
import { countForeign, releaseUnheld } from '../store/statements/list-rows.js';
import { toGroupState, toJournalRow, writeChange } from './group-store.js';
import type { Runtime } from './runtime.js';
import { endStranded } from './stranded.js';

/**
 * Brings the store to where every group can go on (completion.md 4 and 6), in one transaction: tables
 * that are missing are made, what the configuration no longer has is unloaded, buffers of the last life
 * are Ready again, and whoever was logged in counts as away.
 */
export async function recoverStore(runtime: Runtime, replayWindowMs: number): Promise<void> {
  const { client, owner, deployment, clock } = runtime;
  const nowMs = clock.now();
  const recover = async (sql: Sql): Promise<void> => {
    await createTables(sql, runtime);
    await deleteOldImports(sql, owner);
    await insertMissingGroups(sql, owner.serverDbid, deployment.campaignGroups.map((group) => group.dbid));
    await checkOwnership(sql, runtime);
    await unloadRemovedGroups(sql, runtime, nowMs);
    await endStranded(sql, runtime, nowMs);
    await releaseRemovedLists(sql, runtime);
    for (const list of runtime.lists.values()) {
      await releaseUnheld(sql, list, owner.serverDbid);
      for (const { app_id, count } of await countForeign(sql, list, owner.serverDbid)) {
        runtime.log.warn(`calling list ${list.name}: ${count} records are Retrieved by application ${app_id ?? 'unknown'} and are left to it`);
      }
    }
    await recoverAgents(sql, runtime, nowMs);
    const recent = await selectJournalSince(sql, owner.serverDbid, nowMs - replayWindowMs);
    runtime.journal.begin(recent.map(toJournalRow), await selectLastPosition(sql));
  };
  await ownedTransaction(client, owner, recover, { long: true });
}

async function createTables(sql: Sql, { deployment, tables }: Runtime): Promise<void> {
  for (const list of tables.configured.values()) await tables.admit(sql, list);
  const { table } = deployment.doNotCall;
  if (!(await tableExists(sql, table))) await createDoNotCallTable(sql, table);
}

async function checkOwnership(sql: Sql, { owner, deployment }: Runtime): Promise<void> {
  const ours = new Set((await selectGroups(sql, owner.serverDbid)).map((row) => row.dbid));
  const other = deployment.campaignGroups.find((group) => !ours.has(group.dbid));
  if (other !== undefined) {
    throw new Error(`campaign group ${other.name} (${other.dbid}) belongs to a gateway with another server.dbid on this store, which has it loaded or is running; unload it there and stop that gateway first`);
  }
}

/** Unloads groups that the configuration has no longer, and those of whose lists a table cannot be used as it is now. */
async function unloadRemovedGroups(sql: Sql, { owner, deployment, lists, log }: Runtime, nowMs: number): Promise<void> {
  const configured = new Set(deployment.campaignGroups.map((group) => group.dbid));
  const served = new Set(deployment.campaignGroups.filter((group) => group.campaign.lists.every(({ list }) => lists.has(list.dbid))).map((group) => group.dbid));
  const rules = { dialMode: 0, autoComplete: false, unloadTimeoutMs: 0, modes: new Set<number>() };
  for (const { dbid } of await selectGroups(sql, owner.serverDbid)) {
    const row = served.has(dbid) ? undefined : await lockGroup(sql, owner.serverDbid, dbid);
    if (row === undefined) continue;
    const decision = decide(toGroupState(row), { kind: 'removedFromConfiguration' }, nowMs, rules);
    if (decision.kind !== 'changed') continue;
    const cause = configured.has(dbid) ? 'has a list whose table cannot be used' : 'is no longer in the configuration';
    await writeChange(sql, { dbid, session: row.session ?? '', state: decision.state, events: decision.events, cause, atMs: nowMs });
    log.warn(`campaign group ${dbid} ${cause}: it is unloaded, and its records are Ready`);
  }
}

async function releaseRemovedLists(sql: Sql, { owner, tables: { configured: lists }, log }: Runtime): Promise<void> {
  for (const known of await selectKnownLists(sql, owner.serverDbid)) {
    if (lists.get(known.dbid)?.table === known.table_name) continue;
    if (await tableExists(sql, known.table_name)) {
      await sql.query(
        `UPDATE ${quoteName(known.table_name)} SET record_status = 1, campaign_id = NULL, group_id = NULL, app_id = NULL
         WHERE record_status = 2 AND app_id = $1`,
        [owner.serverDbid],
      );
    }
    await deleteKnownList(sql, owner.serverDbid, known.dbid);
    log.warn(`calling list ${known.name} (table ${known.table_name}) is no longer in the configuration: its records are Ready`);
  }
  for (const { dbid, name, table } of lists.values()) await upsertKnownList(sql, owner.serverDbid, { dbid, name, table_name: table });
}

async function recoverAgents(sql: Sql, { owner, deployment, agents, log }: Runtime, nowMs: number): Promise<void> {
  const configured = new Set(deployment.agents.map((agent) => agent.id));
  for (const login of await recoverAgentLogins(sql, owner.serverDbid, nowMs)) {
    if (configured.has(login.agent_id)) {
      agents.lose(login.agent_id, { since: login.since, lostAt: login.lost_at ?? nowMs, resumeAfter: undefined });
    } else {
      await deleteAgentLogin(sql, owner.serverDbid, login.agent_id);
      log.warn(`agent ${login.agent_id} is no longer in the configuration: its login is forgotten`);
    }
  }
}
