import type { Clock, TimerHandle } from '../../src/util/clock.js';

interface Timer {
  dueMs: number;
  readonly fn: () => void;
}

/** A clock that moves when the test says so, and that shows which timers are left. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, fn: () => void): TimerHandle {
    const timer: Timer = { dueMs: this.#nowMs + Math.max(delayMs, 0), fn };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** The time of day in UTC, so that no expectation depends on the machine's zone. */
  timeOfDay(atMs: number): string {
    return new Date(atMs).toISOString().slice(11, 23);
  }

  /** Moves the time on and calls what falls due, in order, each at its own time; also what is due because of it. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#nowMs = timer.dueMs;
      timer.fn();
    }
    this.#nowMs = endMs;
  }

  /** Sets the time as a corrected system clock does: timers keep what is left of them. */
  jump(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) timer.dueMs += ms;
  }

  #next(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
