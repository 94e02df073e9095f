import { type Chain, chainKey } from './chain.js';

const PERSONAL_TYPES: ReadonlySet<number> = new Set([4, 5]);

/** A chain, and its place in the order in which chains came. */
interface Entry {
  readonly chain: Chain;
  readonly came: number;
}

/**
 * Retrieved chains that nobody has in hand yet: callbacks first, then rescheduled, then general, then first come. It is
 * looked into for every agent at every turn of the group, so what is one agent's alone is kept by agent.
 */
export class RecordBuffer {
  /** Everybody may have these. */
  readonly #open: Entry[] = [];
  /** By the only agent who may have them. */
  readonly #personal = new Map<string, Entry[]>();
  #personalSize = 0;
  #lastCame = 0;
  /** Chain -> the agent who rejected it, who gets it only when there is nothing else. */
  readonly #rejectedBy = new Map<string, string>();

  get size(): number {
    return this.#open.length + this.#personalSize;
  }

  add(chain: Chain): void {
    const owner = ownerOf(chain);
    const entry = { chain, came: ++this.#lastCame };
    if (owner === undefined) return insert(this.#open, entry);
    const theirs = this.#personal.get(owner) ?? [];
    insert(theirs, entry);
    this.#personal.set(owner, theirs);
    this.#personalSize += 1;
  }

  /** The next chain for an agent, taken out; undefined where there is none for this agent. */
  takeFor(agentId: string): Chain | undefined {
    const rejected = ({ chain }: Entry): boolean => this.#rejectedBy.get(chainKey(chain)) === agentId;
    const theirs = this.#personal.get(agentId) ?? [];
    const fresh = first(this.#open.find((entry) => !rejected(entry)), theirs.find((entry) => !rejected(entry)));
    const entry = fresh ?? first(this.#open[0], theirs[0]);
    return entry === undefined ? undefined : this.#take(entry.chain);
  }

  /** The next chain to dial for whoever will be free, taken out. A personal one is only for its agent to take. */
  takeForCall(): Chain | undefined {
    const [next] = this.#open;
    return next === undefined ? undefined : this.#take(next.chain);
  }

  /** Whether there is a chain to dial for whoever will be free. */
  get hasForCall(): boolean {
    return this.#open.length > 0;
  }

  /** Agents for whom there are chains that are theirs alone. */
  get personalOf(): readonly string[] {
    return [...this.#personal.keys()];
  }

  /** The next chain that is this agent's alone and that `which` allows, taken out. */
  takePersonal(agentId: string, which: (chain: Chain) => boolean): Chain | undefined {
    const entry = this.#personal.get(agentId)?.find(({ chain }) => which(chain));
    if (entry !== undefined) this.#remove(entry.chain);
    return entry?.chain;
  }

  hasPersonal(agentId: string): boolean {
    return this.#personal.has(agentId);
  }

  /** Personal chains whose agents are not there, taken out. */
  takeOrphans(isThere: (agentId: string) => boolean): Chain[] {
    const gone = this.personalOf.filter((agentId) => !isThere(agentId));
    const orphans = gone.flatMap((agentId) => this.#personal.get(agentId) ?? []).map(({ chain }) => chain);
    for (const orphan of orphans) this.#remove(orphan);
    return orphans;
  }

  /** Notes that an agent gave a chain back: when it comes again, another agent gets it first. */
  rejected(chain: { readonly listDbid: number; readonly chainId: number }, agentId: string): void {
    this.#rejectedBy.set(chainKey(chain), agentId);
  }

  /** Takes chains out that others have dealt with. */
  drop(listDbid: number, chainIds: readonly number[]): void {
    const dropped = new Set(chainIds);
    for (const chain of this.#all()) if (chain.listDbid === listDbid && dropped.has(chain.chainId)) this.#remove(chain);
  }

  /** Takes everything out. */
  empty(): Chain[] {
    const all = this.#all();
    this.#open.length = 0;
    this.#personal.clear();
    this.#personalSize = 0;
    return all;
  }

  /** Forgets who rejected what (the end of a session). */
  forget(): void {
    this.#rejectedBy.clear();
  }

  #all(): Chain[] {
    return [...this.#open, ...[...this.#personal.values()].flat()].toSorted(inOrder).map(({ chain }) => chain);
  }

  #take(chain: Chain): Chain {
    this.#remove(chain);
    this.#rejectedBy.delete(chainKey(chain));
    return chain;
  }

  #remove(chain: Chain): void {
    const owner = ownerOf(chain);
    const among = owner === undefined ? this.#open : (this.#personal.get(owner) ?? []);
    among.splice(among.findIndex((entry) => entry.chain === chain), 1);
    if (owner === undefined) return;
    this.#personalSize -= 1;
    if (among.length === 0) this.#personal.delete(owner);
  }
}

/** Whether only one agent may have a chain. */
export function isPersonal(chain: Chain): boolean {
  return ownerOf(chain) !== undefined;
}

/** The only agent who may have a chain; undefined where that is anybody. */
function ownerOf({ records: [head] }: Chain): string | undefined {
  return PERSONAL_TYPES.has(head.recordType) ? (head.agentId ?? undefined) : undefined;
}

function inOrder(a: Entry, b: Entry): number {
  return a.chain.urgency - b.chain.urgency || a.came - b.came;
}

/** Whichever of two comes first. */
function first(a: Entry | undefined, b: Entry | undefined): Entry | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return inOrder(a, b) <= 0 ? a : b;
}

/** Most come with what is least urgent: their place is looked for from the end. */
function insert(into: Entry[], entry: Entry): void {
  into.splice(into.findLastIndex((other) => inOrder(other, entry) <= 0) + 1, 0, entry);
}
