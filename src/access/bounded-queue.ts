/** Told whether its turn has come; else it is refused. */
type Waiter = (turn: boolean) => void;

/** For whom a job is. */
export interface Asker {
  /** Those from one place wait behind each other; the places take turns. */
  readonly from: string;
  /** Aborted when nobody waits for the job any more. */
  readonly gone?: AbortSignal | undefined;
}

/**
 * Runs asynchronous jobs, some at a time and some waiting, and refuses the rest at once: where all places are taken, the last of
 * whoever has most of them makes room for who has fewer. So nobody keeps others waiting by sending much.
 */
export class BoundedQueue {
  #running = 0;
  #count = 0;
  /** By where they are from; the first is next, and goes behind the others then. */
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(
    private readonly limits: { readonly running: number; readonly waiting: number },
  ) {}

  /** What the job answers; undefined where there is no room for it, or nobody waits for it before it has begun. */
  async run<T>(job: () => Promise<T>, asker: Asker): Promise<T | undefined> {
    if (this.#running < this.limits.running) this.#running += 1;
    else if (!(await this.#turn(asker))) return undefined;
    try {
      return await job();
    } finally {
      this.#next();
    }
  }

  #turn({ from, gone }: Asker): Promise<boolean> {
    if (gone?.aborted === true || !this.#makeRoom(from)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const leave = (): void => this.#end(from, waiter, false);
      const waiter = (turn: boolean): void => {
        gone?.removeEventListener('abort', leave);
        resolve(turn);
      };
      gone?.addEventListener('abort', leave, { once: true });
      this.#waiting.set(from, (this.#waiting.get(from) ?? new Set()).add(waiter));
      this.#count += 1;
    });
  }

  /** Its place goes to the next without having been free. */
  #next(): void {
    for (const [from, waiters] of this.#waiting) {
      for (const waiter of waiters) {
        this.#waiting.delete(from);
        this.#waiting.set(from, waiters);
        return this.#end(from, waiter, true);
      }
    }
    this.#running -= 1;
  }

  #makeRoom(from: string): boolean {
    if (this.#count < this.limits.waiting) return true;
    const most = [...this.#waiting].reduce<[string, ReadonlySet<Waiter>] | undefined>((one, other) => (one !== undefined && one[1].size >= other[1].size ? one : other), undefined);
    if (most === undefined || most[1].size <= (this.#waiting.get(from)?.size ?? 0) + 1) return false;
    const last = [...most[1]].at(-1);
    if (last !== undefined) this.#end(most[0], last, false);
    return true;
  }

  #end(from: string, waiter: Waiter, turn: boolean): void {
    const waiters = this.#waiting.get(from);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiting.delete(from);
    this.#count -= 1;
    waiter(turn);
  }
}
