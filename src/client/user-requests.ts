import { int, keys, type KvList, string } from '../../protocol/index.js';
import type { Settings } from './options.js';
import { Pending } from './pending.js';
import { type Pairs, toKvList, type UserEvent } from './user-event.js';

/** GSW_REFERENCE_ID begins anywhere below: several clients may share a DN, and each hears what the others are answered. */
const FIRST_REFERENCES = 0x3fffffff;
const MAX_REFERENCE = 0x7fffffff;

/** Requests in user data, and the user events that answer them, by GSW_REFERENCE_ID. */
export class UserRequests {
  readonly #waiting: Pending<UserEvent>;
  #reference: number;
  /** Events that came after the time of their request. */
  late = 0;

  constructor({ clock, random }: Pick<Settings, 'clock' | 'random'>) {
    this.#waiting = new Pending(clock);
    this.#reference = Math.floor(random() * FIRST_REFERENCES);
  }

  /** Sends user data with `distribute`, which resolves when it is acknowledged; resolves with the event that follows. */
  async send(type: string, pairs: Pairs, timeoutMs: number, distribute: (data: KvList, timeoutMs: number) => Promise<unknown>): Promise<UserEvent> {
    const reference = (this.#reference = (this.#reference % MAX_REFERENCE) + 1);
    const data = [{ key: keys.GSW_AGENT_REQ_TYPE, value: string(type) }, ...toKvList(pairs), { key: keys.GSW_REFERENCE_ID, value: int(reference) }];
    // waits first, so that of two time-outs its own comes first, and a late event is known as such
    const answer = this.#waiting.wait(reference, type, timeoutMs);
    const acknowledged = distribute(data, timeoutMs).catch((error: unknown) => {
      this.#waiting.reject(reference, error instanceof Error ? error : new Error(String(error)));
      throw error;
    });
    const [event] = await Promise.all([answer, acknowledged]);
    return event;
  }

  /** Whether an event answers, or would have answered, a request of ours. */
  takes(event: UserEvent): boolean {
    const reference = event.integer(keys.GSW_REFERENCE_ID);
    if (reference === undefined) return false;
    if (this.#waiting.resolve(reference, event)) return true;
    if (!this.#waiting.isLate(reference)) return false;
    this.late += 1;
    return true;
  }

  lost(error: Error): void {
    this.#waiting.rejectAll(error);
  }
}
