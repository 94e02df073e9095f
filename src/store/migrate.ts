import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { Sql, StoreClient } from './client.js';

/**
 * Brings the gateway's own tables to the version this program needs; what is there is kept.
 * Of several processes that do so at once the others wait for the first. Answers the names of the migrations it ran.
 */
export async function migrate(client: StoreClient): Promise<string[]> {
  return client.session(
    async (sql) => {
      // held by one at a time, the others wait; it ends with the session
      await sql.query('SELECT pg_advisory_lock($1, 0)', [MIGRATION_LOCK]);
      try {
        return await runMigrations(sql);
      } finally {
        await sql.query('SELECT pg_advisory_unlock($1, 0)', [MIGRATION_LOCK]);
      }
    },
    { long: true },
  );
}

async function runMigrations(sql: Sql): Promise<string[]> {
  const done = await runner({
    dbClient: asPgClient(sql) as never,
    dir: fileURLToPath(new URL('./migrations/', import.meta.url)),
    ignorePattern: '.*(\\.d\\.ts|\\.map)',
    migrationsTable: 'ocm_migration',
    direction: 'up',
    count: Infinity,
    singleTransaction: true,
    noLock: true,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return done.map((migration) => migration.name);
}

/** The first key of the advisory lock under which tables are changed. */
const MIGRATION_LOCK = 0x0c2;

/** Failures are thrown; the library's progress lines are not for a program that is starting. */
const quiet = (): void => undefined;

/** The two ways in which the migration library calls a `pg` client. */
function asPgClient(sql: Sql): { query(query: string | { text: string; values?: [] }, values?: []): Promise<{ rows: unknown[]; rowCount: number }> } {
  return {
    async query(query, values) {
      const [text, params] = typeof query === 'string' ? [query, values] : [query.text, query.values];
      const rows = await sql.query(text, params);
      return { rows, rowCount: rows.length };
    },
  };
}
