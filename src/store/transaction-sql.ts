import type { Sql } from './client.js';

/**
 * What a transaction is asked through, until `end`: what was still to be asked when the others of it had failed, say,
 * must not come behind its ROLLBACK, where it would be carried out by itself.
 */
export function transactionSql(inner: Sql): { readonly sql: Sql; readonly end: () => void } {
  let ended = false;
  const sql: Sql = {
    async query(text, params, options) {
      if (ended) throw new Error(`its transaction had ended before this was asked: ${text.slice(0, 80)}`);
      return inner.query(text, params, options);
    },
  };
  return { sql, end: () => (ended = true) };
}
