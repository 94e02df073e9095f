import { Pool, type PoolClient } from 'pg';
import { type Sql, type SqlParam, type SqlRow, StatementFailed, type StatementOptions, StoreAway, type StoreClient, type WorkOptions } from '../client.js';
import { transactionSql } from '../transaction-sql.js';
import { Conflict, judge } from './errors.js';
import { type Answer, ask, clientConfig, introduce, LostSessions, type PostgresSettings, type SessionId, whereIs } from './session.js';

/** A transaction that always gives way is one that others would starve. */
const ATTEMPTS = 5;
/** What moves a whole file or recovers a whole store; no group waits for it. */
const LONG_STATEMENT_MS = 900_000;
/** Sessions that nothing has used for that long are closed. */
const IDLE_MS = 60_000;

/** A session out of the pool, as long as somebody has it. */
interface Line {
  readonly client: PoolClient;
  readonly id: SessionId;
  /** Nothing is known of what it had under way; it is not used again. */
  lost: boolean;
}

/** A PostgreSQL server behind a pool of sessions. Throws StoreAway until it is there again, by itself. */
export class PostgresClient implements StoreClient {
  readonly where: string;
  readonly #pool: Pool;
  readonly #known = new WeakMap<PoolClient, SessionId>();
  readonly #lost: LostSessions;
  #closed = false;

  /** `name` is what the server shows the sessions of this process as. */
  constructor(
    private readonly settings: PostgresSettings,
    private readonly name: string,
  ) {
    this.where = whereIs(settings.url);
    this.#lost = new LostSessions(this.where, settings.statementTimeoutMs);
    this.#pool = new Pool({
      ...clientConfig(settings),
      max: settings.connections,
      idleTimeoutMillis: IDLE_MS,
      // what a transaction asks for without awaiting each answer goes out at once
      pipeline: true,
    });
    // whoever has it is told by the statement that fails; nobody else needs to know
    this.#pool.on('connect', (client) => void client.on('error', () => undefined));
    // an idle session has died: the pool has dropped it, and opens another when one is asked for
    this.#pool.on('error', () => undefined);
  }

  query<Row = SqlRow>(text: string, params?: readonly SqlParam[], options?: StatementOptions): Promise<Row[]> {
    return this.#again({}, () => this.#withLine(async (line) => (await this.#ask<Row>(line, text, params, this.settings.statementTimeoutMs, options)).rows));
  }

  session<T>(fn: (sql: Sql) => Promise<T>, { long = false }: WorkOptions = {}): Promise<T> {
    return this.#withLine(async (line) => {
      try {
        if (long) await this.#ask(line, `SET statement_timeout = ${LONG_STATEMENT_MS}`, [], this.settings.statementTimeoutMs);
        return await fn(this.#sqlOf(line, long));
      } finally {
        // what it has set, locked or left open ends with it
        line.lost = true;
      }
    });
  }

  transaction<T>(fn: (sql: Sql) => Promise<T>, options: WorkOptions = {}): Promise<T> {
    return this.#again(options, () => this.#withLine((line) => this.#transaction(line, fn, options)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  /** Runs again what gave way to another: nothing of it was done. What is long is not, it may have told somebody what it found. */
  async #again<T>({ long = false }: WorkOptions, run: () => Promise<T>): Promise<T> {
    for (let left = long ? 0 : ATTEMPTS - 1; ; left -= 1) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof Conflict) || left <= 0) throw error;
      }
    }
  }

  async #transaction<T>(line: Line, fn: (sql: Sql) => Promise<T>, { long = false }: WorkOptions): Promise<T> {
    const timeoutMs = this.settings.statementTimeoutMs;
    await this.#ask(line, 'BEGIN ISOLATION LEVEL READ COMMITTED', [], timeoutMs);
    const { sql, end } = transactionSql(this.#sqlOf(line, long));
    let result: T;
    try {
      if (long) await this.#ask(line, `SET LOCAL statement_timeout = ${LONG_STATEMENT_MS}`, [], timeoutMs);
      result = await fn(sql).finally(end);
    } catch (error) {
      await this.#rollBack(line);
      throw error;
    }
    const { command } = await this.#ask(line, 'COMMIT', [], timeoutMs);
    // a transaction in which a statement failed is rolled back, whatever is asked for
    if (command !== 'COMMIT') throw new StatementFailed('a statement of the transaction had failed: it was rolled back', '25P02');
    return result;
  }

  async #rollBack(line: Line): Promise<void> {
    if (line.lost) return;
    try {
      await this.#ask(line, 'ROLLBACK', [], this.settings.statementTimeoutMs);
    } catch {
      // why it was rolled back is what counts; the session ends with its transaction
      line.lost = true;
    }
  }

  #sqlOf(line: Line, long: boolean): Sql {
    const timeoutMs = long ? LONG_STATEMENT_MS : this.settings.statementTimeoutMs;
    return { query: async <Row>(text: string, params?: readonly SqlParam[], options?: StatementOptions) => (await this.#ask<Row>(line, text, params, timeoutMs, options)).rows };
  }

  async #withLine<T>(fn: (line: Line) => Promise<T>): Promise<T> {
    const line = await this.#take();
    try {
      return await fn(line);
    } finally {
      line.client.release(line.lost);
    }
  }

  async #ask<Row>(line: Line, text: string, params: readonly SqlParam[] | undefined, timeoutMs: number, options?: StatementOptions): Promise<Answer<Row>> {
    try {
      return await ask<Row>(line.client, text, params, timeoutMs, options);
    } catch (cause) {
      const { error, lineLost } = judge(cause, this.where);
      if (lineLost) {
        line.lost = true;
        this.#lost.add(line.id);
      }
      throw error;
    }
  }

  /** A session that may be used: set up, and with none before it whose end is unknown. */
  async #take(): Promise<Line> {
    if (this.#closed) throw new StoreAway('the store is closed');
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (cause) {
      throw judge(cause, this.where).error;
    }
    try {
      let id = this.#known.get(client);
      if (id === undefined) {
        id = await introduce(client, this.settings, this.name);
        this.#known.set(client, id);
      }
      await this.#lost.end(client);
      return { client, id, lost: false };
    } catch (cause) {
      client.release(true);
      throw judge(cause, this.where).error;
    }
  }
}
