import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { DEFAULT_COST, deriveKey, isScryptHash, parseScryptHash, type ScryptHash } from '../util/scrypt-hash.js';
import { type Asker, BoundedQueue } from './bounded-queue.js';

/** How many hashes are computed at a time: fewer than the threads that the store's and the log's files need too. */
const AT_A_TIME = 2;

/**
 * Compares what clients give with the secrets of the configuration. Where one of these is a hash, every comparison computes
 * one, whether the name is known or not and whatever its secret is, so that the time taken does not tell which names exist.
 */
export class Secrets {
  readonly #key = randomBytes(32);
  readonly #queue: BoundedQueue;
  /** The hash that is computed where there is none to compare with; none where no secret is a hash. */
  readonly #decoys: readonly { readonly secret: string; readonly hash: ScryptHash }[];
  /** Secrets that were given rightly before: they need not be computed again. One for each secret of the file. */
  readonly #proven = new Map<string, Buffer>();

  /** `known`: every secret of the configuration. `waiting`: how many comparisons may wait for their turn. */
  constructor(known: readonly string[], waiting: number) {
    this.#queue = new BoundedQueue({ running: AT_A_TIME, waiting });
    const hashed = known.find(isScryptHash);
    const cost = (hashed === undefined ? undefined : parseScryptHash(hashed)) ?? DEFAULT_COST;
    this.#decoys = hashed === undefined ? [] : [{ secret: '', hash: { ...cost, salt: randomBytes(16), hash: randomBytes(32) } }];
  }

  /** By what a secret that was given may be told from others, without being it. */
  digest(given: string): Buffer {
    return createHmac('sha256', this.#key).update(given).digest();
  }

  /** Which of the secrets was given, where that is known without a hash having to be computed. */
  findProven(expected: readonly string[], given: string): string | undefined {
    const digest = this.digest(given);
    return expected.find((secret) => {
      const proven = this.#proven.get(secret);
      return proven !== undefined && timingSafeEqual(proven, digest);
    });
  }

  /** Which of the secrets, plain or hashes, was given; `busy` where too many wait, or the asker has gone before its turn. None is expected where nobody has that name. */
  async find(expected: readonly string[], given: string, asker: Asker): Promise<{ readonly found: string | undefined } | 'busy'> {
    const digest = this.digest(given);
    const plain = expected.filter((secret) => !isScryptHash(secret) && timingSafeEqual(this.digest(secret), digest));
    const hashes = expected.flatMap((secret) => {
      const hash = parseScryptHash(secret);
      return hash === undefined ? [] : [{ secret, hash }];
    });
    const computed = await this.#queued(hashes.length === 0 ? this.#decoys : hashes, given, asker);
    if (computed === 'busy') return computed;
    const [hashed] = computed;
    if (hashed !== undefined && expected.includes(hashed)) this.#proven.set(hashed, digest);
    return { found: plain[0] ?? hashed };
  }

  /** Those that the hashes of `given` are, all of which are computed. */
  async #queued(hashes: readonly { readonly secret: string; readonly hash: ScryptHash }[], given: string, asker: Asker): Promise<readonly string[] | 'busy'> {
    if (hashes.length === 0) return [];
    const found = await this.#queue.run(async () => {
      const same: string[] = [];
      for (const { secret, hash } of hashes) {
        if (timingSafeEqual(await deriveKey(given, hash, hash.hash.length), hash.hash)) same.push(secret);
      }
      return same;
    }, asker);
    return found ?? 'busy';
  }
}
