import { seededRandom } from '../support/random.js';

/** Choices that follow from a seed alone. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  one<T>(of: readonly [T, ...T[]]): T;
  one<T>(of: readonly T[]): T | undefined;
  one<T>(of: readonly T[]): T | undefined {
    return of[this.below(of.length)];
  }
}
