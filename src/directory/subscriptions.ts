/** Which direct clients asked for the events of which campaign groups. */
export class Subscriptions<Subscriber extends object> {
  readonly #byGroup = new Map<number, Set<Subscriber>>();

  /** Asks for everything that happens to these campaign groups from now on. */
  add(subscriber: Subscriber, groupDbids: readonly number[]): void {
    for (const dbid of groupDbids) {
      const subscribers = this.#byGroup.get(dbid) ?? new Set();
      this.#byGroup.set(dbid, subscribers.add(subscriber));
    }
  }

  remove(subscriber: Subscriber, groupDbids: Iterable<number> = this.#byGroup.keys()): void {
    for (const dbid of groupDbids) this.#byGroup.get(dbid)?.delete(subscriber);
  }

  of(groupDbid: number): ReadonlySet<Subscriber> {
    return this.#byGroup.get(groupDbid) ?? new Set();
  }
}
