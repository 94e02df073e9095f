import { SerialQueue } from './serial-queue.js';

/**
 * Runs jobs one at a time. Whoever asks for one that waits, and has not begun, shares it: what it finds is as new as what
 * a job of their own would have found, and asking often costs no more than asking once.
 */
export class SharedQueue<T> {
  readonly #queue = new SerialQueue();
  readonly #waiting = new Map<string, Promise<T>>();

  /** `key` tells which jobs are alike. Rejects as the job does. */
  run(key: string, job: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const result = this.#queue.run(() => {
      this.#waiting.delete(key);
      return job();
    });
    this.#waiting.set(key, result);
    return result;
  }
}
