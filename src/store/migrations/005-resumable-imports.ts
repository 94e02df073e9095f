import type { MigrationBuilder } from 'node-pg-migrate';

/** An import that is interrupted goes on where it stopped: how far it is, is stored; its rows have a table of their own. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    DROP TABLE ocm_import_row;
    DELETE FROM ocm_import;
    ALTER TABLE ocm_import
      ADD COLUMN file text,
      ADD COLUMN staged_line integer NOT NULL DEFAULT 0,
      ADD COLUMN unnumbered integer NOT NULL DEFAULT 0,
      ADD COLUMN chained integer NOT NULL DEFAULT 0,
      ADD COLUMN single integer NOT NULL DEFAULT 0,
      ADD COLUMN accepted_at bigint,
      ADD COLUMN last_id integer NOT NULL DEFAULT 0,
      ADD COLUMN reserved_to integer NOT NULL DEFAULT 0,
      ADD COLUMN moved_chain bigint NOT NULL DEFAULT -2147483649,
      ADD COLUMN moved_line integer NOT NULL DEFAULT 0,
      ADD COLUMN loaded integer NOT NULL DEFAULT 0,
      ADD COLUMN moved_at bigint;
    COMMENT ON TABLE ocm_import IS 'files on their way into calling lists; the rows of import N wait in table ocm_import_rows_N';
    COMMENT ON COLUMN ocm_import.epoch IS 'the life of the gateway that imports';
    COMMENT ON COLUMN ocm_import.file IS 'SHA-256 of the file, by which an interrupted import is known again; null: it is not';
    COMMENT ON COLUMN ocm_import.staged_line IS 'the last line whose row is staged';
    COMMENT ON COLUMN ocm_import.unnumbered IS 'staged rows without a record_id of their own';
    COMMENT ON COLUMN ocm_import.chained IS 'staged rows that name a record_id or a chain_id, and can meet others';
    COMMENT ON COLUMN ocm_import.single IS 'staged rows that name neither';
    COMMENT ON COLUMN ocm_import.accepted_at IS 'from then on all of its good rows come into the list, whatever happens';
    COMMENT ON COLUMN ocm_import.last_id IS 'rows without a record_id are numbered behind it';
    COMMENT ON COLUMN ocm_import.reserved_to IS 'the last id that belongs to it: whoever else adds rows numbers them behind it';
    COMMENT ON COLUMN ocm_import.moved_chain IS 'chains up to this one are in the list';
    COMMENT ON COLUMN ocm_import.moved_line IS 'rows that name no chain are in the list up to this line';
    COMMENT ON COLUMN ocm_import.moved_at IS 'when its last row came into the list';
  `);
}

export const down = false;
