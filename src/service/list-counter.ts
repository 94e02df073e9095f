import type { StoreClient } from '../store/client.js';
import type { ListTable } from '../store/list-table.js';
import { countStatuses, type StatusCounts } from '../store/statements/count-statuses.js';
import type { Clock } from '../util/clock.js';
import type { ServiceLog } from './runtime.js';

/** How old figures may be before they are counted anew. */
const FRESH_MS = 15_000;
/** After a step that took the store so long, it is left alone so many times as long: counting takes at most a tenth of it. */
const REST = 9;

/** The records of a list, as they were counted. Times in milliseconds. */
export interface ListCounts extends StatusCounts {
  readonly list: string;
  readonly countedAt: number;
}

/**
 * How many records the lists have. Whoever asks is told what was counted last, at once, and has it counted anew beside everything
 * else where that is old: asking often costs nothing, and a list of a million rows holds nobody up.
 */
export class ListCounter {
  readonly #counts = new Map<number, ListCounts>();
  #startedAt = -Infinity;
  #counting: Promise<void> | undefined;
  #stopped = false;
  /** Ends the rest between two steps. */
  #wake: (() => void) | undefined;

  constructor(
    private readonly client: StoreClient,
    /** Those whose tables can be used. */
    private readonly lists: ReadonlyMap<number, ListTable>,
    private readonly clock: Clock,
    private readonly log: ServiceLog,
  ) {}

  /** What was counted last; nothing of a list that has not been counted yet. */
  latest(): readonly ListCounts[] {
    if (this.#counting === undefined && !this.#stopped && this.clock.now() - this.#startedAt >= FRESH_MS) {
      this.#startedAt = this.clock.now();
      this.#counting = this.#count().finally(() => (this.#counting = undefined));
    }
    return [...this.#counts.values()];
  }

  /** Resolves when no count is under way any more. */
  async settled(): Promise<void> {
    await this.#counting;
  }

  /** Counts no more; resolves when the step under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#counting;
  }

  async #count(): Promise<void> {
    for (const list of this.lists.values()) {
      try {
        await this.#countList(list);
      } catch (error) {
        // the old figures stay, and their age tells
        this.log.warn(`calling list ${list.name} could not be counted: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  async #countList(list: ListTable): Promise<void> {
    const sum = { ready: 0, retrieved: 0, final: 0 };
    const countedAt = this.clock.now();
    let sinceMs = countedAt;
    for await (const some of countStatuses(this.client, list)) {
      sum.ready += some.ready;
      sum.retrieved += some.retrieved;
      sum.final += some.final;
      await this.#rest((this.clock.now() - sinceMs) * REST);
      if (this.#stopped) return;
      sinceMs = this.clock.now();
    }
    this.#counts.set(list.dbid, { list: list.name, ...sum, countedAt });
  }

  #rest(ms: number): Promise<void> {
    if (ms <= 0 || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.clock.after(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
