import { OwnershipLost, type Sql, type StoreClient, type WorkOptions } from './client.js';

/** Who writes: a server.dbid in one of its lives. Every life has a higher epoch than the one before. */
export interface Owner {
  readonly serverDbid: number;
  readonly epoch: number;
}

/** The first key of the advisory lock that a living owner's session holds on PostgreSQL; the second is its server.dbid. */
export const OWNER_LOCK = 0x0c1;

/**
 * A unit of work: `fn` awaits nothing but the store, and all it wrote is committed, or none of it.
 * Throws OwnershipLost, with nothing written, when a later epoch has taken over (completion.md 1).
 */
export async function ownedTransaction<T>(client: StoreClient, owner: Owner, fn: (sql: Sql) => Promise<T>, options?: WorkOptions): Promise<T> {
  return client.transaction(async (sql) => {
    // the weakest lock that a claim waits for: renewing the lease does not wait for it
    const check = sql.query('SELECT 1 FROM ocm_gateway WHERE server_dbid = $1 AND epoch = $2 FOR KEY SHARE', [owner.serverDbid, owner.epoch], {
      prepared: true,
    });
    // what it asks for goes out with the check, and counts only if that finds the epoch
    const [held, work] = await Promise.allSettled([check, fn(sql)]);
    if (held.status === 'rejected') throw held.reason;
    if (held.value.length === 0) throw ownershipLost(owner);
    if (work.status === 'rejected') throw work.reason;
    return work.value;
  }, options);
}

function ownershipLost({ serverDbid }: Owner): OwnershipLost {
  return new OwnershipLost(`another gateway with server.dbid ${serverDbid} has taken over`);
}

/**
 * Begins a new life of `serverDbid`: raises the epoch, so that whatever an older process still tries
 * changes nothing. Waits for what it has under way.
 */
export async function claimOwnership(sql: Sql, serverDbid: number, holder: string, nowMs: number): Promise<Owner> {
  const [row] = await sql.query<{ epoch: number }>(
    `WITH before AS MATERIALIZED (SELECT server_dbid FROM ocm_gateway WHERE server_dbid = $1 FOR UPDATE)
     INSERT INTO ocm_gateway (server_dbid, epoch, holder, renewed_at)
     SELECT $1, 1, $2, $3 FROM (SELECT count(*) FROM before) AS waited
     ON CONFLICT (server_dbid) DO UPDATE
       SET epoch = ocm_gateway.epoch + 1, holder = excluded.holder, renewed_at = excluded.renewed_at, http_address = NULL
     RETURNING epoch`,
    [serverDbid, holder, nowMs],
  );
  if (row === undefined) throw new OwnershipLost(`no ownership row for server.dbid ${serverDbid}`);
  return { serverDbid, epoch: row.epoch };
}

/** Renews the lease. Throws OwnershipLost where it is somebody else's. */
export async function renewOwnership(sql: Sql, owner: Owner, nowMs: number): Promise<void> {
  const renewed = await sql.query('UPDATE ocm_gateway SET renewed_at = $3 WHERE server_dbid = $1 AND epoch = $2 RETURNING 1', [
    owner.serverDbid,
    owner.epoch,
    nowMs,
  ]);
  if (renewed.length === 0) throw ownershipLost(owner);
}

/** Says where the owner's http listener is, for `import`. */
export async function updateHttpAddress(sql: Sql, owner: Owner, http: string): Promise<void> {
  await sql.query('UPDATE ocm_gateway SET http_address = $3 WHERE server_dbid = $1 AND epoch = $2', [owner.serverDbid, owner.epoch, http]);
}

/** Who owns what is of a server.dbid, or did last. */
export interface HolderRow {
  readonly epoch: number;
  readonly holder: string;
  readonly http_address: string | null;
  /** Milliseconds, by the holder's clock. */
  readonly renewed_at: number;
}

/** Undefined where nobody ever was, or the store has no tables yet. */
export async function selectHolder(sql: Sql, serverDbid: number): Promise<HolderRow | undefined> {
  const [tables] = await sql.query<{ made: boolean }>(`SELECT to_regclass('ocm_gateway') IS NOT NULL AS made`);
  if (tables?.made !== true) return undefined;
  const [row] = await sql.query<HolderRow>('SELECT epoch, holder, http_address, renewed_at FROM ocm_gateway WHERE server_dbid = $1', [serverDbid]);
  return row;
}
