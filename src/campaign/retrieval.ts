/** How much a group retrieves, and from which of its lists (engine.md, Records). Pure. */

export interface BufferRules {
  /** Per ready or busy agent. */
  readonly minRecBuffSize: number;
  readonly optRecBuffSize: number;
}

/**
 * How many chains to retrieve now: none while the buffer holds its minimum, else up to its optimum.
 * No agents, no retrieval.
 */
export function chainsNeeded(rules: BufferRules, agents: number, buffered: number): number {
  if (buffered >= rules.minRecBuffSize * agents) return 0;
  return Math.max(0, rules.optRecBuffSize * agents - buffered);
}

export interface WeightedList {
  readonly dbid: number;
  readonly weight: number;
}

/** What each list is owed from earlier rounds, in chains; may be negative. */
export type Owed = ReadonlyMap<number, number>;

export interface Share {
  readonly dbid: number;
  readonly chains: number;
}

/** Less than any true debt: keeps sums of fractions that should be 0 from counting as one. */
const NOTHING = 1e-9;

/**
 * Divides `need` among the lists by their weights, chain by chain: of the lists that are owed one, the
 * one whose debt would first grow to a whole chain gets it. What rounding takes from a list is owed to it
 * the next time; over any number of rounds no list is a whole chain away from its share.
 */
export function divide(need: number, lists: readonly WeightedList[], owed: Owed): { shares: Share[]; owed: Owed } {
  const open = lists.filter((list) => list.weight > 0);
  const weights = open.reduce((sum, list) => sum + list.weight, 0);
  const claims = open.map(({ dbid, weight }) => ({ dbid, rate: weight / weights, owed: owed.get(dbid) ?? 0, chains: 0 }));
  for (let chain = 0; chain < need && claims.length > 0; chain += 1) {
    let next: (typeof claims)[number] | undefined;
    for (const claim of claims) {
      const isOwed = claim.owed + claim.rate > NOTHING;
      if (isOwed && (next === undefined || turnsUntilWhole(claim) < turnsUntilWhole(next) - NOTHING)) next = claim;
    }
    for (const claim of claims) claim.owed += claim.rate;
    if (next === undefined) break;
    next.owed -= 1;
    next.chains += 1;
  }
  return {
    shares: claims.map(({ dbid, chains }) => ({ dbid, chains })),
    owed: new Map(claims.map((claim) => [claim.dbid, claim.owed])),
  };
}

const turnsUntilWhole = ({ owed, rate }: { readonly owed: number; readonly rate: number }): number => (1 - owed) / rate;
