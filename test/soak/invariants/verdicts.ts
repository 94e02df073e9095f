/** What has to hold throughout a soak, whatever is done to the gateway. */
export const INVARIANTS = {
  kept: 'no record lost',
  finalOnce: 'none final twice',
  notDialedAgain: 'none dialed after its final result',
  toldOnce: 'each completion in the journal once, and on each living connection once',
  asJournal: 'states as the journal says',
  noLeak: 'no leaked handle, timer or session',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Breach {
  readonly invariant: Invariant;
  readonly what: string;
}

/** How often each invariant was looked at, and where it did not hold. */
export class Verdicts {
  readonly checks: Record<Invariant, number> = { kept: 0, finalOnce: 0, notDialedAgain: 0, toldOnce: 0, asJournal: 0, noLeak: 0 };
  readonly breaches: Breach[] = [];

  /** `onBreach` is called with each. */
  constructor(private readonly onBreach: (breach: Breach) => void = () => undefined) {}

  /** Counts one look. `what` says what was found instead. */
  check(invariant: Invariant, holds: boolean, what: () => string): void {
    this.checks[invariant] += 1;
    if (holds) return;
    const breach = { invariant, what: what() };
    this.breaches.push(breach);
    this.onBreach(breach);
  }
}
