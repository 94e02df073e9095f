/** Runs asynchronous jobs one after the other, in the order they were given. A job that fails fails only itself. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Queues `job` and answers what it answers. */
  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
