import type { Clock } from '../util/clock.js';

export interface FailureLimits {
  /** limits.loginFailures: how many wrong secrets lock a name for an address. */
  readonly loginFailures: number;
  /** limits.loginDelay: the answer to the second one waits that long, to the third twice as long, and so on. */
  readonly loginDelayMs: number;
  /** limits.loginLock: how long, and after how long a pause the count begins anew. */
  readonly loginLockMs: number;
}

interface Tries {
  failures: number;
  /** Being checked: each may become a failure. */
  pending: number;
  untilMs: number;
}

/** How many names and addresses are remembered; beyond that the oldest are forgotten. */
const REMEMBERED = 10_000;

/** Counts wrong secrets by name and address. Another address is not kept out by them: else anybody could lock out anybody. */
export class Failures {
  readonly #tries = new Map<string, Tries>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: FailureLimits,
  ) {}

  /** For how long nothing more is taken; 0: it may be tried, and the try is to be ended by one of the methods below. */
  begin(key: string): number {
    const now = this.clock.now();
    const { loginFailures, loginLockMs } = this.limits;
    const known = this.#tries.get(key);
    const tries = known !== undefined && (known.pending > 0 || known.untilMs > now) ? known : { failures: 0, pending: 0, untilMs: now + loginLockMs };
    if (tries.failures + tries.pending >= loginFailures) return Math.max(1, tries.untilMs - now);
    tries.pending += 1;
    // the latest is last: the first is the next to be forgotten
    this.#tries.delete(key);
    this.#tries.set(key, tries);
    for (const oldest of this.#tries.keys()) {
      if (this.#tries.size <= REMEMBERED) break;
      this.#tries.delete(oldest);
    }
    return 0;
  }

  /** It was right: what was wrong before is forgotten. */
  right(key: string): void {
    this.#tries.delete(key);
  }

  /** It was not looked at. */
  undecided(key: string): void {
    const tries = this.#tries.get(key);
    if (tries !== undefined) tries.pending = Math.max(0, tries.pending - 1);
  }

  /** It was wrong: how long its answer waits, and whether the name is locked for the address from now on. */
  wrong(key: string): { readonly delayMs: number; readonly locked: boolean } {
    const { loginFailures, loginDelayMs, loginLockMs } = this.limits;
    const tries = this.#tries.get(key) ?? { failures: 0, pending: 1, untilMs: 0 };
    this.#tries.set(key, tries);
    tries.pending = Math.max(0, tries.pending - 1);
    tries.failures += 1;
    tries.untilMs = this.clock.now() + loginLockMs;
    return { delayMs: (tries.failures - 1) * loginDelayMs, locked: tries.failures === loginFailures };
  }
}
