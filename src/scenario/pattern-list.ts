import { ScriptError } from './script.js';
import type { PairPattern, Pattern } from './script.js';

interface OpenList {
  readonly pairs: PairPattern[];
  /** The line of the name or key that stands alone. */
  readonly line: number;
  /** How far its pairs are indented; undefined as long as there is none. */
  indent: number | undefined;
}

/**
 * Puts the pairs below an attribute together, by how far each is indented; only how lines compare
 * counts. Throws ScriptError where a line does not fit.
 */
export class PatternList {
  readonly #root: PairPattern[] = [];
  #open: OpenList[];

  /** Of the attribute that stands alone on `line`. */
  constructor(line: number) {
    this.#open = [{ pairs: this.#root, line, indent: undefined }];
  }

  get pattern(): Pattern {
    return { kind: 'list', pairs: this.#root };
  }

  /** Adds a pair; without a pattern its key opens a list. */
  add(indent: number, line: number, key: string, pattern: Pattern | undefined): void {
    const nested: PairPattern[] = [];
    this.#listAt(indent, line).push({ line, key, pattern: pattern ?? { kind: 'list', pairs: nested } });
    if (pattern === undefined) this.#open.push({ pairs: nested, line, indent: undefined });
  }

  /** No pair follows any more. */
  close(): void {
    const last = this.#open.at(-1);
    if (last?.indent === undefined) throw new ScriptError('needs pairs below it, indented further; an empty list is {}', last?.line ?? 0);
  }

  #listAt(indent: number, line: number): PairPattern[] {
    const last = this.#open.at(-1);
    if (last !== undefined && last.indent === undefined && indent > (this.#open.at(-2)?.indent ?? -1)) {
      last.indent = indent;
      return last.pairs;
    }
    this.close();
    this.#open = this.#open.filter((list) => (list.indent ?? 0) <= indent);
    const list = this.#open.at(-1);
    if (list?.indent !== indent) throw new ScriptError('is indented like no pair above it', line);
    return list.pairs;
  }
}
