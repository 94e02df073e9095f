import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { DEFAULT_COST, deriveKey, isScryptHash, parseScryptHash, type ScryptHash } from '../util/scrypt-hash.js';
import { BoundedQueue } from './bounded-queue.js';

/** How many hashes are computed at a time: fewer than the threads that the store's and the log's files need too. */
const AT_A_TIME = 2;

/**
 * Compares what clients give with the secrets of the configuration. Where one of these is a hash, every comparison computes
 * one, whether the name is known or not and whatever its secret is, so that the time taken does not tell which names exist.
 */
export class Secrets {
  readonly #key = randomBytes(32);
  readonly #queue: BoundedQueue;
  /** The hash that is computed where there is none to compare with; undefined where no secret is a hash. */
  readonly #decoy: ScryptHash | undefined;
  /** Secrets that were given rightly before: they need not be computed again. One for each secret of the file. */
  readonly #proven = new Map<string, Buffer>();

  /** `known`: every secret of the configuration. `waiting`: how many comparisons may wait for their turn. */
  constructor(known: readonly string[], waiting: number) {
    this.#queue = new BoundedQueue({ running: AT_A_TIME, waiting });
    const hashed = known.find(isScryptHash);
    const cost = (hashed === undefined ? undefined : parseScryptHash(hashed)) ?? DEFAULT_COST;
    this.#decoy = hashed === undefined ? undefined : { ...cost, salt: randomBytes(16), hash: randomBytes(32) };
  }

  /** By what a secret that was given may be told from others, without being it. */
  digest(given: string): Buffer {
    return createHmac('sha256', this.#key).update(given).digest();
  }

  /** Whether the secret is right without a hash having to be computed. */
  isProven(expected: string, given: string): boolean {
    const proven = this.#proven.get(expected);
    return proven !== undefined && timingSafeEqual(proven, this.digest(given));
  }

  /** Whether `given` is the secret; `busy` where too many wait. `expected`: plain or a hash, undefined where nobody has that name. */
  async compare(expected: string | undefined, given: string): Promise<boolean | 'busy'> {
    const hash = expected === undefined ? undefined : parseScryptHash(expected);
    const plain = hash === undefined ? timingSafeEqual(this.digest(expected ?? ''), this.digest(given)) && expected !== undefined : false;
    const computed = hash ?? this.#decoy;
    if (computed === undefined) return plain;
    const key = await this.#queue.run(() => deriveKey(given, computed, computed.hash.length));
    if (key === undefined) return 'busy';
    const same = timingSafeEqual(key, computed.hash);
    if (hash === undefined || expected === undefined) return plain;
    if (same) this.#proven.set(expected, this.digest(given));
    return same;
  }
}
