import { systemClock } from '../../src/util/clock.js';

/** Pauses that end at once when it is told to stop. */
export class Stop {
  #stopped = false;
  readonly #waiting = new Set<() => void>();

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    for (const wake of this.#waiting) wake();
  }

  async pause(ms: number): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = systemClock.after(ms, wake, { keepAlive: true });
      this.#waiting.add(wake);
    });
  }
}
