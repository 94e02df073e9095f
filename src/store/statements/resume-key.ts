import type { Sql } from '../client.js';

/** The key that a server signs its resume tokens with, in base64: `fresh` at its first start, and the same ever after. */
export async function keepResumeKey(sql: Sql, serverDbid: number, fresh: string): Promise<string> {
  const [row] = await sql.query<{ resume_key: string }>(
    'UPDATE ocm_gateway SET resume_key = coalesce(resume_key, $2) WHERE server_dbid = $1 RETURNING resume_key',
    [serverDbid, fresh],
  );
  return row?.resume_key ?? fresh;
}
