import type { Clock, TimerHandle } from '../util/clock.js';
import { afterLastLook } from './last-look.js';

/** Ends a line whose client does not register within limits.registerTimeout. */
export class RegisterTimeout {
  readonly #timer: TimerHandle;

  /** Starts at once; `onLapse` is called at most once, after `timeoutMs` milliseconds. */
  constructor(clock: Clock, timeoutMs: number, onLapse: () => void) {
    this.#timer = afterLastLook(clock, timeoutMs, onLapse);
  }

  /** The client has asked to register, or the line is gone. */
  cancel(): void {
    this.#timer.cancel();
  }
}
