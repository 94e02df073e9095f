import { createHash } from 'node:crypto';
import { Client, type ClientBase, type ClientConfig, type QueryConfig, type QueryResult, types } from 'pg';
import type { SqlParam, SqlRow, StatementOptions } from '../client.js';
import { ARRAYS, PARSERS } from '../parsers.js';
import { judge } from './errors.js';

export interface PostgresSettings {
  /** `postgres://user@host:port/database`; a password may stand in it. */
  readonly url: string;
  /** Sessions at most, beside the one that holds the ownership. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
  /** How long a statement may take. */
  readonly statementTimeoutMs: number;
}

/** A session as the server knows it: process ids are given out again, so its start belongs to it. */
export interface SessionId {
  readonly pid: number;
  readonly startedAt: string;
}

/** The server cancels what takes too long; one that does not even do that is given up this much later, at most. */
const ANSWER_GRACE_MS = 2000;
const KEEPALIVE_MS = 10_000;

/** Where the store is, for messages: no password. */
export function whereIs(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname === '' ? (searchParams.get('host') ?? 'localhost') : hostname;
  return `${host}:${port === '' ? '5432' : port}${pathname}`;
}

export function clientConfig(settings: PostgresSettings): ClientConfig {
  return {
    connectionString: settings.url,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_MS,
    types: { getTypeParser },
  };
}

type Parser = (text: string) => unknown;

/** The one table of both stores; arrays of its types are read element by element. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): Parser {
  const own = PARSERS[oid];
  if (own !== undefined) return own;
  const element = PARSERS[ARRAYS[oid] ?? -1];
  if (element === undefined) return types.getTypeParser(oid, format ?? 'text') as Parser;
  const texts = types.getTypeParser(TEXT_ARRAY, 'text') as (text: string) => (string | null)[];
  return (text) => texts(text).map((item) => (item === null ? null : element(item)));
}

const TEXT_ARRAY: number = 1009;

/**
 * Sets a new session up and answers who it is. Whatever hangs ends by itself: a statement, a
 * transaction whose process is stopped in the middle of it, the session of a machine that is gone.
 */
export async function introduce(client: ClientBase, settings: PostgresSettings, name: string): Promise<SessionId> {
  const { rows } = await ask<SessionId>(
    client,
    `SELECT set_config('application_name', $1, false), set_config('statement_timeout', $2, false),
             set_config('idle_in_transaction_session_timeout', $2, false),
             set_config('tcp_keepalives_idle', $3, false), set_config('tcp_keepalives_interval', $3, false),
             a.pid, extract(epoch FROM a.backend_start)::text AS "startedAt"
           FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()`,
    [name, String(settings.statementTimeoutMs), String(KEEPALIVE_MS / 1000)],
    settings.connectTimeoutMs,
  );
  const [{ pid, startedAt } = { pid: 0, startedAt: '' }] = rows;
  return { pid, startedAt };
}

export interface Answer<Row> {
  readonly rows: Row[];
  /** The last command that was carried out. */
  readonly command: string;
}

/** The names under which sessions keep statements: a session has each under its own. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `ocm_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`));
  return name;
}

/** What is written in one turn goes out in one write: on its own each costs more than most statements. */
function holdForThisTurn(client: ClientBase): void {
  if (!(client instanceof Client)) return;
  const { stream } = client.connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** One statement (or, without parameters, a script) on one session. Throws what the driver throws. */
export async function ask<Row = SqlRow>(
  client: ClientBase,
  text: string,
  params: readonly SqlParam[] | undefined,
  timeoutMs: number,
  { prepared = false }: StatementOptions = {},
): Promise<Answer<Row>> {
  const config: QueryConfig & { readonly query_timeout: number } = {
    text,
    query_timeout: timeoutMs + Math.min(timeoutMs, ANSWER_GRACE_MS),
    ...(prepared && { name: nameOf(text) }),
  };
  holdForThisTurn(client);
  // a script answers one result per statement, which the driver's types do not know
  const answer = (await client.query(params === undefined ? config : { ...config, values: [...params] })) as QueryResult | QueryResult[];
  const last = Array.isArray(answer) ? answer.at(-1) : answer;
  return { rows: (last?.rows ?? []) as Row[], command: last?.command ?? '' };
}

/**
 * Sessions that were lost with something under way: whether it was committed is not known, and the server may
 * still be at it. Before the store is asked anything else each of them is ended, so that whatever is read
 * then is not overtaken by what they still do.
 */
export class LostSessions {
  readonly #lost = new Map<string, SessionId>();

  constructor(
    private readonly where: string,
    private readonly timeoutMs: number,
  ) {}

  add(id: SessionId): void {
    this.#lost.set(`${id.pid} ${id.startedAt}`, id);
  }

  /** Resolves when none of them is left. Throws StoreAway where one does not end. */
  async end(client: ClientBase): Promise<void> {
    if (this.#lost.size === 0) return;
    const lost = [...this.#lost];
    const params = [lost.map(([, { pid }]) => pid), lost.map(([, { startedAt }]) => startedAt)];
    const alive = `pg_stat_activity a JOIN unnest($1::int[], $2::text[]) AS lost(lost_pid, lost_start)
                   ON a.pid = lost_pid AND extract(epoch FROM a.backend_start)::text = lost_start`;
    await ask(client, `SELECT pg_terminate_backend(a.pid, ${Math.ceil(this.timeoutMs / 2)}) FROM ${alive}`, params, this.timeoutMs);
    const { rows } = await ask(client, `SELECT a.pid FROM ${alive}`, params, this.timeoutMs);
    if (rows.length > 0) throw judge(new Error('a session that was lost has not ended yet'), this.where).error;
    for (const [key] of lost) this.#lost.delete(key);
  }
}
