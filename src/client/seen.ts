import type { Notification } from './user-event.js';

/** Sessions that are remembered: what comes again is minutes old at most, and a campaign group has one session at a time. */
const REMEMBERED = 1024;

/**
 * Which notifications have been seen. Those of one session come in the order of their numbers, and come
 * again from some number on, so the highest is all there is to know, for each DN.
 */
export class Seen {
  readonly #highest = new Map<string, bigint>();

  /** Notes a notification; false where it was there before. */
  isNew({ session, number, event }: Notification): boolean {
    const key = JSON.stringify([event.dn, session]);
    if (number <= (this.#highest.get(key) ?? -1n)) return false;
    // what was heard of last is last in the map, what was not for longest is forgotten first
    this.#highest.delete(key);
    this.#highest.set(key, number);
    const [oldest] = this.#highest.keys();
    if (oldest !== undefined && this.#highest.size > REMEMBERED) this.#highest.delete(oldest);
    return true;
  }
}
