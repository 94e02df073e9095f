import type { Deployment } from '../config/deployment.js';
import { csvHeader, csvLine } from '../lists/record-csv-writer.js';
import { recordColumns } from '../lists/record-fields.js';
import type { StoreClient } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { reclaimSome } from '../store/statements/account-list.js';
import { tableExists } from '../store/statements/create-list.js';
import { exportRows } from '../store/statements/export-rows.js';
import { selectImports } from '../store/statements/imports.js';
import { checkTable, describeProblem } from '../store/statements/table-layout.js';
import type { Clock } from '../util/clock.js';
import { SharedQueue } from '../util/shared-queue.js';
import { type ListAccount, takeAccount } from './list-account.js';
import { longestAgentId, type ServiceLog, toListTable, zoneTimes } from './runtime.js';

/** What there is to know of a calling list. Times in milliseconds. */
export interface ListReport {
  readonly dbid: number;
  readonly name: string;
  readonly table: string;
  /** Why the table cannot be used; the figures are 0 then. */
  readonly problems: readonly string[];
  readonly ready: number;
  readonly retrieved: number;
  readonly final: number;
  readonly total: number;
  /** Of the Ready ones. */
  readonly due: number;
  /** Ready records that are not due, by the first reason that applies. */
  readonly notDue: Readonly<Record<string, number>>;
  /** When the first Ready record is due that only waits for its time; null: there is none. */
  readonly nextDueAt: number | null;
  /** Who has retrieved how many, without this server; null: the rows do not say. */
  readonly retrievedByOthers: readonly { readonly appId: number | null; readonly records: number }[];
  /** Files that are being read or were interrupted, and such as are coming in, with what is still to come of them. */
  readonly imports: readonly { readonly state: 'staged' | 'comingIn'; readonly records: number; readonly since: number }[];
}

/** Of a list whose table cannot be used. */
const NO_ACCOUNT: ListAccount = { ready: 0, retrieved: 0, final: 0, total: 0, due: 0, notDue: {}, next: null, retrievedBy: new Map() };

/** What cannot be done with lists, whatever is in them. */
export class ListRefused extends Error {
  constructor(
    readonly reason: 'unknownList' | 'wrongTable' | 'ownRecords',
    message: string,
  ) {
    super(message);
    this.name = 'ListRefused';
  }
}

export interface ListServiceParts {
  readonly deployment: Deployment;
  readonly client: StoreClient;
  readonly clock: Clock;
  readonly log: ServiceLog;
  /** Whether a gateway is at work on the store as this server. */
  readonly running: boolean;
  /** Records may be due in a list that were not before. */
  readonly listChanged: (listDbid: number) => void;
}

export interface ListExport {
  /** How many records there are as it begins. */
  readonly records: number;
  /** The file, in pieces. */
  readonly chunks: AsyncGenerator<string>;
}

/** Looks at calling lists, and puts back what others have left. */
export class ListService {
  /** One after the other: whoever asks for many reports takes the store from nobody else. */
  readonly #reports = new SharedQueue<ListReport>();

  constructor(private readonly parts: ListServiceParts) {}

  /** One list, or all of them. Throws ListRefused for an unknown one, StoreAway. */
  async report(name?: string): Promise<ListReport[]> {
    const reports: ListReport[] = [];
    for (const list of this.#lists(name)) reports.push(await this.#reports.run(String(list.dbid), () => this.#reportOf(list)));
    return reports;
  }

  /**
   * Makes everything Ready that application `appId` has marked Retrieved (0: whatever names none), in one list or all; answers
   * how many. Our own records are not left behind by anybody while a gateway is running. Throws ListRefused, StoreAway.
   */
  async reclaim(appId: number, name?: string): Promise<number> {
    const { client, deployment, running, log, listChanged } = this.parts;
    if (running && appId === deployment.server.dbid) {
      throw new ListRefused('ownRecords', `${appId} is this gateway's own server.dbid, and it is running: what it has retrieved is in use; stop it first`);
    }
    let reclaimed = 0;
    for (const list of this.#lists(name)) {
      if ((await this.#problemsOf(list)).length > 0) continue;
      let ofList = 0;
      for (let some = await reclaimSome(client, list, appId); some > 0; some = await reclaimSome(client, list, appId)) ofList += some;
      if (ofList > 0) {
        log.info(`calling list ${list.name}: ${ofList} records that application ${appId} had retrieved are Ready again`);
        listChanged(list.dbid);
      }
      reclaimed += ofList;
    }
    return reclaimed;
  }

  /** A list as a file of records, read batch by batch as it is taken. Throws ListRefused, StoreAway. */
  async export(name: string): Promise<ListExport> {
    const [list] = this.#lists(name);
    if (list === undefined) throw new Error(`calling list ${name} was found and is not there`);
    const [problem] = await this.#problemsOf(list);
    if (problem !== undefined) throw new ListRefused('wrongTable', `calling list ${list.name}: ${problem}`);
    const { total } = await this.#accountOf(list);
    return { records: total, chunks: this.#file(list) };
  }

  async *#file(list: ListTable): AsyncGenerator<string> {
    const columns = recordColumns(list.customFields);
    yield csvHeader(columns);
    for await (const rows of exportRows(this.parts.client, list)) yield rows.map((row) => csvLine(columns, row)).join('');
  }

  #lists(name: string | undefined): ListTable[] {
    const { deployment } = this.parts;
    const found = deployment.callingLists.filter((list) => name === undefined || list.name === name);
    if (name !== undefined && found.length === 0) {
      const known = deployment.callingLists.map((list) => list.name).join(', ') || 'there is none';
      throw new ListRefused('unknownList', `there is no calling list ${JSON.stringify(name)}; expected one of ${known}`);
    }
    return found.map((list) => toListTable(list, deployment.doNotCall.table));
  }

  async #problemsOf(list: ListTable): Promise<string[]> {
    const { client, deployment } = this.parts;
    if (!(await tableExists(client, list.table))) return [`table ${list.table}: there is none yet; the first start or import makes it`];
    return (await checkTable(client, list, longestAgentId(deployment))).map(describeProblem);
  }

  async #reportOf(list: ListTable): Promise<ListReport> {
    const { deployment } = this.parts;
    const problems = await this.#problemsOf(list);
    const { retrievedBy, next, ...counts } = problems.length === 0 ? await this.#accountOf(list) : NO_ACCOUNT;
    return {
      dbid: list.dbid,
      name: list.name,
      table: list.table,
      problems,
      ...counts,
      nextDueAt: next === null ? null : next * 1000,
      retrievedByOthers: [...retrievedBy].filter(([appId]) => appId !== deployment.server.dbid).map(([appId, records]) => ({ appId, records })),
      imports: await this.#importsOf(list),
    };
  }

  async #accountOf(list: ListTable): Promise<ListAccount> {
    const { client, deployment, clock } = this.parts;
    const nowMs = clock.now();
    return takeAccount(client, await this.#withForbidden(list), nowMs, zoneTimes(deployment, nowMs));
  }

  /** Before the first start of a gateway there is no do-not-call list, and nothing is on it. */
  async #withForbidden({ doNotCall, ...list }: ListTable): Promise<ListTable> {
    return doNotCall !== undefined && (await tableExists(this.parts.client, doNotCall)) ? { ...list, doNotCall } : list;
  }

  async #importsOf(list: ListTable): Promise<ListReport['imports']> {
    const { client, deployment } = this.parts;
    const rows = await selectImports(client, deployment.server.dbid, list.dbid);
    return rows
      .filter((row) => row.moved_at === null)
      .map((row) => ({
        state: row.accepted_at === null ? ('staged' as const) : ('comingIn' as const),
        records: row.chained + row.single - row.loaded,
        since: row.started_at,
      }));
  }
}
