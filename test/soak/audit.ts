import { type Sql, StoreAway } from '../../src/store/client.js';
import { quoteName } from '../../src/store/list-table.js';
import type { FinalChange } from './invariants/final-records.js';

/**
 * What triggers of the soak's own write down in its database, in the transactions of the gateway: rows of lists that were or become
 * final, or are deleted, and records that are handed out.
 */
const TABLES = `
CREATE TABLE soak_final (id bigserial PRIMARY KEY, list text, record_id integer, phone text, was_status integer, was_result integer, was_attempt integer,
                         gone boolean, status integer, result integer, attempt integer, at float8);
CREATE TABLE soak_out (id bigserial PRIMARY KEY, phone text, at float8);

CREATE FUNCTION soak_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO soak_final (list, record_id, phone, was_status, was_result, was_attempt, gone, status, result, attempt, at) VALUES (TG_TABLE_NAME, OLD.record_id, OLD.contact_info, OLD.record_status, OLD.call_result, OLD.attempt,
                                   true, NULL, NULL, NULL, extract(epoch FROM clock_timestamp()) * 1000);
  ELSIF OLD.record_status NOT IN (1, 2) OR NEW.record_status NOT IN (1, 2) THEN
    INSERT INTO soak_final (list, record_id, phone, was_status, was_result, was_attempt, gone, status, result, attempt, at) VALUES (TG_TABLE_NAME, NEW.record_id, NEW.contact_info, OLD.record_status, OLD.call_result, OLD.attempt,
                                   false, NEW.record_status, NEW.call_result, NEW.attempt, extract(epoch FROM clock_timestamp()) * 1000);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION soak_hand_out() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  list text;
  phone text;
BEGIN
  SELECT table_name INTO list FROM ocm_calling_list WHERE dbid = NEW.list_dbid;
  EXECUTE format('SELECT contact_info FROM %I WHERE record_id = $1', list) INTO phone USING NEW.record_id;
  INSERT INTO soak_out (phone, at) VALUES (phone, extract(epoch FROM clock_timestamp()) * 1000);
  RETURN NULL;
END $$;

CREATE TRIGGER soak_hand_out AFTER INSERT ON ocm_hand_out FOR EACH ROW EXECUTE FUNCTION soak_hand_out()`;

/** Begins to write down what happens to these lists. */
export async function installAudit(sql: Sql, tables: readonly string[]): Promise<void> {
  for (const statement of TABLES.split(/;\n(?=\nCREATE|CREATE)/)) await sql.query(statement);
  for (const table of tables) {
    await sql.query(`CREATE TRIGGER soak_record AFTER UPDATE OR DELETE ON ${quoteName(table)} FOR EACH ROW EXECUTE FUNCTION soak_record()`);
  }
}

interface FinalRow {
  readonly id: number;
  readonly list: string;
  readonly record_id: number;
  readonly phone: string;
  readonly was_status: number;
  readonly was_result: number | null;
  readonly was_attempt: number | null;
  readonly gone: boolean;
  readonly status: number;
  readonly result: number | null;
  readonly attempt: number | null;
  readonly at: number;
}

export interface WentOut {
  readonly id: number;
  readonly phone: string;
  readonly at: number;
}

/** Takes rows out of one of the audit's tables: each is answered once, also where the store goes away in the middle. */
class Taker<Row extends { readonly id: number }> {
  #seen: ReadonlySet<number> = new Set();

  constructor(private readonly table: string) {}

  async take(sql: Sql): Promise<Row[]> {
    // in the order of commits nothing is numbered: whatever is there is taken
    const rows = await sql.query<Row>(`SELECT * FROM ${this.table} ORDER BY id`);
    const fresh = rows.filter(({ id }) => !this.#seen.has(id));
    this.#seen = new Set(rows.map(({ id }) => id));
    try {
      if (rows.length > 0) await sql.query(`DELETE FROM ${this.table} WHERE id = ANY($1::bigint[])`, [[...this.#seen]]);
    } catch (error) {
      // they may be there the next time, and are known then
      if (!(error instanceof StoreAway)) throw error;
    }
    return fresh;
  }
}

/** Reads what was written down since the last time. */
export class Audit {
  readonly #finals = new Taker<FinalRow>('soak_final');
  readonly #outs = new Taker<WentOut>('soak_out');

  async finals(sql: Sql): Promise<FinalChange[]> {
    return (await this.#finals.take(sql)).map(({ list: table, record_id: recordId, phone, was_status, was_result, was_attempt, gone, status, result, attempt, at }) => ({
      table,
      recordId,
      phone,
      was: { status: was_status, result: was_result, attempt: was_attempt },
      now: gone ? undefined : { status, result, attempt },
      at,
    }));
  }

  wentOut(sql: Sql): Promise<WentOut[]> {
    return this.#outs.take(sql);
  }
}
