CREATE SEQUENCE ocm_record_handle AS integer CYCLE;

CREATE TABLE ocm_agent_login (
  agent_id text NOT NULL,
  server_dbid integer NOT NULL,
  dn text NOT NULL,
  since bigint NOT NULL,
  lost_at bigint,
  CONSTRAINT ocm_agent_login_pkey PRIMARY KEY (server_dbid, agent_id),
  CONSTRAINT ocm_agent_login_server_dbid_fkey FOREIGN KEY (server_dbid) REFERENCES ocm_gateway(server_dbid)
);

CREATE TABLE ocm_calling_list (
  server_dbid integer NOT NULL,
  dbid integer NOT NULL,
  name text NOT NULL,
  table_name text NOT NULL,
  CONSTRAINT ocm_calling_list_pkey PRIMARY KEY (server_dbid, dbid),
  CONSTRAINT ocm_calling_list_server_dbid_fkey FOREIGN KEY (server_dbid) REFERENCES ocm_gateway(server_dbid)
);

CREATE TABLE ocm_campaign_group (
  dbid integer NOT NULL,
  server_dbid integer NOT NULL,
  status smallint NOT NULL DEFAULT 0,
  session text,
  last_number integer NOT NULL DEFAULT 0,
  auto_completion boolean NOT NULL DEFAULT false,
  auto_completion_by text NOT NULL DEFAULT ''::text,
  auto_completion_at bigint NOT NULL DEFAULT 0,
  dial_mode smallint NOT NULL DEFAULT 0,
  kept_mode smallint NOT NULL DEFAULT 0,
  optimize_by smallint NOT NULL DEFAULT 0,
  optimize_goal integer,
  unload_deadline bigint,
  last_completion text,
  CONSTRAINT ocm_campaign_group_pkey PRIMARY KEY (dbid),
  CONSTRAINT ocm_campaign_group_server_dbid_fkey FOREIGN KEY (server_dbid) REFERENCES ocm_gateway(server_dbid)
);

CREATE TABLE ocm_gateway (
  server_dbid integer NOT NULL,
  epoch bigint NOT NULL,
  holder text NOT NULL,
  http_address text,
  renewed_at bigint NOT NULL,
  resume_key text,
  CONSTRAINT ocm_gateway_pkey PRIMARY KEY (server_dbid)
);

CREATE TABLE ocm_hand_out (
  handle integer NOT NULL,
  group_dbid integer NOT NULL,
  session text NOT NULL,
  list_dbid integer NOT NULL,
  chain_id integer NOT NULL,
  record_id integer NOT NULL,
  agent_id text,
  attempt integer NOT NULL,
  attempt_guid text NOT NULL,
  call_result integer,
  handed_at bigint NOT NULL,
  ended_at bigint,
  ending text,
  end_result integer,
  call_state text,
  acknowledgment text,
  CONSTRAINT ocm_hand_out_group_dbid_fkey FOREIGN KEY (group_dbid) REFERENCES ocm_campaign_group(dbid),
  CONSTRAINT ocm_hand_out_pkey PRIMARY KEY (handle)
);

CREATE TABLE ocm_import (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  server_dbid integer NOT NULL,
  epoch bigint NOT NULL,
  list_dbid integer NOT NULL,
  started_at bigint NOT NULL,
  file text,
  staged_line integer NOT NULL DEFAULT 0,
  unnumbered integer NOT NULL DEFAULT 0,
  chained integer NOT NULL DEFAULT 0,
  single integer NOT NULL DEFAULT 0,
  accepted_at bigint,
  last_id integer NOT NULL DEFAULT 0,
  reserved_to integer NOT NULL DEFAULT 0,
  moved_chain bigint NOT NULL DEFAULT '-2147483649'::bigint,
  moved_line integer NOT NULL DEFAULT 0,
  loaded integer NOT NULL DEFAULT 0,
  moved_at bigint,
  CONSTRAINT ocm_import_pkey PRIMARY KEY (id),
  CONSTRAINT ocm_import_server_dbid_fkey FOREIGN KEY (server_dbid) REFERENCES ocm_gateway(server_dbid)
);

CREATE TABLE ocm_journal (
  "position" bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  group_dbid integer NOT NULL,
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
  CONSTRAINT ocm_journal_group_dbid_fkey FOREIGN KEY (group_dbid) REFERENCES ocm_campaign_group(dbid),
  CONSTRAINT ocm_journal_group_dbid_session_number_key UNIQUE (group_dbid, session, number),
  CONSTRAINT ocm_journal_pkey PRIMARY KEY ("position")
);

CREATE TABLE ocm_migration (
  id integer NOT NULL DEFAULT nextval('ocm_migration_id_seq'::regclass),
  name character varying(255) NOT NULL,
  run_on timestamp without time zone NOT NULL,
  CONSTRAINT ocm_migration_pkey PRIMARY KEY (id)
);

CREATE TABLE ocm_retry (
  list_dbid integer NOT NULL,
  record_id integer NOT NULL,
  group_dbid integer NOT NULL,
  session text NOT NULL,
  CONSTRAINT ocm_retry_group_dbid_fkey FOREIGN KEY (group_dbid) REFERENCES ocm_campaign_group(dbid),
  CONSTRAINT ocm_retry_pkey PRIMARY KEY (list_dbid, record_id)
);

CREATE UNIQUE INDEX ocm_hand_out_chain ON ocm_hand_out USING btree (list_dbid, chain_id) WHERE (ended_at IS NULL);

CREATE INDEX ocm_hand_out_ended ON ocm_hand_out USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX ocm_hand_out_open ON ocm_hand_out USING btree (group_dbid) WHERE (ended_at IS NULL);

CREATE INDEX ocm_journal_at ON ocm_journal USING btree (at);

CREATE INDEX ocm_retry_session ON ocm_retry USING btree (group_dbid, session);

COMMENT ON TABLE ocm_calling_list IS 'lists this server has served, so that one taken out of the configuration can be given its records back';

COMMENT ON COLUMN ocm_campaign_group.status IS 'GroupCampaignStatus: 0 NotLoaded, 1 WaitingUnload, 4 Active, 5 Running';

COMMENT ON COLUMN ocm_campaign_group.last_completion IS 'JSON: when, which session, what was left and why';

COMMENT ON TABLE ocm_gateway IS 'who owns what this server.dbid owns; a write under an older epoch changes nothing';

COMMENT ON COLUMN ocm_gateway.resume_key IS 'what resume tokens are signed with, in base64; null: none was signed yet. A new one ends them all';

COMMENT ON COLUMN ocm_hand_out.call_result IS 'reported before the end; with one, the record is never dialed again';

COMMENT ON COLUMN ocm_hand_out.ending IS 'what ended it, so that the same result sent again is known';

COMMENT ON COLUMN ocm_hand_out.call_state IS 'null: no call of the gateway''s; placed, answered, released';

COMMENT ON COLUMN ocm_hand_out.acknowledgment IS 'the user event that acknowledged the end';

COMMENT ON INDEX ocm_hand_out_chain IS 'a chain is in one hand, whatever is raced for it';

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

COMMENT ON COLUMN ocm_journal.number IS 'what clients see as GSW_EVENT_NUMBER; null for a change nobody is told of';

COMMENT ON TABLE ocm_retry IS 'records that a treatment put back for later: they hold the completion of the session that dialed them';
