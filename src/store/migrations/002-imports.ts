import type { MigrationBuilder } from 'node-pg-migrate';

/** Where the rows of a file wait until all of them are known to be good. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    CREATE TABLE ocm_import (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      server_dbid integer NOT NULL REFERENCES ocm_gateway,
      epoch bigint NOT NULL,
      list_dbid integer NOT NULL,
      started_at bigint NOT NULL
    );
    COMMENT ON COLUMN ocm_import.epoch IS 'the life of the gateway that imports; rows of an earlier one are left over from a crash';

    CREATE UNLOGGED TABLE ocm_import_row (
      import_id integer NOT NULL REFERENCES ocm_import,
      line integer NOT NULL,
      record_id integer,
      chain_id integer,
      chain_n integer,
      fields jsonb NOT NULL,
      PRIMARY KEY (import_id, line)
    );
    COMMENT ON TABLE ocm_import_row IS 'rows of a file on their way into a calling list; they do not outlive a crash, so they need not be logged';
    COMMENT ON COLUMN ocm_import_row.fields IS 'the values of every column of the list, in the order of the OCS layout and then of its custom fields';
  `);
}

export const down = false;
