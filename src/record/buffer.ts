import { type Chain, chainKey } from './chain.js';

const PERSONAL_TYPES: ReadonlySet<number> = new Set([4, 5]);

/** Retrieved chains that nobody has in hand yet: callbacks first, then rescheduled, then general, then first come. */
export class RecordBuffer {
  readonly #chains: Chain[] = [];
  /** Chain -> the agent who rejected it, who gets it only when there is nothing else. */
  readonly #rejectedBy = new Map<string, string>();

  get size(): number {
    return this.#chains.length;
  }

  add(chain: Chain): void {
    const behind = this.#chains.findIndex((other) => other.urgency > chain.urgency);
    this.#chains.splice(behind === -1 ? this.#chains.length : behind, 0, chain);
  }

  /** The next chain for an agent, taken out; undefined where there is none for this agent. */
  takeFor(agentId: string): Chain | undefined {
    const theirs = (chain: Chain): boolean => mayHave(chain, agentId);
    const rejected = (chain: Chain): boolean => this.#rejectedBy.get(chainKey(chain)) === agentId;
    const fresh = this.#chains.findIndex((chain) => theirs(chain) && !rejected(chain));
    const index = fresh === -1 ? this.#chains.findIndex(theirs) : fresh;
    if (index === -1) return undefined;
    const [chain] = this.#chains.splice(index, 1);
    if (chain !== undefined) this.#rejectedBy.delete(chainKey(chain));
    return chain;
  }

  /** The next chain to dial for whoever will be free, taken out. A personal one is only for its agent to take. */
  takeForCall(): Chain | undefined {
    const index = this.#chains.findIndex((chain) => !isPersonal(chain));
    if (index === -1) return undefined;
    const [chain] = this.#chains.splice(index, 1);
    if (chain !== undefined) this.#rejectedBy.delete(chainKey(chain));
    return chain;
  }

  /** Whether there is a chain to dial for whoever will be free. */
  get hasForCall(): boolean {
    return this.#chains.some((chain) => !isPersonal(chain));
  }

  /** The next chain that is this agent's alone and that `which` allows, taken out. */
  takePersonal(agentId: string, which: (chain: Chain) => boolean): Chain | undefined {
    const index = this.#chains.findIndex((chain) => isPersonal(chain) && mayHave(chain, agentId) && which(chain));
    return index === -1 ? undefined : this.#chains.splice(index, 1)[0];
  }

  hasPersonal(agentId: string): boolean {
    return this.#chains.some((chain) => isPersonal(chain) && mayHave(chain, agentId));
  }

  /** Personal chains whose agents are not there, taken out. */
  takeOrphans(isThere: (agentId: string) => boolean): Chain[] {
    const orphans = this.#chains.filter((chain) => isPersonal(chain) && !isThere(chain.records[0].agentId ?? ''));
    for (const orphan of orphans) this.#chains.splice(this.#chains.indexOf(orphan), 1);
    return orphans;
  }

  /** Notes that an agent gave a chain back: when it comes again, another agent gets it first. */
  rejected(chain: { readonly listDbid: number; readonly chainId: number }, agentId: string): void {
    this.#rejectedBy.set(chainKey(chain), agentId);
  }

  /** Takes chains out that others have dealt with. */
  drop(listDbid: number, chainIds: readonly number[]): void {
    const kept = this.#chains.filter((chain) => chain.listDbid !== listDbid || !chainIds.includes(chain.chainId));
    this.#chains.splice(0, this.#chains.length, ...kept);
  }

  /** Takes everything out. */
  empty(): Chain[] {
    return this.#chains.splice(0);
  }

  /** Forgets who rejected what (the end of a session). */
  forget(): void {
    this.#rejectedBy.clear();
  }
}

function mayHave(chain: Chain, agentId: string): boolean {
  return !isPersonal(chain) || chain.records[0].agentId === agentId;
}

/** Whether only one agent may have a chain. */
export function isPersonal({ records: [first] }: Chain): boolean {
  return PERSONAL_TYPES.has(first.recordType) && first.agentId !== null;
}
