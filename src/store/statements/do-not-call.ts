import type { Sql } from '../client.js';
import { customerIdField, type ListTable, quoteName } from '../list-table.js';

/** The longest number and customer id that the published layout of the do-not-call table takes. */
export const LONGEST_FORBIDDEN = 64;

/** What an entry says of where it comes from. Seconds since the epoch. */
export interface ForbiddenBy {
  readonly campaignId: number | null;
  readonly atSeconds: number;
}

/** A record whose number, or whose whole chain, is never to be dialed again. */
export interface ForbiddenRecord extends ForbiddenBy {
  readonly recordId: number;
  readonly chainId: number;
  readonly wholeChain: boolean;
  /** Forbidden beside the number. */
  readonly customerId: string | null;
}

const COLUMNS = 'phone, customer_id, tenant_dbid, campaign_dbid, list_dbid, is_internal, time_stamp';

/**
 * Puts numbers of records on the do-not-call list, each once. A whole chain is a person: its customer
 * id goes with its numbers where the list has such a field; a single number does not forbid the
 * customer, unless the customer is named. What is longer than the table takes cannot be on it.
 */
export async function forbidRecords(sql: Sql, list: ListTable, records: readonly ForbiddenRecord[]): Promise<void> {
  if (list.doNotCall === undefined) return;
  const table = quoteName(list.doNotCall);
  const field = customerIdField(list);
  const ofRow = field === undefined ? 'NULL::text' : `CASE WHEN f.whole THEN nullif(r.${quoteName(field)}::text, '') END`;
  await sql.query(
    `INSERT INTO ${table} (${COLUMNS})
     SELECT DISTINCT ON (phone, customer) phone, customer, NULL::int, campaign, ${list.dbid}, 1, at
     FROM (
       SELECT r.contact_info AS phone, coalesce(f.customer, ${ofRow}) AS customer, f.campaign, f.at
       FROM unnest($1::int[], $2::int[], $3::bool[], $4::text[], $5::int[], $6::int[]) AS f(id, chain, whole, customer, campaign, at)
       JOIN ${quoteName(list.table)} r ON r.record_id = f.id OR (f.whole AND r.chain_id = f.chain)
     ) met
     WHERE length(phone) <= ${LONGEST_FORBIDDEN} AND coalesce(length(customer), 0) <= ${LONGEST_FORBIDDEN}
       AND NOT EXISTS (SELECT 1 FROM ${table} d WHERE d.phone = met.phone AND d.customer_id IS NOT DISTINCT FROM met.customer)`,
    [
      records.map((record) => record.recordId),
      records.map((record) => record.chainId),
      records.map((record) => record.wholeChain),
      records.map((record) => record.customerId),
      records.map((record) => record.campaignId),
      records.map((record) => record.atSeconds),
    ],
  );
}

/** Puts a number, a customer or both on the do-not-call list, whether or not any list knows them. */
export async function forbid(
  sql: Sql,
  doNotCall: string,
  { phone, customerId, campaignId, atSeconds }: ForbiddenBy & { readonly phone: string | null; readonly customerId: string | null },
): Promise<void> {
  const table = quoteName(doNotCall);
  await sql.query(
    `INSERT INTO ${table} (${COLUMNS})
     SELECT $1::text, $2::text, NULL::int, $3::int, NULL::int, 1, $4::int
     WHERE NOT EXISTS (SELECT 1 FROM ${table} d WHERE d.phone IS NOT DISTINCT FROM $1 AND d.customer_id IS NOT DISTINCT FROM $2)`,
    [phone, customerId, campaignId, atSeconds],
  );
}
