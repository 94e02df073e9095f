/** When records of a campaign group that were put back for later are due, so that nobody waits for the next retrievalInterval. */
export class DueTimes {
  /** Seconds since the epoch. */
  readonly #seconds = new Set<number>();

  add(seconds: number): void {
    this.#seconds.add(seconds);
  }

  /** Milliseconds until the first of them; Infinity without any. */
  untilNext(nowMs: number): number {
    let first = Infinity;
    for (const seconds of this.#seconds) first = Math.min(first, seconds);
    return first * 1000 - nowMs;
  }

  /** Forgets those that have come. */
  passed(nowMs: number): void {
    for (const seconds of this.#seconds) if (seconds * 1000 <= nowMs) this.#seconds.delete(seconds);
  }

  clear(): void {
    this.#seconds.clear();
  }
}
