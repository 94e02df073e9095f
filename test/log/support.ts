import type { LineTarget } from '../../src/log/line-sink.js';
import type { Clock } from '../../src/util/clock.js';

/** A clock that stands at 2026-11-22T14:52:01.123Z. */
export const standingClock: Clock = {
  now: () => 1_795_359_121_123,
  after() {
    throw new Error('a log sets no timers');
  },
  timeOfDay: () => '14:52:01.123',
};

/** A target whose writes end when the test says so. */
export class StallingTarget implements LineTarget {
  readonly written: string[] = [];
  closed = false;
  stalled = false;
  #waiting: (() => void)[] = [];
  #error: Error | undefined;

  get text(): string {
    return this.written.join('');
  }

  append(text: string, done: (error?: Error | null) => void): void {
    const end = (): void => {
      const error = this.#error;
      if (error === undefined) this.written.push(text);
      done(error);
    };
    if (this.stalled) this.#waiting.push(end);
    else end();
  }

  close(done: (error?: Error | null) => void): void {
    this.closed = true;
    done();
  }

  /** Ends the writes that wait, and all later ones, well. */
  recover(): void {
    this.stalled = false;
    this.#error = undefined;
    for (const end of this.#waiting.splice(0)) end();
  }

  /** Ends the writes that wait, and all later ones, with an error. */
  fail(error: Error): void {
    this.stalled = false;
    this.#error = error;
    for (const end of this.#waiting.splice(0)) end();
  }
}
