import type { Clock, TimerHandle } from '../util/clock.js';
import { afterLastLook } from './last-look.js';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** limits.heartbeatInterval, milliseconds of silence after which the client is asked. */
  readonly intervalMs: number;
  /** limits.heartbeatTimeout, milliseconds of silence after which it is given up; longer than the interval. */
  readonly timeoutMs: number;
  /**
   * Whether the line is being read (Connection.reading). While a request waits for the store nothing of the
   * client is read, so its silence says nothing.
   */
  readonly reading: () => boolean;
  /** Sends a heartbeat request. Called once per silence. */
  readonly ask: () => void;
  /** No byte came for `timeoutMs`. Called at most once. */
  readonly dead: () => void;
}

/**
 * Watches the silence of one line. `heard` only notes the time, the timer looks at it when it ends, so a
 * busy line costs one timer per interval, not one per chunk. How long a silence is follows from
 * the timers' own lengths: a system clock that jumps ahead can make the gateway ask, not give up a client.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: TimerHandle | undefined;
  #heardAt: number | undefined;
  #asked = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#arm(0);
  }

  /** Bytes have come. An answer begins a new silence at once: the timer that runs waits for the time-out. */
  heard(): void {
    this.#heardAt = this.#options.clock.now();
    if (!this.#asked) return;
    this.#asked = false;
    this.#timer?.cancel();
    this.#arm(0);
  }

  /** The line is gone: nothing is called any more. */
  stop(): void {
    this.#timer?.cancel();
  }

  /** Waits for the next threshold, the line having been silent for `silentMs` already. */
  #arm(silentMs: number): void {
    const { clock, intervalMs, timeoutMs } = this.#options;
    this.#heardAt = undefined;
    const delayMs = (this.#asked ? timeoutMs : intervalMs) - silentMs;
    const wait = this.#asked ? afterLastLook : (c: Clock, ms: number, fn: () => void): TimerHandle => c.after(ms, fn);
    this.#timer = wait(clock, delayMs, () => this.#look(silentMs + delayMs));
  }

  #look(silentIfNotHeardMs: number): void {
    const { clock, intervalMs, timeoutMs, reading, ask, dead } = this.#options;
    if (!reading()) this.#heardAt = clock.now();
    if (this.#heardAt !== undefined) {
      this.#asked = false;
      // Within its bounds even if the system clock was set in between.
      return this.#arm(Math.min(Math.max(clock.now() - this.#heardAt, 0), intervalMs));
    }
    if (silentIfNotHeardMs >= timeoutMs) return dead();
    this.#asked = true;
    this.#arm(silentIfNotHeardMs);
    ask();
  }
}
