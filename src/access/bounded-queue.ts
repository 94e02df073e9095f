/** Runs asynchronous jobs, some at a time and some waiting; what is more is refused at once. */
export class BoundedQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(
    private readonly limits: { readonly running: number; readonly waiting: number },
  ) {}

  /** What the job answers; undefined where there is no room for it. */
  async run<T>(job: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.limits.running) {
      if (this.#waiting.length >= this.limits.waiting) return undefined;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await job();
    } finally {
      // its place goes to the next without having been free
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
