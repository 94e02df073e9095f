import { TextDecoder } from 'node:util';

import { Parser } from 'binary-parser/dist/binary_parser.js';

import type { ProtocolErrorCode } from '../codec/errors.js';
import type { Conformance } from './conformance.js';

/** What the parser leaves in `payload`, by tag. */
export interface ValueNode {
  readonly at: number;
  readonly tag: number;
  readonly payload: {
    readonly number?: number;
    readonly long?: bigint;
    readonly text?: string;
    readonly bytes?: Uint8Array;
    readonly pairs?: readonly PairNode[];
  };
}

export interface PairNode {
  readonly key: string;
  readonly value: ValueNode;
}

interface Sized {
  readonly at: number;
  readonly length: number;
}

const KVLIST = 4;
const LAST_TAG = 7;
const LEAST_PAIR = 3;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const UTF16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true });

/**
 * Declares values and pairs (wire profile 1, "Value"). binary-parser knows no depth, so each level
 * of nesting is a parser of its own, named by how many lists may still be opened in it; the last one
 * has none. Names are global to the package, hence the prefix.
 */
export class ValueGrammar {
  readonly #checks: Conformance;
  readonly #defined = new Set<string>();

  constructor(checks: Conformance) {
    this.#checks = checks;
  }

  /** The name of the parser of a value in which `levelsLeft` lists may be opened. */
  value(levelsLeft: number): string {
    const checks = this.#checks;
    return this.#define(`ocm1Value${levelsLeft}`, () => new Parser()
      .saveOffset('at', this.#room(1))
      .uint8('tag', {
        formatter(this: { at: number }, tag: number) {
          if (tag > LAST_TAG) checks.fail('UnknownTag', `Unknown tag ${tag}`, this.at);
          if (tag === KVLIST && levelsLeft === 0) checks.fail('NestingTooDeep', 'Lists nest too deep', this.at);
          return tag;
        },
      })
      .choice('payload', {
        tag: 'tag',
        choices: {
          0: new Parser(),
          1: new Parser().saveOffset('at', this.#room(4)).int32('number'),
          2: this.#text(UTF8, 'BadUtf8'),
          3: this.#sized().buffer('bytes', { length: 'length', formatter: (bytes: Uint8Array) => Uint8Array.from(bytes) }),
          4: levelsLeft === 0 ? new Parser() : this.#list(levelsLeft - 1),
          5: this.#text(UTF16, 'BadUtf16'),
          6: new Parser().saveOffset('at', this.#room(8)).int64('long'),
          7: new Parser().saveOffset('at', this.#room(8)).doublebe('number'),
        },
      }));
  }

  #list(levelsLeft: number): Parser {
    const checks = this.#checks;
    return new Parser()
      .saveOffset('at', this.#room(4))
      .uint32('length', {
        formatter(this: { at: number }, length: number) {
          const start = this.at + 4;
          checks.fits(start, length, this.at);
          if (length < 2) checks.fail('LengthOutOfBounds', `List length ${length} has no room for its count`, this.at);
          checks.enter(start + length);
          return length;
        },
      })
      .uint16('count', {
        formatter(this: { at: number }, count: number) {
          checks.fits(this.at + 6, count * LEAST_PAIR, this.at + 4);
          checks.pairs(count, this.at + 4);
          return count;
        },
      })
      .array('pairs', { length: 'count', type: this.#pair(levelsLeft) })
      .saveOffset('end', {
        formatter(end: number) {
          checks.leave(end);
          return end;
        },
      });
  }

  #pair(levelsLeft: number): string {
    const checks = this.#checks;
    return this.#define(`ocm1Pair${levelsLeft}`, () => new Parser()
      .saveOffset('at', this.#room(2))
      .uint16('length', {
        formatter(this: { at: number }, length: number) {
          if (length === 0) checks.fail('EmptyKey', 'Empty key', this.at);
          checks.fits(this.at + 2, length, this.at);
          return length;
        },
      })
      .buffer('key', {
        length: 'length',
        formatter(this: Sized, bytes: Uint8Array) {
          return checks.text(UTF8, bytes, 'BadUtf8', this.at + 2);
        },
      })
      .nest('value', { type: this.value(levelsLeft) }));
  }

  #text(decoder: TextDecoder, code: ProtocolErrorCode): Parser {
    const checks = this.#checks;
    return this.#sized(decoder === UTF16).buffer('text', {
      length: 'length',
      formatter(this: Sized, bytes: Uint8Array) {
        return checks.text(decoder, bytes, code, this.at + 4);
      },
    });
  }

  /** A u32 length, checked; what has that length follows. */
  #sized(even = false): Parser {
    const checks = this.#checks;
    return new Parser().saveOffset('at', this.#room(4)).uint32('length', {
      formatter(this: { at: number }, length: number) {
        checks.fits(this.at + 4, length, this.at);
        if (even && length % 2 !== 0) checks.fail('OddWstringLength', `Odd wstring length ${length}`, this.at);
        return length;
      },
    });
  }

  /** For a saved offset: a field of `size` bytes follows and has room. */
  #room(size: number): { formatter: (at: number) => number } {
    return {
      formatter: (at) => {
        this.#checks.fits(at, size);
        return at;
      },
    };
  }

  #define(name: string, parser: () => Parser): string {
    if (!this.#defined.has(name)) {
      this.#defined.add(name);
      parser().namely(name);
    }
    return name;
  }
}
