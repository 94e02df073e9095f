import type { Clock } from '../../util/clock.js';

/** Names kept for `wait`; of a script that never waits the oldest are forgotten. */
const REMEMBERED = 1000;

/** The names of events, in the order in which they came, for those who wait for one. */
export class Arrivals {
  #unread: string[] = [];
  #waiting: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  came(name: string): void {
    this.#unread = [...this.#unread, name].slice(-REMEMBERED);
    this.#waiting?.();
  }

  /** Whether an event of that name came within the time, counting those that no earlier wait has passed by. */
  async wait(name: string, timeoutMs: number): Promise<boolean> {
    const state = { late: false };
    const timer = this.clock.after(timeoutMs, () => {
      state.late = true;
      this.#waiting?.();
    });
    try {
      while (!this.#unread.includes(name)) {
        if (state.late) return false;
        await new Promise<void>((resolve) => (this.#waiting = resolve));
      }
      this.#unread = this.#unread.slice(this.#unread.indexOf(name) + 1);
      return true;
    } finally {
      timer.cancel();
      this.#waiting = undefined;
    }
  }
}
