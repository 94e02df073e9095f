import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TwoLaneQueue } from '../../util/two-lane-queue.js';
import { type Sql, type SqlParam, type SqlRow, StatementFailed, StoreAway, type StoreClient, type WorkOptions } from '../client.js';
import { transactionSql } from '../transaction-sql.js';
import type { DirectoryLock } from './lock.js';
import type { WorkerReply, WorkerRequest } from './messages.js';

/** Rows changed or deleted between two clean-ups: PGlite has no autovacuum. Rows that are only added leave nothing to clean up. */
const CHANGES_PER_VACUUM = 200_000;
/** Rows written between two checkpoints: PGlite has no checkpointer, and the log would grow. */
const WRITES_PER_CHECKPOINT = 100_000;

/** Of what others wait for, so much goes before what nobody waits for. */
const BEFORE_BACKGROUND = 8;

/** Statements after which no row is out of date. */
const ONLY_ADDS = /^\s*INSERT\b(?![^]*\bDO\s+UPDATE\b)/i;

type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never;
type Ask = (request: Unnumbered<WorkerRequest>) => Promise<Extract<WorkerReply, { rows: SqlRow[] }>>;

/**
 * The embedded store: PGlite in a worker thread. It has one session, so statements and transactions
 * queue; the queue is here, where a transaction's statements can be kept together.
 */
export class EmbeddedClient implements StoreClient {
  readonly #worker: Worker;
  readonly #lock: DirectoryLock;
  readonly #queue = new TwoLaneQueue(BEFORE_BACKGROUND);
  readonly #waiting = new Map<number, { resolve(reply: WorkerReply): void; reject(error: Error): void }>();
  readonly #session: Sql = { query: (text, params) => this.#query(text, params) };
  #lastId = 0;
  #changes = 0;
  #writes = 0;
  #gone: StoreAway | undefined;
  #onGone: (error: Error) => void = () => undefined;

  constructor(directory: string, lock: DirectoryLock) {
    this.#lock = lock;
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: { dataDir: join(directory, 'pg') } });
    this.#worker.on('message', (reply: WorkerReply) => {
      this.#waiting.get(reply.id)?.resolve(reply);
      this.#waiting.delete(reply.id);
    });
    this.#worker.on('error', (error) => this.#fail(new StoreAway(`the embedded store failed: ${error.message}`, { cause: error })));
    this.#worker.on('exit', () => this.#fail(new StoreAway('the embedded store has ended')));
  }

  /** Calls `fn` once if the store ends by itself: an embedded store that is gone does not come back. */
  onGone(fn: (error: Error) => void): void {
    this.#onGone = fn;
  }

  async query<Row = SqlRow>(text: string, params?: readonly SqlParam[]): Promise<Row[]> {
    const rows = await this.#queue.run(() => this.#query<Row>(text, params));
    this.#cleanUp();
    return rows;
  }

  async session<T>(fn: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#queue.run(() => fn(this.#session));
  }

  async transaction<T>(fn: (sql: Sql) => Promise<T>, { background = false }: WorkOptions = {}): Promise<T> {
    const result = await this.#queue.run(async () => {
      await this.#query('BEGIN');
      const done = await this.#rollBackOnThrow(fn);
      await this.#query('COMMIT');
      return done;
    }, background ? 'back' : 'front');
    this.#cleanUp();
    return result;
  }

  async close(): Promise<void> {
    await this.#queue.run(async () => {
      try {
        if (this.#gone === undefined) await this.#ask({ kind: 'close' });
      } finally {
        // a store that cannot even be closed must not keep its directory
        this.#gone ??= new StoreAway('the embedded store is closed');
        await this.#worker.terminate();
        this.#lock.release();
      }
    });
  }

  async #rollBackOnThrow<T>(fn: (sql: Sql) => Promise<T>): Promise<T> {
    const { sql, end } = transactionSql(this.#session);
    try {
      return await fn(sql).finally(end);
    } catch (error) {
      if (this.#gone === undefined) await this.#query('ROLLBACK');
      throw error;
    }
  }

  async #query<Row>(text: string, params?: readonly SqlParam[]): Promise<Row[]> {
    const reply = await this.#ask(params === undefined ? { kind: 'query', text } : { kind: 'query', text, params });
    this.#writes += reply.affected;
    if (!ONLY_ADDS.test(text)) this.#changes += reply.affected;
    return reply.rows as Row[];
  }

  readonly #ask: Ask = async (request) => {
    if (this.#gone !== undefined) throw this.#gone;
    const id = ++this.#lastId;
    const reply = await new Promise<WorkerReply>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id });
    });
    if (!('error' in reply)) return reply;
    // an error with a SQLSTATE is the database's word; without one the store itself is broken
    if (reply.error.code !== undefined) throw new StatementFailed(reply.error.message, reply.error.code);
    throw new StoreAway(`the embedded store failed: ${reply.error.message}`);
  };

  /** In a turn of its own: what a caller has committed does not fail with it. */
  #cleanUp(): void {
    const vacuum = this.#changes >= CHANGES_PER_VACUUM;
    if (!vacuum && this.#writes < WRITES_PER_CHECKPOINT) return;
    this.#writes = 0;
    if (vacuum) this.#changes = 0;
    void this.#queue
      .run(async () => {
        if (vacuum) await this.#query('VACUUM');
        await this.#query('CHECKPOINT');
      }, 'back')
      .catch(() => {
        // tried again before long; a store that is gone is told by #fail
        this.#writes = WRITES_PER_CHECKPOINT / 2;
      });
  }

  #fail(error: StoreAway): void {
    if (this.#gone === undefined) this.#onGone(error);
    this.#gone ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#gone);
    this.#waiting.clear();
  }
}
