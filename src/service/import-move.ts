import type { Sql } from '../store/client.js';
import { BEFORE_ALL } from '../store/record-row.js';
import { isPlainTable } from '../store/statements/create-list.js';
import { analyzeList, moveRows, selectNextChain, type Span } from '../store/statements/import-rows.js';
import { acceptImport, finishImport, type ImportRow, selectImport, selectLastId, updateMoved } from '../store/statements/imports.js';
import { lockListShared, lockRecordIds } from '../store/statements/list-lock.js';
import { type ImportContext, pacedStep, step } from './import-context.js';
import { ImportRefused } from './import-errors.js';

const LARGEST_ID = 2_147_483_647;

/**
 * Writes every row once and takes it back, where the table may have rules that we do not know (it is not
 * ours, or was changed): what it does not take has to be known before any row is there for good.
 */
export async function rehearse(context: ImportContext, of: ImportRow): Promise<void> {
  const { client, importId, list } = context;
  if (await isPlainTable(client, list)) return;
  const lastId = await step(context, (sql) => selectLastId(sql, importId, list));
  await inSteps(context, { ...of, moved_chain: BEFORE_ALL, moved_line: 0 }, async (sql, span) => {
    await moveRows(sql, importId, list, lastId, span);
    throw new TakenBack();
  });
}

/**
 * The moment from which the file is in: one row is written, whatever the file's size. Before it nothing of
 * the file is in the list, after it all of it will be. A completion sees it, or comes before it.
 */
export async function accept(context: ImportContext, { unnumbered }: Pick<ImportRow, 'unnumbered'>): Promise<void> {
  const { importId, list, clock } = context;
  await step(context, async (sql) => {
    await lockListShared(sql, list.dbid);
    await lockRecordIds(sql, list.dbid);
    const lastId = await selectLastId(sql, importId, list);
    if (unnumbered > 0 && lastId + unnumbered > LARGEST_ID) {
      throw new ImportRefused('noIdsLeft', `calling list ${list.name} has ids up to ${lastId}: there are not ${unnumbered} more; give every row its own record_id`);
    }
    await acceptImport(sql, importId, { lastId, unnumbered }, clock.now());
  });
}

/** Moves what is accepted into the list, in short steps, whole chains at a time, from where it was; answers how many rows the file has given. `came` is called for the first and the last of them. */
export async function move(context: ImportContext, came: () => void): Promise<number> {
  const { client, importId, list, clock } = context;
  const from = await selectImport(client, importId);
  if (from === undefined) throw new Error(`import ${importId} is not there any more`);
  let { loaded } = from;
  let steps = 0;
  await inSteps(context, from, async (sql, span) => {
    await lockListShared(sql, list.dbid);
    const rows = await moveRows(sql, importId, list, from.last_id, span);
    await updateMoved(sql, importId, { ...('chains' in span ? { chain: span.chains[1] } : { line: span.lines[1] }), rows });
    // once, while it is short: that chains are short stays true of a larger list
    if (steps === 1) await analyzeList(sql, list);
    return rows;
  }, (rows) => {
    loaded += rows;
    if (rows > 0 && ++steps === 1) came();
  });
  await step(context, (sql) => finishImport(sql, importId, clock.now()));
  if (steps !== 1 && loaded > 0) came();
  return loaded;
}

/** A step that was only tried. */
class TakenBack extends Error {}

async function inSteps(
  context: ImportContext,
  from: ImportRow,
  fn: (sql: Sql, span: Span) => Promise<number>,
  after: (rows: number) => void = () => undefined,
): Promise<void> {
  const { client, importId } = context;
  const pace = context.pace();
  const one = async (span: Span): Promise<void> => {
    try {
      after(await pacedStep(context, pace, pace.rows, (sql) => fn(sql, span)));
    } catch (error) {
      if (!(error instanceof TakenBack)) throw error;
    }
  };
  if (from.chained > 0) {
    let chain = from.moved_chain;
    for (let next = await selectNextChain(client, importId, chain, pace.rows); next !== undefined; next = await selectNextChain(client, importId, chain, pace.rows)) {
      await one({ chains: [chain, next] });
      chain = next;
    }
  }
  if (from.single === 0) return;
  for (let line = from.moved_line, next = line; line < from.staged_line; line = next) {
    next = line + pace.rows;
    await one({ lines: [line, next] });
  }
}
