import type { Refusal } from '../campaign/requests.js';
import type { CampaignGroup, Deployment } from '../config/deployment.js';
import { type Sql, StatementFailed } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { ownedTransaction } from '../store/owner.js';
import { createMissingTable } from '../store/statements/create-list.js';
import { createIndex, missingIndexes } from '../store/statements/list-indexes.js';
import { releaseUnheld } from '../store/statements/list-rows.js';
import { checkTable, describeProblem, type TableProblem } from '../store/statements/table-layout.js';
import type { Runtime, ServiceLog } from './runtime.js';
import { toListTable } from './runtime.js';

/** The tables of the configured lists: those that can be used, and what is wrong with the others. */
export class ListTables {
  readonly configured: ReadonlyMap<number, ListTable>;
  readonly #usable = new Map<number, ListTable>();
  readonly #agentIdLength: number;

  /** `addIndexes` false: what is missing is only told. */
  constructor(
    deployment: Deployment,
    private readonly addIndexes: boolean,
    private readonly log: ServiceLog,
  ) {
    this.configured = new Map(deployment.callingLists.map((list) => [list.dbid, toListTable(list, deployment.doNotCall.table)]));
    this.#agentIdLength = Math.max(1, ...deployment.agents.map((agent) => agent.id.length));
  }

  /** By their DBIDs; grows when a table is mended. */
  get usable(): ReadonlyMap<number, ListTable> {
    return this.#usable;
  }

  /** Looks at a list's table, which is made where it is missing; answers what is wrong. A list that is right is usable from now on, with its indexes. */
  async admit(sql: Sql, list: ListTable): Promise<readonly TableProblem[]> {
    if (await createMissingTable(sql, list)) this.log.info(`calling list ${list.name}: made table ${list.table}`);
    const problems = await checkTable(sql, list, this.#agentIdLength);
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
      const refused = this.addIndexes ? await tried(sql, () => createIndex(sql, index)) : 'start --no-index';
      if (refused === undefined) this.log.info(`${missing}; made it: ${index.statement}`);
      else this.log.warn(`${missing}; not made (${refused}), so whole tables are read for it. Run: ${index.statement}`);
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

/**
 * Looks at the tables of a campaign's lists before it is loaded: a table that was mended is usable without a restart,
 * and what was left Retrieved in it is Ready again. Answers why the group cannot be loaded, if so. Throws StoreAway.
 */
export async function admitLists({ client, owner, tables }: Runtime, group: CampaignGroup): Promise<Refusal | undefined> {
  const wrong = await ownedTransaction(client, owner, async (sql) => {
    const found: TableProblem[] = [];
    for (const { list: { dbid } } of group.campaign.lists) {
      const list = tables.configured.get(dbid);
      if (list === undefined) continue;
      const before = tables.usable.has(dbid);
      const problems = await tables.admit(sql, list);
      found.push(...problems);
      if (problems.length === 0 && !before) await releaseUnheld(sql, list, owner.serverDbid);
    }
    return found;
  });
  return wrong.length === 0 ? undefined : { code: 'WrongConfiguration', message: wrong.map(describeProblem).join('; ') };
}
