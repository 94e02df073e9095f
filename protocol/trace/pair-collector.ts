import type { Pair, Value } from '../codec/value.js';

interface OpenList {
  readonly indent: number;
  readonly pairs: Pair[];
}

/**
 * Puts the pairs of one attribute together again, line by line, by how far each is indented.
 *
 * A key that stands alone opens a list for the lines below that are indented further; only how two
 * lines compare counts, so tabs may have become blanks. Where indentation is lost, nested lists cannot
 * be told apart: the key that stood alone is then an empty list, and the pairs that were below it
 * follow it in the list that it was in.
 */
export class PairCollector {
  readonly #root: Pair[] = [];
  #open: OpenList[] = [];
  /** The list of a key that stands alone on the line before. */
  #opened: Pair[] | undefined;

  /** The attribute's list; complete once every line has been added. */
  get pairs(): readonly Pair[] {
    return this.#root;
  }

  /** Adds a line; without a value its key stands alone. `indent` is how many blanks stand before it. */
  add(indent: number, key: string, value: Value | undefined): void {
    const list = this.#listAt(indent);
    this.#opened = value === undefined ? [] : undefined;
    list.push({ key, value: value ?? { type: 'kvlist', value: this.#opened ?? [] } });
  }

  #listAt(indent: number): Pair[] {
    const innermost = this.#open.at(-1);
    if (innermost === undefined) {
      this.#open = [{ indent, pairs: this.#root }];
      return this.#root;
    }
    if (this.#opened !== undefined && indent > innermost.indent) {
      this.#open.push({ indent, pairs: this.#opened });
      return this.#opened;
    }
    while (this.#open.length > 1 && indent < (this.#open.at(-1)?.indent ?? 0)) this.#open.pop();
    return this.#open.at(-1)?.pairs ?? this.#root;
  }
}
