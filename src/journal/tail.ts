import type { AnnouncedRow, JournalRow } from './row.js';

/**
 * The last rows of the journal in memory, for agents who come back after a lost line: what they are
 * sent and what is announced live must not overlap or leave a gap, so both are decided in one turn.
 */
export class JournalTail {
  readonly #rows: AnnouncedRow[] = [];
  readonly #keepMs: number;
  #lastPosition = 0;
  #lastPlace = 0;

  /** `keepMs`: how far back anyone can be owed anything. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Position of the last row announced. */
  get lastPosition(): number {
    return this.#lastPosition;
  }

  /** Place of the last row announced. */
  get lastPlace(): number {
    return this.#lastPlace;
  }

  /** Takes over rows that were committed before this life, the last of all at `lastPosition`. */
  begin(rows: readonly JournalRow[], lastPosition: number): void {
    for (const row of rows) this.append(row);
    this.#lastPosition = Math.max(this.#lastPosition, lastPosition);
  }

  /** Takes a row that is going to be announced, and says in which place. */
  append(row: JournalRow): AnnouncedRow {
    const announced = { ...row, place: ++this.#lastPlace };
    this.#rows.push(announced);
    this.#lastPosition = Math.max(this.#lastPosition, row.position);
    const firstKept = this.#rows.findIndex((kept) => kept.at >= row.at - this.#keepMs);
    if (firstKept > 0) this.#rows.splice(0, firstKept);
    return announced;
  }

  /** Rows behind `place` that are not older than `sinceMs`, in the order of announcing. */
  since(place: number, sinceMs: number): AnnouncedRow[] {
    return this.#rows.filter((row) => row.place > place && row.at >= sinceMs);
  }
}
