import type { MigrationBuilder } from 'node-pg-migrate';

/** Records that the gateway dials itself: a hand-out without an agent until the call is answered, and redials. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    ALTER TABLE ocm_hand_out ALTER COLUMN agent_id DROP NOT NULL;
    ALTER TABLE ocm_hand_out ADD COLUMN call_state text;
    COMMENT ON COLUMN ocm_hand_out.call_state IS 'null: no call of the gateway''s; placed, answered, released';

    CREATE TABLE ocm_retry (
      list_dbid integer NOT NULL,
      record_id integer NOT NULL,
      group_dbid integer NOT NULL REFERENCES ocm_campaign_group,
      session text NOT NULL,
      PRIMARY KEY (list_dbid, record_id)
    );
    COMMENT ON TABLE ocm_retry IS 'records that a treatment put back for later: they hold the completion of the session that dialed them';
    CREATE INDEX ocm_retry_session ON ocm_retry (group_dbid, session);
  `);
}

export const down = false;
