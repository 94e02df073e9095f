import { OwnershipLost, type Sql, type StoreClient } from './client.js';

/** Who writes: a server.dbid in one of its lives. Every life has a higher epoch than the one before. */
export interface Owner {
  readonly serverDbid: number;
  readonly epoch: number;
}

/**
 * A unit of work: `fn` awaits nothing but the store, and all it wrote is committed, or none of it.
 * Throws OwnershipLost, with nothing written, when a later epoch has taken over (completion.md 1).
 */
export async function ownedTransaction<T>(client: StoreClient, owner: Owner, fn: (sql: Sql) => Promise<T>): Promise<T> {
  return client.transaction(async (sql) => {
    const held = await sql.query('SELECT 1 FROM ocm_gateway WHERE server_dbid = $1 AND epoch = $2 FOR SHARE', [
      owner.serverDbid,
      owner.epoch,
    ]);
    if (held.length === 0) throw new OwnershipLost(`another gateway with server.dbid ${owner.serverDbid} has taken over`);
    return fn(sql);
  });
}

/** Begins a new life of `serverDbid`: raises the epoch, so that whatever an older process still tries changes nothing. */
export async function claimOwnership(sql: Sql, serverDbid: number, holder: string, nowMs: number): Promise<Owner> {
  const [row] = await sql.query<{ epoch: number }>(
    `INSERT INTO ocm_gateway (server_dbid, epoch, holder, renewed_at) VALUES ($1, 1, $2, $3)
     ON CONFLICT (server_dbid) DO UPDATE SET epoch = ocm_gateway.epoch + 1, holder = excluded.holder, renewed_at = excluded.renewed_at
     RETURNING epoch`,
    [serverDbid, holder, nowMs],
  );
  if (row === undefined) throw new OwnershipLost(`no ownership row for server.dbid ${serverDbid}`);
  return { serverDbid, epoch: row.epoch };
}
