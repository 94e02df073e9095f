import type { Clock } from '../util/clock.js';

export interface FailureLimits {
  /** limits.loginFailures: how many wrong secrets lock a name for an address. */
  readonly loginFailures: number;
  /** limits.loginDelay: the answer to the second one waits that long, to the third twice as long, and so on. */
  readonly loginDelayMs: number;
  /** limits.loginLock: how long, and after how long a pause the count begins anew. */
  readonly loginLockMs: number;
}

/** What was tried with one name from one address, or with all names that an address has no count of their own for. */
export interface Tries {
  readonly of: 'name' | 'address';
  readonly key: string;
  readonly address: string;
  failures: number;
  /** Being checked: each may become a failure. */
  pending: number;
  untilMs: number;
}

export type Begun =
  /** To be ended once, by one of the methods of Failures. */
  | { readonly kind: 'begun'; readonly tries: Tries }
  | { readonly kind: 'locked'; readonly forMs: number }
  | { readonly kind: 'busy' };

/** How many names with wrong secrets are remembered, of one address and of all. Beyond that the address alone is counted. */
const NAMES = { ofAddress: 1000, ofAll: 10_000 };
/** With more than that, names and addresses together, nothing that is not known is looked at. */
const REMEMBERED = 20_000;

/**
 * Counts wrong secrets by name and address. Another address is not kept out by them: else anybody could lock out anybody. No
 * count is forgotten before its time, however many other names are tried.
 */
export class Failures {
  /** Those with wrong ones are in the order in which they end. */
  readonly #tries = new Map<string, Tries>();
  /** Address -> how many of its names have had wrong ones. */
  readonly #failedNames = new Map<string, number>();
  /** How many names, and addresses, have had wrong ones. */
  #failed = 0;

  constructor(
    private readonly clock: Clock,
    private readonly limits: FailureLimits,
  ) {}

  /** Whether a secret may be tried. Without a name it counts for the address alone. */
  begin(name: string | undefined, address: string): Begun {
    const now = this.clock.now();
    this.#forgetEnded(now);
    const tries = this.#triesOf(name, address);
    if (tries === undefined) return { kind: 'busy' };
    const { loginFailures } = this.limits;
    if (tries.failures >= loginFailures) return { kind: 'locked', forMs: tries.untilMs - now };
    // those that are being checked may all be right
    if (tries.failures + tries.pending >= loginFailures) return { kind: 'busy' };
    tries.pending += 1;
    this.#tries.set(tries.key, tries);
    return { kind: 'begun', tries };
  }

  /** It was right: what was wrong before with that name is forgotten. An address keeps what others there have tried. */
  right(tries: Tries): void {
    if (tries.of === 'address') return this.undecided(tries);
    tries.pending -= 1;
    this.#forget(tries);
  }

  /** It was not looked at. */
  undecided(tries: Tries): void {
    tries.pending -= 1;
    if (tries.failures === 0) this.#forget(tries);
  }

  /** It was wrong: how long its answer waits, and whether the name is locked for the address from now on. */
  wrong(tries: Tries): { readonly delayMs: number; readonly locked: boolean } {
    const { loginFailures, loginDelayMs, loginLockMs } = this.limits;
    tries.pending -= 1;
    if (tries.failures === 0) this.#countFailed(tries, 1);
    tries.failures += 1;
    tries.untilMs = this.clock.now() + loginLockMs;
    // the last to end is last
    this.#tries.delete(tries.key);
    this.#tries.set(tries.key, tries);
    return { delayMs: (tries.failures - 1) * loginDelayMs, locked: tries.failures === loginFailures };
  }

  /** Undefined where nothing more can be remembered. */
  #triesOf(name: string | undefined, address: string): Tries | undefined {
    const nameKey = `name ${name} ${address}`;
    const hasRoom = this.#failed < NAMES.ofAll && (this.#failedNames.get(address) ?? 0) < NAMES.ofAddress;
    const of = name !== undefined && (hasRoom || this.#tries.has(nameKey)) ? 'name' : 'address';
    const key = of === 'name' ? nameKey : `address ${address}`;
    const fresh = this.#failed < REMEMBERED ? { of, key, address, failures: 0, pending: 0, untilMs: 0 } as const : undefined;
    return this.#tries.get(key) ?? fresh;
  }

  #forgetEnded(now: number): void {
    for (const tries of this.#tries.values()) {
      if (tries.pending > 0) continue;
      if (tries.untilMs > now) return;
      this.#forget(tries);
    }
  }

  /** While others are being checked their count goes on, from nothing. */
  #forget(tries: Tries): void {
    if (tries.failures > 0) this.#countFailed(tries, -1);
    tries.failures = 0;
    if (tries.pending === 0) this.#tries.delete(tries.key);
  }

  #countFailed({ of, address }: Tries, more: 1 | -1): void {
    this.#failed += more;
    if (of === 'address') return;
    const names = (this.#failedNames.get(address) ?? 0) + more;
    if (names === 0) this.#failedNames.delete(address);
    else this.#failedNames.set(address, names);
  }
}
