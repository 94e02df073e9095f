import type { MigrationBuilder } from 'node-pg-migrate';

/** A request that is sent again is acknowledged by the same event, also where the record's kind has changed since. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    ALTER TABLE ocm_hand_out ADD COLUMN acknowledgment text;
    COMMENT ON COLUMN ocm_hand_out.acknowledgment IS 'the user event that acknowledged the end';
  `);
}

export const down = false;
