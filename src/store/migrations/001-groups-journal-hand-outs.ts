import type { MigrationBuilder } from 'node-pg-migrate';

/** The gateway's own tables. Times are milliseconds since the epoch; calling lists are not here, they have the OCS layout. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
    CREATE TABLE ocm_gateway (
      server_dbid integer PRIMARY KEY,
      epoch bigint NOT NULL,
      holder text NOT NULL,
      http_address text,
      renewed_at bigint NOT NULL
    );
    COMMENT ON TABLE ocm_gateway IS 'who owns what this server.dbid owns; a write under an older epoch changes nothing';

    CREATE TABLE ocm_campaign_group (
      dbid integer PRIMARY KEY,
      server_dbid integer NOT NULL REFERENCES ocm_gateway,
      status smallint NOT NULL DEFAULT 0,
      session text,
      last_number integer NOT NULL DEFAULT 0,
      auto_completion boolean NOT NULL DEFAULT false,
      auto_completion_by text NOT NULL DEFAULT '',
      auto_completion_at bigint NOT NULL DEFAULT 0,
      dial_mode smallint NOT NULL DEFAULT 0,
      kept_mode smallint NOT NULL DEFAULT 0,
      optimize_by smallint NOT NULL DEFAULT 0,
      optimize_goal integer,
      unload_deadline bigint,
      last_completion text
    );
    COMMENT ON COLUMN ocm_campaign_group.status IS 'GroupCampaignStatus: 0 NotLoaded, 1 WaitingUnload, 4 Active, 5 Running';
    COMMENT ON COLUMN ocm_campaign_group.last_completion IS 'JSON: when, which session, what was left and why';

    CREATE TABLE ocm_journal (
      position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      group_dbid integer NOT NULL REFERENCES ocm_campaign_group,
      session text NOT NULL,
      number integer,
      kind text NOT NULL,
      status smallint NOT NULL,
      dial_mode smallint NOT NULL,
      optimize_by smallint NOT NULL,
      optimize_goal integer,
      forced boolean NOT NULL,
      at bigint NOT NULL,
      cause text NOT NULL,
      UNIQUE (group_dbid, session, number)
    );
    COMMENT ON COLUMN ocm_journal.number IS 'what clients see as GSW_EVENT_NUMBER; null for a change nobody is told of';
    CREATE INDEX ocm_journal_at ON ocm_journal (at);

    CREATE TABLE ocm_agent_login (
      agent_id text NOT NULL,
      server_dbid integer NOT NULL REFERENCES ocm_gateway,
      dn text NOT NULL,
      since bigint NOT NULL,
      lost_at bigint,
      PRIMARY KEY (server_dbid, agent_id)
    );

    CREATE TABLE ocm_calling_list (
      server_dbid integer NOT NULL REFERENCES ocm_gateway,
      dbid integer NOT NULL,
      name text NOT NULL,
      table_name text NOT NULL,
      PRIMARY KEY (server_dbid, dbid)
    );
    COMMENT ON TABLE ocm_calling_list IS 'lists this server has served, so that one taken out of the configuration can be given its records back';

    CREATE SEQUENCE ocm_record_handle AS integer CYCLE;

    CREATE TABLE ocm_hand_out (
      handle integer PRIMARY KEY,
      group_dbid integer NOT NULL REFERENCES ocm_campaign_group,
      session text NOT NULL,
      list_dbid integer NOT NULL,
      chain_id integer NOT NULL,
      record_id integer NOT NULL,
      agent_id text NOT NULL,
      attempt integer NOT NULL,
      attempt_guid text NOT NULL,
      call_result integer,
      handed_at bigint NOT NULL,
      ended_at bigint,
      ending text,
      end_result integer
    );
    COMMENT ON COLUMN ocm_hand_out.call_result IS 'reported before the end; with one, the record is never dialed again';
    COMMENT ON COLUMN ocm_hand_out.ending IS 'what ended it, so that the same result sent again is known';
    CREATE INDEX ocm_hand_out_open ON ocm_hand_out (group_dbid) WHERE ended_at IS NULL;
    CREATE UNIQUE INDEX ocm_hand_out_chain ON ocm_hand_out (list_dbid, chain_id) WHERE ended_at IS NULL;
    COMMENT ON INDEX ocm_hand_out_chain IS 'a chain is in one hand, whatever is raced for it';
    CREATE INDEX ocm_hand_out_ended ON ocm_hand_out (ended_at) WHERE ended_at IS NOT NULL;
  `);
}

export const down = false;
