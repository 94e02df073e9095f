import { Fifo } from '../util/fifo.js';
import { EventsLost } from './errors.js';

type Entry<T> = { readonly event: T } | { lost: number };
type End = { readonly error: Error | undefined };

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Events that wait for their reader. At most `limit` of them: those that come while it is full are not
 * kept, and the reader is told how many by an EventsLost at the place where they would have been. Iterate
 * as often as needed: what is unread stays for the next loop, and of two loops at once each gets its own.
 */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #entries = new Fifo<Entry<T>>();
  readonly #readers = new Fifo<Reader<T>>();
  /** The last entry, where it stands for events that were lost. */
  #gap: { lost: number } | undefined;
  #end: End | undefined;
  #lost = 0;

  constructor(private readonly limit: number) {}

  /** Events that were not kept since the start. */
  get lost(): number {
    return this.#lost;
  }

  push(event: T): void {
    if (this.#end !== undefined) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader.resolve({ done: false, value: event });
    if (this.#entries.length >= this.limit) return this.#lose();
    this.#gap = undefined;
    this.#entries.push({ event });
  }

  /** Nothing more comes: behind what is unread the iteration ends, or throws `error`. */
  end(error?: Error): void {
    this.#end ??= { error };
    for (let reader = this.#readers.shift(); reader !== undefined; reader = this.#readers.shift()) settle(reader, this.#end);
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return { next: () => this.#next() };
  }

  #next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      const entry = this.#entries.shift();
      if (entry === undefined) {
        if (this.#end === undefined) this.#readers.push({ resolve, reject });
        else settle({ resolve, reject }, this.#end);
      } else if ('event' in entry) {
        resolve({ done: false, value: entry.event });
      } else {
        if (entry === this.#gap) this.#gap = undefined;
        reject(new EventsLost(entry.lost));
      }
    });
  }

  #lose(): void {
    this.#lost += 1;
    if (this.#gap === undefined) {
      this.#gap = { lost: 0 };
      this.#entries.push(this.#gap);
    }
    this.#gap.lost += 1;
  }
}

function settle<T>({ resolve, reject }: Reader<T>, { error }: End): void {
  if (error === undefined) resolve({ done: true, value: undefined });
  else reject(error);
}
