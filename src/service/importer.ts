import type { Deployment } from '../config/deployment.js';
import { OwnershipLost, StoreAway, type StoreClient } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import { adoptImport, dropImport, type ImportRow, insertImport, selectImport, selectImports } from '../store/statements/imports.js';
import { checkTable, describeProblem } from '../store/statements/table-layout.js';
import type { Clock } from '../util/clock.js';
import { SerialQueue } from '../util/serial-queue.js';
import { checkStaged, tellMarked } from './import-check.js';
import type { ImportContext } from './import-context.js';
import { BadRecord, ImportInterrupted, ImportRefused, type RejectedRow, told } from './import-errors.js';
import { ImportPace } from './import-pace.js';
import { accept, move, rehearse } from './import-move.js';
import { ImportSource, type Source, stage } from './import-stage.js';
import { type ServiceLog, toListTable } from './runtime.js';

export { BadRecord, ImportInterrupted, ImportRefused, type RejectedRow } from './import-errors.js';

export interface ImportOptions {
  /** Who imports, in words, for the log. */
  readonly by: string;
  /** Takes the rows that are wrong; the others are kept. Absent: the first of them ends the import. */
  readonly onRejected?: (row: RejectedRow) => void;
  /** SHA-256 of the file in hex: given again after an interruption, the file goes on where it was. Absent: it is forgotten. */
  readonly file?: string;
}

export interface ImportResult {
  readonly loaded: number;
  /** All of the file was in the list before: what interrupted its import was only the answer. */
  readonly before: boolean;
  /** Who imports has been told: the same file given again is another import. Never rejects. */
  readonly told: () => Promise<void>;
}

export interface ImporterParts {
  readonly deployment: Deployment;
  readonly client: StoreClient;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly log: ServiceLog;
  /** How long agents who work waited last, in milliseconds; undefined, or absent: none works. */
  readonly agentsWait?: () => number | undefined;
  /** Records may be due in a list that were not before. */
  listChanged(listDbid: number): void;
}

const never = (row: RejectedRow): never => {
  throw new BadRecord(row);
};

/**
 * Loads files of records into calling lists: all good rows of a file, or none. A file is staged, checked,
 * and accepted in one small write; only then its rows come into the list. Every step is short, for agents wait for
 * it, and is noted, so that whatever ends the process, the next one goes on from there.
 */
export class Importer {
  /** Imports that this process is at. */
  readonly #live = new Set<number>();
  /** Behind the staging, one file of a list at a time: the next is checked against what the last has brought. */
  readonly #queues = new Map<number, SerialQueue>();
  readonly #lists: ReadonlyMap<number, ListTable>;
  #closing = false;
  #finishing: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ImporterParts) {
    const { deployment } = parts;
    this.#lists = new Map(deployment.callingLists.map((list) => [list.dbid, toListTable(list, deployment.doNotCall.table)]));
  }

  /**
   * Loads a file into the list of that name, whose table is there. Throws BadRecord, ImportRefused,
   * StoreAway, OwnershipLost, ImportInterrupted and what the source and onRejected throw. Nothing is in the list then, unless the
   * file had been accepted: then the rest follows when it is given again, or at the next start.
   */
  async run(listName: string, source: Source, options: ImportOptions): Promise<ImportResult> {
    const list = this.#listNamed(listName);
    const begun = await this.#begin(list, options.file);
    const context = this.#contextOf(list, begun.id, options.onRejected ?? never);
    const read = new ImportSource(source, options.file);
    try {
      const counts = await stage(context, begun, read.chunks());
      if (begun.accepted_at !== null) await tellMarked(context);
      const loaded = await this.#queueOf(list).run(async () => {
        if (begun.accepted_at === null) {
          if (counts.chained > 0) {
            await tellMarked(context);
            await checkStaged(context, counts.staged_line);
          }
          await rehearse(context, { ...begun, ...counts });
          await accept(context, counts);
        }
        return move(context, () => this.parts.listChanged(list.dbid));
      });
      this.parts.log.info(`calling list ${list.name}: ${loaded} records imported`, { by: options.by });
      if (options.file === undefined) await this.#forget(begun.id);
      return { loaded, before: begun.moved_at !== null, told: () => (options.file === undefined ? Promise.resolve() : this.#forget(begun.id)) };
    } catch (error) {
      await this.#giveUp(begun.id, options.file !== undefined && (read.failed || isInterruption(error)));
      throw told(error, list);
    } finally {
      this.#live.delete(begun.id);
    }
  }

  /** Brings what earlier lives had accepted into the lists. Never rejects; what cannot be done now is done at the next start. */
  finish(): Promise<void> {
    this.#finishing = this.#finishAccepted().catch((error: unknown) => this.#warn('imports that were interrupted could not be finished yet', error));
    return this.#finishing;
  }

  /** Ends what is under way at its next step, and waits for what `finish` began. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#finishing;
  }

  async #finishAccepted(): Promise<void> {
    const { client, owner, log } = this.parts;
    const open = (await selectImports(client, owner.serverDbid)).filter((row) => row.accepted_at !== null && row.moved_at === null && !this.#live.has(row.id));
    for (const { id, list_dbid, file } of open) {
      const list = this.#lists.get(list_dbid);
      if (list === undefined) {
        log.warn(`import ${id} was accepted for calling list ${list_dbid}, which is not in the configuration any more: its rows wait`);
        continue;
      }
      this.#live.add(id);
      try {
        await ownedTransaction(client, owner, (sql) => adoptImport(sql, owner, id));
        const loaded = await this.#queueOf(list).run(() => move(this.#contextOf(list, id, never), () => this.parts.listChanged(list.dbid)));
        log.info(`calling list ${list.name}: an import that was interrupted is finished, ${loaded} records`);
        if (file === null) await this.#forget(id);
      } catch (error) {
        this.#warn(`an import into calling list ${list.name} that was interrupted could not be finished yet`, told(error, list));
      } finally {
        this.#live.delete(id);
      }
    }
  }

  /** The import that goes on, or a new one; what was interrupted of other files for the list makes room. */
  async #begin(list: ListTable, file: string | undefined): Promise<ImportRow> {
    const { client, owner, clock } = this.parts;
    return ownedTransaction(client, owner, async (sql) => {
      const [wrong] = await checkTable(sql, list, 1);
      if (wrong !== undefined) throw new ImportRefused('refusedByTable', `calling list ${list.name}: ${describeProblem(wrong)}`);
      const ofList = await selectImports(sql, owner.serverDbid, list.dbid);
      const known = file === undefined ? undefined : ofList.find((row) => row.file === file);
      if (known !== undefined && this.#live.has(known.id)) {
        throw new ImportRefused('underWay', `the same file is being imported into calling list ${list.name} at this moment; wait for it`);
      }
      for (const row of ofList) {
        const left = row !== known && !this.#live.has(row.id) && (row.accepted_at === null || row.moved_at !== null);
        if (left) await dropImport(sql, row.id);
      }
      if (known !== undefined) await adoptImport(sql, owner, known.id);
      const begun = known ?? (await insertImport(sql, owner, { listDbid: list.dbid, file: file ?? null }, clock.now()));
      this.#live.add(begun.id);
      return begun;
    });
  }

  #listNamed(name: string): ListTable {
    const found = [...this.#lists.values()].find((list) => list.name === name);
    if (found !== undefined) return found;
    const known = [...this.#lists.values()].map((list) => list.name).join(', ') || 'there is none';
    throw new ImportRefused('unknownList', `there is no calling list ${JSON.stringify(name)}; expected one of ${known}`);
  }

  #contextOf(list: ListTable, importId: number, reject: (row: RejectedRow) => void): ImportContext {
    const { client, owner, clock, agentsWait = () => undefined } = this.parts;
    return { client, owner, clock, list, importId, reject, stopping: () => this.#closing, pace: () => new ImportPace(clock, agentsWait) };
  }

  #queueOf(list: ListTable): SerialQueue {
    const queue = this.#queues.get(list.dbid) ?? new SerialQueue();
    this.#queues.set(list.dbid, queue);
    return queue;
  }

  /** After a failure: what is accepted stays in any case, the rest where the file can go on from there. */
  async #giveUp(importId: number, keep: boolean): Promise<void> {
    if (keep) return;
    try {
      const row = await selectImport(this.parts.client, importId);
      if (row !== undefined && row.accepted_at === null) await this.#forget(importId);
    } catch (error) {
      this.#warn(`what was staged of import ${importId} could not be removed yet`, error);
    }
  }

  /** What cannot be removed now is removed at the next start, or by the next import into the list. */
  async #forget(importId: number): Promise<void> {
    try {
      await ownedTransaction(this.parts.client, this.parts.owner, (sql) => dropImport(sql, importId));
    } catch (error) {
      this.#warn(`what was staged of import ${importId} could not be removed yet`, error);
    }
  }

  #warn(what: string, error: unknown): void {
    this.parts.log.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether the same file, given again, may go on: nothing is wrong with it. */
const isInterruption = (error: unknown): boolean => error instanceof StoreAway || error instanceof OwnershipLost || error instanceof ImportInterrupted;
