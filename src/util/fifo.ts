/** How many taken entries are tolerated before the array is cut: keeps `shift` at constant cost. */
const SLACK = 1024;

/** First in, first out; Array.shift moves every entry that stays, this does not. */
export class Fifo<T> {
  #entries: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  push(entry: T): void {
    this.#entries.push(entry);
  }

  peek(): T | undefined {
    return this.#entries[this.#head];
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const entry = this.#entries[this.#head];
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#entries.length) this.clear();
    else if (this.#head > SLACK && this.#head * 2 > this.#entries.length) this.#cut();
    return entry;
  }

  clear(): void {
    this.#entries = [];
    this.#head = 0;
  }

  #cut(): void {
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
