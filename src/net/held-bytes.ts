/**
 * The budget of bytes that all lines together may hold, in and out (limits.heldBytes). A buffer shared
 * by many outboxes counts once for each: the bound is on the safe side.
 */
export class HeldBytes {
  readonly #limit: number;
  #held = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get held(): number {
    return this.#held;
  }

  /** Takes `bytes` from the budget, or changes nothing and answers false when they are not left. */
  tryHold(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false;
    this.#held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }
}
