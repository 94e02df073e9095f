import { Fifo } from './fifo.js';

/** Where a job waits: in front, for those whom somebody waits for, or behind them. */
export type Lane = 'front' | 'back';

/**
 * Runs asynchronous jobs one after the other: those in front first, in the order in which they were given, then those behind. One
 * behind whom so many have passed goes next, so that it comes to its end however much there is to do in front. A job that fails
 * fails only itself.
 */
export class TwoLaneQueue {
  readonly #lanes: Readonly<Record<Lane, Fifo<() => Promise<void>>>> = { front: new Fifo(), back: new Fifo() };
  #running = false;
  /** Jobs of the front that went before the first of the back since it has been that. */
  #passed = 0;

  constructor(private readonly patience: number) {}

  /** Queues `job` and answers what it answers. */
  run<T>(job: () => Promise<T>, lane: Lane = 'front'): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#lanes[lane].push(async () => {
        try {
          resolve(await job());
        } catch (error) {
          reject(error);
        }
      });
      if (!this.#running) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#running = true;
    // in a turn of its own: whoever asks goes on first
    await Promise.resolve();
    for (let job = this.#next(); job !== undefined; job = this.#next()) await job();
    this.#running = false;
  }

  #next(): (() => Promise<void>) | undefined {
    const { front, back } = this.#lanes;
    if (back.length === 0 || (front.length > 0 && this.#passed < this.patience)) {
      this.#passed = back.length === 0 ? 0 : this.#passed + 1;
      return front.shift();
    }
    this.#passed = 0;
    return back.shift();
  }
}
