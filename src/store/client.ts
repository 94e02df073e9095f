/**
 * What the gateway asks of a database: PostgreSQL's dialect, parameters as $1.., rows as objects.
 * The embedded store and a PostgreSQL server stand behind the same interface.
 */

export type SqlScalar = string | number | boolean | null;
export type SqlParam = SqlScalar | readonly SqlScalar[];
export type SqlRow = Record<string, unknown>;

export interface StatementOptions {
  /**
   * It comes again and again, and has the same good plan whatever its parameters and however its tables grow: the store
   * keeps it parsed and planned. A plan that was made for a table with ten rows is kept when it has a million, so
   * this is not for statements about calling lists or hand-outs.
   */
  readonly prepared?: boolean;
}

export interface Sql {
  /**
   * Runs one statement. Throws StoreAway when the store cannot be reached, StatementFailed when it refuses. Statements of
   * one transaction need not be awaited one by one: they are carried out in the order in which they are asked for.
   */
  query<Row = SqlRow>(text: string, params?: readonly SqlParam[], options?: StatementOptions): Promise<Row[]>;
}

export interface WorkOptions {
  /**
   * Statements may take minutes (a whole file is moved, a whole store recovered), so nobody may wait
   * for it who serves others; and it runs once, whatever comes.
   */
  readonly long?: boolean;
  /** Nobody waits for it: where the store does one thing at a time, it lets others go first. */
  readonly background?: boolean;
}

export interface StoreClient extends Sql {
  /** Runs `fn`'s statements on one session, without a transaction around them. */
  session<T>(fn: (sql: Sql) => Promise<T>, options?: WorkOptions): Promise<T>;
  /**
   * Runs `fn` between BEGIN and COMMIT on one session; a throw rolls back and is thrown on. Where the
   * store had it give way to another transaction (deadlock) it is rolled back and `fn` runs again from its start,
   * so it changes nothing but the store: what it found out is what it answers. A statement that is asked for when
   * `fn` has settled is not carried out.
   */
  transaction<T>(fn: (sql: Sql) => Promise<T>, options?: WorkOptions): Promise<T>;
  close(): Promise<void>;
}

/** The store cannot be reached, or went away in the middle: nothing is known about what was under way. */
export class StoreAway extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'StoreAway';
  }
}

/** The store is there and refused the statement. */
export class StatementFailed extends Error {
  /** SQLSTATE. */
  readonly code: string;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StatementFailed';
    this.code = code;
  }
}

/** Another process has taken over what this one owned (completion.md 1, epoch): it must not write any more. */
export class OwnershipLost extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'OwnershipLost';
  }
}
