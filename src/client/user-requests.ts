import { int, keys, type KvList, string } from '../../protocol/index.js';
import type { Settings } from './options.js';
import { Pending } from './pending.js';
import { type Pairs, toKvList, type UserEvent } from './user-event.js';

/** GSW_REFERENCE_ID begins anywhere below: several clients may share a DN, and each hears what the others are answered. */
const FIRST_REFERENCES = 0x3fffffff;
const MAX_REFERENCE = 0x7fffffff;

/** How a request's answer ends where it is more than one event. */
type IsLast = (event: UserEvent) => boolean;

/** The events that answered a request, in their order. */
export interface UserAnswer {
  readonly events: readonly UserEvent[];
  readonly last: UserEvent;
}

/** Requests in user data, and the user events that answer them, by GSW_REFERENCE_ID. */
export class UserRequests {
  readonly #waiting: Pending<UserAnswer>;
  /** Answers of several events, as far as they have come. */
  readonly #parts = new Map<number, { readonly isLast: IsLast; readonly events: UserEvent[] }>();
  #reference: number;
  /** Events that came after the time of their request. */
  late = 0;

  constructor({ clock, random }: Pick<Settings, 'clock' | 'random'>) {
    this.#waiting = new Pending(clock);
    this.#reference = Math.floor(random() * FIRST_REFERENCES);
  }

  /**
   * Sends user data with `distribute`, which resolves when it is acknowledged; resolves with the events that
   * follow, up to the one for which `isLast` holds.
   */
  async send(
    type: string,
    pairs: Pairs,
    timeoutMs: number,
    distribute: (data: KvList, timeoutMs: number) => Promise<unknown>,
    isLast: IsLast,
  ): Promise<UserAnswer> {
    const reference = (this.#reference = (this.#reference % MAX_REFERENCE) + 1);
    const data = [{ key: keys.GSW_AGENT_REQ_TYPE, value: string(type) }, ...toKvList(pairs), { key: keys.GSW_REFERENCE_ID, value: int(reference) }];
    this.#parts.set(reference, { isLast, events: [] });
    try {
      // waits first, so that of two time-outs its own comes first, and a late event is known as such
      const answer = this.#waiting.wait(reference, type, timeoutMs);
      const acknowledged = distribute(data, timeoutMs).catch((error: unknown) => {
        this.#waiting.reject(reference, error instanceof Error ? error : new Error(String(error)));
        throw error;
      });
      const [answered] = await Promise.all([answer, acknowledged]);
      return answered;
    } finally {
      this.#parts.delete(reference);
    }
  }

  /** Whether an event answers, or would have answered, a request of ours. */
  takes(event: UserEvent): boolean {
    const reference = event.integer(keys.GSW_REFERENCE_ID);
    if (reference === undefined) return false;
    const parts = this.#parts.get(reference);
    if (parts !== undefined) {
      parts.events.push(event);
      if (!parts.isLast(event)) return true;
      this.#parts.delete(reference);
      if (this.#waiting.resolve(reference, { events: parts.events, last: event })) return true;
    }
    if (!this.#waiting.isLate(reference)) return false;
    this.late += 1;
    return true;
  }

  lost(error: Error): void {
    this.#waiting.rejectAll(error);
  }
}
