import type { JournalFold } from './journal-fold.js';
import type { Verdicts } from './verdicts.js';

/** A notification as it came on a line. */
export interface ToldRow {
  readonly session: string;
  readonly number: number;
  readonly name: string;
}

/** An agent on one line, from the answer to its login to its logout or the end of the line. Times in milliseconds since the epoch. */
export interface Stay {
  readonly startMs: number;
  /** Up to then a line before may have been given what happened, and was lost before it had brought the answer to its login. */
  readonly givenUntilMs?: number;
  readonly told: ToldRow[];
  /** When the line was seen to be over. */
  endMs?: number;
  /** Rows of the journal up to then had to come on this line; undefined: nothing is sure, the line was too short. */
  sureUntilMs?: number;
}

/** An agent from its login to its logout, over all lines that it lost meanwhile. */
export interface Tenure {
  readonly agentId: string;
  /** DBID of its campaign group. */
  readonly group: number;
  readonly stays: readonly Stay[];
}

/** A gateway may take so long to see that a line is over, and gives the kernel what nobody will read. */
const NOTICED_MS = 2000;

/** What was found of a tenure that is over. */
export interface Telling {
  readonly notifications: number;
  /** Rows that no line has brought: a line had been given them when it was cut, which counts as told. */
  readonly lostOnTheWay: number;
}

/**
 * Judges a tenure that is over, against a journal that has been read since. On each line: every row of the agent's group that was
 * committed while the line lived, once, in order and without a gap, and nothing that is not in the journal. Over all lines: what was
 * committed between two of them, no longer than `replayMs` before the second, came with the second or later.
 */
export function judgeTenure(tenure: Tenure, { journal, verdicts, replayMs }: { readonly journal: JournalFold; readonly verdicts: Verdicts; readonly replayMs: number }): Telling {
  const { agentId, group, stays } = tenure;
  const rows = journal.told(group);
  const placesOf = stays.map(({ told }) => told.map(({ session, number }) => journal.placeOf(group, session, number)));
  const seen = new Set(placesOf.flat());
  const missing = (since: number, until: number, told: ReadonlySet<number | undefined>): string[] =>
    rows.flatMap(({ at, session, number, kind }, place) => (at > since && at <= until && !told.has(place) ? [`${kind} ${number} of ${session}, at ${at}`] : []));

  for (const [index, stay] of stays.entries()) {
    const places = placesOf[index] ?? [];
    judgeOrder(tenure, stay, places, journal, verdicts);
    const untold = missing(stay.startMs, stay.sureUntilMs ?? 0, new Set(places));
    verdicts.check('toldOnce', untold.length === 0, () => `agent ${agentId}, on a line from ${stay.startMs} to ${stay.sureUntilMs} at least, was not told: ${untold.join('; ')}`);
    const before = stays[index - 1];
    if (before === undefined) continue;
    const away = Math.max(Math.max(before.endMs ?? 0, stay.givenUntilMs ?? -Infinity) + NOTICED_MS, stay.startMs - replayMs);
    const unsaid = missing(away, stay.startMs, new Set(placesOf.slice(index).flat()));
    verdicts.check('toldOnce', unsaid.length === 0, () => `agent ${agentId}, away from ${before.endMs} to ${stay.startMs}, was not told after it: ${unsaid.join('; ')}`);
  }
  const lostOnTheWay = missing(stays[0]?.startMs ?? 0, stays.at(-1)?.sureUntilMs ?? 0, seen).length;
  return { notifications: stays.reduce((sum, { told }) => sum + told.length, 0), lostOnTheWay };
}

function judgeOrder({ agentId, group }: Tenure, { startMs, told }: Stay, places: readonly (number | undefined)[], journal: JournalFold, verdicts: Verdicts): void {
  for (const [index, place] of places.entries()) {
    const { session = '', number = 0, name = '' } = told[index] ?? {};
    const what = `agent ${agentId}, on a line since ${startMs}, was told ${name} ${number} of ${session}`;
    const row = place === undefined ? undefined : journal.told(group)[place];
    verdicts.check('toldOnce', row !== undefined && name === `Campaign${row.kind}`, () => `${what}; the journal has ${row?.kind ?? 'no such row'}`);
    const before = places[index - 1];
    if (index === 0 || place === undefined || before === undefined) continue;
    verdicts.check('toldOnce', place === before + 1, () => `${what}, which is ${place - before} behind the one before`);
  }
}
