import { type Sql, StatementFailed } from '../store/client.js';
import { createIndex, makeIndex, missingIndexes } from '../store/list-indexes.js';
import type { ListTable } from '../store/list-table.js';
import { createMissingTable } from '../store/statements/create-list.js';
import { checkTable, describeProblem, type TableProblem } from '../store/statements/table-layout.js';

/** The part of a log that is told of tables. */
interface TableLog {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
}

export interface TableRules {
  /** Characters of the longest agent id: it is written into the tables. */
  readonly agentIdLength: number;
  /** False: an index that is missing is only told. */
  readonly addIndexes: boolean;
}

/** The tables of the configured lists: those that can be used, and what is wrong with the others. */
export class ListTables {
  readonly #usable = new Map<number, ListTable>();

  constructor(
    readonly configured: ReadonlyMap<number, ListTable>,
    private readonly rules: TableRules,
    private readonly log: TableLog,
  ) {}

  /** By their DBIDs; grows when a table is mended. */
  get usable(): ReadonlyMap<number, ListTable> {
    return this.#usable;
  }

  /** Looks at a list's table, which is made where it is missing; answers what is wrong. A list that is right is usable from now on, with its indexes. */
  async admit(sql: Sql, list: ListTable): Promise<readonly TableProblem[]> {
    if (await createMissingTable(sql, list)) this.log.info(`calling list ${list.name}: made table ${list.table}`);
    const problems = await checkTable(sql, list, this.rules.agentIdLength);
    if (problems.length > 0) {
      for (const problem of problems) this.log.error(`calling list ${list.name}: ${describeProblem(problem)}; campaigns with this list cannot be loaded until it is mended`);
    } else if (!this.#usable.has(list.dbid)) {
      await this.#addMissingIndexes(sql, list);
      this.#usable.set(list.dbid, list);
    }
    return problems;
  }

  async #addMissingIndexes(sql: Sql, list: ListTable): Promise<void> {
    for (const index of await missingIndexes(sql, list)) {
      const missing = `calling list ${list.name}: table ${list.table} has no index for this: ${index.why}`;
      const refused = this.rules.addIndexes ? await tried(sql, () => makeIndex(sql, list, index)) : 'start --no-index';
      if (refused === undefined) this.log.info(`${missing}; made it: ${createIndex(list, index)}`);
      else this.log.warn(`${missing}; not made (${refused}), so whole tables are read for it. Run: ${createIndex(list, index)}`);
    }
  }
}

/** Runs a statement that may be refused (who serves may not own the table) without losing the transaction; answers why it was. */
async function tried(sql: Sql, job: () => Promise<void>): Promise<string | undefined> {
  await sql.query('SAVEPOINT tried', []);
  try {
    await job();
    await sql.query('RELEASE SAVEPOINT tried', []);
    return undefined;
  } catch (error) {
    if (!(error instanceof StatementFailed)) throw error;
    await sql.query('ROLLBACK TO SAVEPOINT tried', []);
    return error.message;
  }
}
