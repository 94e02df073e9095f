import { type Sql, type SqlParam, type SqlRow, type StatementOptions, StoreAway, type StoreClient, type WorkOptions } from '../../src/store/client.js';

/** What becomes of a transaction whose statements are all done. */
export type CommitFault = 'rolledBack' | 'acknowledgmentLost';

/**
 * A store that fails when a test says so, and that knows when nothing is under way. Statements of a
 * transaction are seen one by one; `onCommit` is asked with all of their texts.
 */
export class FaultyClient implements StoreClient {
  /** Everything fails, as if the store could not be reached. */
  away = false;
  /** Asked before every statement, with the session that it runs in; what it answers is thrown in its place. */
  onQuery: (text: string, sql: Sql) => Error | undefined | Promise<Error | undefined> = () => undefined;
  onCommit: (texts: readonly string[]) => CommitFault | undefined | Promise<CommitFault | undefined> = () => undefined;
  /** Statements that were tried. */
  readonly texts: string[] = [];
  #pending = 0;
  #idle: (() => void)[] = [];
  #held: { readonly pattern: RegExp; readonly waiting: (() => void)[] } | undefined;

  constructor(private readonly inner: StoreClient) {}

  query<Row = SqlRow>(text: string, params?: readonly SqlParam[], options?: StatementOptions): Promise<Row[]> {
    return this.#counted(() => this.#query<Row>(this.inner, text, params, options));
  }

  session<T>(fn: (sql: Sql) => Promise<T>, options?: WorkOptions): Promise<T> {
    return this.#counted(() => this.inner.session((sql) => fn(this.#seen(sql, [])), options));
  }

  transaction<T>(fn: (sql: Sql) => Promise<T>, options?: WorkOptions): Promise<T> {
    return this.#counted(async () => {
      if (this.away) throw new StoreAway('the store is away');
      const texts: string[] = [];
      let fault: CommitFault | undefined;
      const result = await this.inner.transaction(async (sql) => {
        const done = await fn(this.#seen(sql, texts));
        fault = this.away ? 'rolledBack' : await this.onCommit(texts);
        if (fault === 'rolledBack') throw new StoreAway('the store went away before the commit');
        return done;
      }, options);
      if (fault === 'acknowledgmentLost') throw new StoreAway('the store went away while it committed');
      return result;
    });
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** Keeps statements that look like this waiting, until the function it answers is called. */
  hold(pattern: RegExp): () => void {
    const held = { pattern, waiting: [] as (() => void)[] };
    this.#held = held;
    return () => {
      this.#held = undefined;
      for (const go of held.waiting) go();
    };
  }

  /** Resolves when a statement is kept waiting. */
  async holding(): Promise<void> {
    while ((this.#held?.waiting.length ?? 0) === 0) await turn();
  }

  /** Some turns of the event loop, for what does not wait for the store while a statement is kept waiting. */
  async turns(): Promise<void> {
    for (let left = 5; left > 0; left -= 1) await turn();
  }

  /** What a test reads beside the engine is waited for by `settled` as well: the engine would go on and change it meanwhile. */
  beside<T>(read: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#counted(() => read(this.inner));
  }

  /** Resolves when the store is asked nothing, and nothing that came of the last answer asks it again. */
  async settled(): Promise<void> {
    for (;;) {
      await turn();
      if (this.#pending === 0) return;
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  #seen(sql: Sql, texts: string[]): Sql {
    return {
      query: (text, params, options) => {
        texts.push(text);
        return this.#query(sql, text, params, options);
      },
    };
  }

  async #query<Row>(sql: Sql, text: string, params?: readonly SqlParam[], options?: StatementOptions): Promise<Row[]> {
    this.texts.push(text);
    if (this.#held?.pattern.test(text) === true) {
      const { waiting } = this.#held;
      this.#done();
      await new Promise<void>((resolve) => waiting.push(resolve));
      this.#pending += 1;
    }
    if (this.away) throw new StoreAway('the store is away');
    const fault = await this.onQuery(text, sql);
    if (fault !== undefined) throw fault;
    return sql.query<Row>(text, params, options);
  }

  async #counted<T>(run: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    try {
      return await run();
    } finally {
      this.#done();
    }
  }

  #done(): void {
    this.#pending -= 1;
    if (this.#pending === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/** A turn of the event loop: every promise that can go on has gone on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
