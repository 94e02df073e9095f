import type { JournalRow } from './row.js';

/**
 * The last rows of the journal in memory, for agents who come back after a lost line: what they are
 * sent and what is announced live must not overlap or leave a gap, so both are decided in one turn.
 */
export class JournalTail {
  readonly #rows: JournalRow[] = [];
  readonly #keepMs: number;
  #lastPosition = 0;

  /** `keepMs`: how far back anyone can be owed anything. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Position of the last row announced. */
  get lastPosition(): number {
    return this.#lastPosition;
  }

  /** Takes over rows that were committed before this life, the last of all at `lastPosition`. */
  begin(rows: readonly JournalRow[], lastPosition: number): void {
    for (const row of rows) this.append(row);
    this.#lastPosition = Math.max(this.#lastPosition, lastPosition);
  }

  append(row: JournalRow): void {
    this.#rows.push(row);
    this.#lastPosition = Math.max(this.#lastPosition, row.position);
    const firstKept = this.#rows.findIndex((kept) => kept.at >= row.at - this.#keepMs);
    if (firstKept > 0) this.#rows.splice(0, firstKept);
  }

  /** Rows behind `position` that are not older than `sinceMs`, in order. */
  since(position: number, sinceMs: number): JournalRow[] {
    return this.#rows.filter((row) => row.position > position && row.at >= sinceMs);
  }
}
