import type { Clock, TimerHandle } from '../util/clock.js';
import { type RequestName, RequestTimedOut } from './errors.js';

interface Waiting<T> {
  readonly resolve: (answer: T) => void;
  readonly reject: (error: Error) => void;
  readonly timer: TimerHandle;
}

/** How many references are remembered whose time has run out, so that their late answers are known as such. */
const REMEMBERED = 1024;

/** Requests that wait for their answers, by reference. */
export class Pending<T> {
  readonly #waiting = new Map<number, Waiting<T>>();
  readonly #timedOut = new Set<number>();

  constructor(private readonly clock: Clock) {}

  /** Resolves with what `resolve` is given for `reference`. Rejects with RequestTimedOut, or as `reject` says. */
  wait(reference: number, request: RequestName, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(timeoutMs, () => {
        this.#waiting.delete(reference);
        this.#remember(reference);
        reject(new RequestTimedOut(request, timeoutMs));
      });
      this.#waiting.set(reference, { resolve, reject, timer });
    });
  }

  /** Hands over an answer; false where nobody waits for it. */
  resolve(reference: number, answer: T): boolean {
    const waiting = this.#take(reference);
    waiting?.resolve(answer);
    return waiting !== undefined;
  }

  reject(reference: number, error: Error): boolean {
    const waiting = this.#take(reference);
    waiting?.reject(error);
    return waiting !== undefined;
  }

  rejectAll(error: Error): void {
    for (const reference of this.#waiting.keys()) this.reject(reference, error);
  }

  /** Whether an answer for `reference` would come after its time; asked once for each. */
  isLate(reference: number): boolean {
    return this.#timedOut.delete(reference);
  }

  #take(reference: number): Waiting<T> | undefined {
    const waiting = this.#waiting.get(reference);
    this.#waiting.delete(reference);
    waiting?.timer.cancel();
    return waiting;
  }

  #remember(reference: number): void {
    const [oldest] = this.#timedOut;
    if (oldest !== undefined && this.#timedOut.size >= REMEMBERED) this.#timedOut.delete(oldest);
    this.#timedOut.add(reference);
  }
}
