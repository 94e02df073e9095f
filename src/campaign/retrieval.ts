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

/**
 * Divides `need` among the lists by their weights. What rounding takes from a list is owed to it the
 * next time, so that the shares are right over time and not only in large rounds.
 */
export function divide(need: number, lists: readonly WeightedList[], owed: Owed): { shares: Share[]; owed: Owed } {
  const open = lists.filter((list) => list.weight > 0);
  const weights = open.reduce((sum, list) => sum + list.weight, 0);
  const claims = open.map((list) => ({ dbid: list.dbid, claim: (need * list.weight) / weights + (owed.get(list.dbid) ?? 0) }));
  const chains = new Map(claims.map(({ dbid, claim }) => [dbid, Math.max(0, Math.floor(claim))]));
  let given = sum(chains.values());
  const byRemainder = claims.toSorted((a, b) => remainder(b.claim) - remainder(a.claim) || a.dbid - b.dbid);
  for (let turn = 0; given < need && byRemainder.length > 0; turn += 1) {
    const { dbid } = byRemainder[turn % byRemainder.length]!;
    chains.set(dbid, (chains.get(dbid) ?? 0) + 1);
    given += 1;
  }
  return {
    shares: open.map((list) => ({ dbid: list.dbid, chains: chains.get(list.dbid) ?? 0 })),
    owed: new Map(claims.map(({ dbid, claim }) => [dbid, claim - (chains.get(dbid) ?? 0)])),
  };
}

const remainder = (claim: number): number => claim - Math.floor(claim);

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
