/** What one line holds of the budget. */
export interface HeldShare {
  readonly held: number;
  /** Takes `bytes` from the budget, or changes nothing and answers false when there is no room and no other line holds more. */
  tryHold(bytes: number): boolean;
  release(bytes: number): void;
}

/**
 * The budget of bytes that all lines together may hold, in and out (limits.heldBytes). Where it is spent the line that holds most
 * gives way, whoever asks: a client that takes what it is sent is not closed for those that do not. A buffer shared by many
 * outboxes counts once for each: the bound is on the safe side.
 */
export class HeldBytes {
  readonly #limit: number;
  /** Those that hold something and have not been told to give way. */
  readonly #holders = new Set<Share>();
  #held = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get held(): number {
    return this.#held;
  }

  /** The share of a line. `giveWay` is called at most once, from within a `tryHold` of another line: it closes the line, which releases what it holds. */
  share(giveWay: () => void): HeldShare {
    return new Share((share, bytes) => this.#tryHold(share, bytes), (share, bytes) => this.#release(share, bytes), giveWay);
  }

  #tryHold(share: Share, bytes: number): boolean {
    while (this.#held + bytes > this.#limit) {
      const most = this.#most();
      if (most === undefined || most === share || most.held <= share.held + bytes) return false;
      this.#holders.delete(most);
      most.giveWay();
    }
    this.#held += bytes;
    share.held += bytes;
    if (!share.givenWay && share.held > 0) this.#holders.add(share);
    return true;
  }

  #release(share: Share, bytes: number): void {
    this.#held -= bytes;
    share.held -= bytes;
    if (share.held === 0) this.#holders.delete(share);
  }

  #most(): Share | undefined {
    let most: Share | undefined;
    for (const share of this.#holders) if (most === undefined || share.held > most.held) most = share;
    return most;
  }
}

class Share implements HeldShare {
  held = 0;
  givenWay = false;

  constructor(
    private readonly hold: (share: Share, bytes: number) => boolean,
    private readonly giveBack: (share: Share, bytes: number) => void,
    private readonly onGiveWay: () => void,
  ) {}

  tryHold(bytes: number): boolean {
    return this.hold(this, bytes);
  }

  release(bytes: number): void {
    this.giveBack(this, bytes);
  }

  giveWay(): void {
    this.givenWay = true;
    this.onGiveWay();
  }
}
