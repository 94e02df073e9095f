/** Which lines have registered which DN: every one of them gets every event of it. */
export class DnDirectory<Subscriber extends object> {
  readonly #byDn = new Map<string, Set<Subscriber>>();

  register(dn: string, line: Subscriber): void {
    const lines = this.#byDn.get(dn) ?? new Set();
    this.#byDn.set(dn, lines.add(line));
  }

  unregister(dn: string, line: Subscriber): void {
    const lines = this.#byDn.get(dn);
    lines?.delete(line);
    if (lines?.size === 0) this.#byDn.delete(dn);
  }

  has(dn: string, line: Subscriber): boolean {
    return this.#byDn.get(dn)?.has(line) === true;
  }

  on(dn: string): ReadonlySet<Subscriber> {
    return this.#byDn.get(dn) ?? new Set();
  }
}
