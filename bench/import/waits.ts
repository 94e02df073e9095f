import { performance } from 'node:perf_hooks';

/** How long something took, and when it began; milliseconds of the process. */
export interface Wait {
  readonly from: number;
  readonly ms: number;
}

/** No acknowledgment is to take longer. */
const LIMIT_MS = 100;
/** Timers of this process, which has little to do, that are late by so much show that the machine did something else. */
const LATE_MS = 30;
const TICK_MS = 10;

/** Keeps how long things take. */
export class Stopwatch {
  #waits: Wait[] = [];

  async time<T>(job: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const answer = await job();
    this.#waits.push({ from, ms: performance.now() - from });
    return answer;
  }

  /** What was kept since it was taken last. */
  take(): Wait[] {
    return this.#waits.splice(0);
  }
}

/** Sees when this process did not get to run. */
export class Stalls {
  readonly #late: Wait[] = [];
  #last = performance.now();
  readonly #timer = setInterval(() => {
    const now = performance.now();
    const ms = now - this.#last - TICK_MS;
    if (ms >= LATE_MS) this.#late.push({ from: this.#last, ms });
    this.#last = now;
  }, TICK_MS);

  /** Whether there was one in the time of this. */
  during({ from, ms }: Wait): boolean {
    return this.#late.some((stall) => stall.from < from + ms && stall.from + stall.ms > from);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** The longest of each second that had one over the limit, with the time of day: what the database server's log says of it. */
export function describeLate(waits: readonly Wait[]): string[] {
  const worst = new Map<string, number>();
  for (const { from, ms } of waits) {
    if (ms <= LIMIT_MS) continue;
    const at = new Date(performance.timeOrigin + from).toISOString().slice(11, 19);
    worst.set(at, Math.max(ms, worst.get(at) ?? 0));
  }
  return [...worst].map(([at, ms]) => `${at} ${ms.toFixed(0)} ms`);
}

export function describeWaits(waits: readonly Wait[], stalls: Stalls): string {
  const sorted = waits.toSorted((a, b) => a.ms - b.ms);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]?.ms ?? Number.NaN).toFixed(1);
  const late = sorted.filter(({ ms }) => ms > LIMIT_MS);
  const excused = late.filter((wait) => stalls.during(wait)).length;
  return `${sorted.length}: p50 ${at(0.5)} ms, p99 ${at(0.99)}, p99.9 ${at(0.999)}, longest ${at(1)}; ${late.length} over ${LIMIT_MS} ms, ${excused} of them while this process did not run for ${LATE_MS} ms or more`;
}
