import type { Sql } from '../client.js';

/** An agent that is logged in, or lost its line and has not come back; times in milliseconds. */
export interface AgentLoginRow {
  readonly agent_id: string;
  readonly dn: string;
  readonly since: number;
  readonly lost_at: number | null;
}

export async function upsertAgentLogin(sql: Sql, serverDbid: number, login: Omit<AgentLoginRow, 'lost_at'>): Promise<void> {
  await sql.query(
    `INSERT INTO ocm_agent_login (server_dbid, agent_id, dn, since) VALUES ($1, $2, $3, $4)
     ON CONFLICT (server_dbid, agent_id) DO UPDATE SET dn = excluded.dn, since = excluded.since, lost_at = NULL`,
    [serverDbid, login.agent_id, login.dn, login.since],
  );
}

export async function deleteAgentLogin(sql: Sql, serverDbid: number, agentId: string): Promise<void> {
  await sql.query('DELETE FROM ocm_agent_login WHERE server_dbid = $1 AND agent_id = $2', [serverDbid, agentId]);
}

/** Notes that the agent's line was lost. */
export async function updateAgentLost(sql: Sql, serverDbid: number, agentId: string, lostAt: number): Promise<void> {
  await sql.query('UPDATE ocm_agent_login SET lost_at = $3 WHERE server_dbid = $1 AND agent_id = $2 AND lost_at IS NULL', [
    serverDbid,
    agentId,
    lostAt,
  ]);
}

/** After a restart every line is lost. Answers all who have not logged out. */
export async function recoverAgentLogins(sql: Sql, serverDbid: number, nowMs: number): Promise<AgentLoginRow[]> {
  return sql.query<AgentLoginRow>(
    `UPDATE ocm_agent_login SET lost_at = coalesce(lost_at, $2) WHERE server_dbid = $1 RETURNING agent_id, dn, since, lost_at`,
    [serverDbid, nowMs],
  );
}
