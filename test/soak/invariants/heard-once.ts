import type { JournalFold } from './journal-fold.js';
import type { Verdicts } from './verdicts.js';

/** A direct client on one line, from the answer to its last subscription to the end of the line. Times in milliseconds since the epoch. */
export interface Listening {
  readonly startMs: number;
  /** By the DBID of a campaign group, the kinds of its events, in the order in which they came. */
  readonly heard: ReadonlyMap<number, readonly string[]>;
  /** Rows of the journal up to then had to come on this line. */
  readonly sureUntilMs: number;
}

/** Rows that were committed just before the answer to the subscription may have come, too: as many as that at most. */
const EARLY = 8;

/**
 * Judges a line that is over, against a journal that has been read since: what it has brought of each group is a piece of the journal, without
 * a gap, which begins with the first row since the subscription at the latest, and ends behind the last that is sure. The events have no numbers, so
 * their kinds and their count have to do. Answers how many events were compared.
 */
export function judgeListening({ startMs, heard, sureUntilMs }: Listening, groups: readonly number[], journal: JournalFold, verdicts: Verdicts): number {
  let events = 0;
  for (const group of groups) {
    const rows = journal.told(group);
    const kinds = heard.get(group) ?? [];
    const since = rows.findIndex(({ at }) => at > startMs);
    const first = since === -1 ? rows.length : since;
    const sure = rows.filter(({ at }) => at <= sureUntilMs).length;
    const begins = Array.from({ length: Math.min(EARLY, first) + 1 }, (_, early) => first - early);
    const isPiece = begins.some((begin) => begin + kinds.length >= sure && kinds.every((kind, place) => rows[begin + place]?.kind === kind));
    verdicts.check('toldOnce', isPiece, () => `a direct client, from ${startMs} to ${sureUntilMs} at least, was told of group ${group}: ${kinds.join(', ') || 'nothing'}; the journal has from there on: ${rows.slice(first).map(({ kind, at }) => `${kind} at ${at}`).join(', ')}`);
    events += kinds.length;
  }
  return events;
}
