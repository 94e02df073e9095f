import type { MigrationBuilder } from 'node-pg-migrate';

/** Desktops come back after a restart by tokens that the life before has signed. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    ALTER TABLE ocm_gateway ADD COLUMN resume_key text;
    COMMENT ON COLUMN ocm_gateway.resume_key IS 'what resume tokens are signed with, in base64; null: none was signed yet. A new one ends them all';
  `);
}

export const down = false;
