import type { AgentPool } from '../agent/pool.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { HeldRecords } from '../record/held-records.js';
import type { LeftCampaigns } from './left-campaigns.js';

export interface CallLoadParts {
  readonly groups: readonly CampaignGroup[];
  readonly agents: Pick<AgentPool<object>, 'find'>;
  readonly held: Pick<HeldRecords, 'count'>;
  readonly left: Pick<LeftCampaigns, 'has'>;
  /** Something has changed for a group that wants to place calls. */
  readonly room: (groupDbid: number) => void;
}

/**
 * How many calls of which group have no agent yet, so that groups that share agents never dial for the same
 * one: whoever's call is answered first, and whomever it takes, there is an agent for each of the others.
 */
export class CallLoad {
  readonly #calls = new Map<number, number>();
  /** Groups that have records to dial and would place calls. */
  readonly #wanting = new Set<number>();
  /** Group -> when it last placed a call, counted in calls of all. */
  readonly #turns = new Map<number, number>();
  #lastTurn = 0;
  /** Group -> the others that have agents of it: a search each time would look at every agent for every one of them. */
  readonly #rivals: ReadonlyMap<number, readonly CampaignGroup[]>;

  constructor(private readonly parts: CallLoadParts) {
    const rivalsOf = (dbid: number, agentIds: readonly string[]): CampaignGroup[] =>
      parts.groups.filter((other) => other.dbid !== dbid && shared(agentIds, other) > 0);
    this.#rivals = new Map(parts.groups.map(({ dbid, group }) => [dbid, rivalsOf(dbid, [...group.agentIds])]));
  }

  /** Calls of a group that are being placed, ring, or wait for an agent. */
  set(groupDbid: number, calls: number): void {
    const before = this.#of(groupDbid);
    if (calls === before) return;
    this.#calls.set(groupDbid, calls);
    if (calls > before) this.#turns.set(groupDbid, ++this.#lastTurn);
    this.#tellOthers(groupDbid);
  }

  /** Whether a group has records to dial, and would. */
  wants(groupDbid: number, wants: boolean): void {
    if (wants) this.#wanting.add(groupDbid);
    else if (this.#wanting.delete(groupDbid)) this.#tellOthers(groupDbid);
  }

  /** Whether an agent could take a call of a group at this moment. */
  isFree(agentId: string, { campaign }: CampaignGroup): boolean {
    const { agents, held, left } = this.parts;
    return agents.find(agentId)?.state === 'ready' && held.count(agentId) === 0 && !left.has(agentId, campaign.dbid);
  }

  /**
   * For how many agents a group may have calls out: those who could take one, without those whom other groups'
   * calls may take, and not so many that other groups' calls could be left without. While there is room for
   * others too, they take turns.
   */
  agentsFor(group: CampaignGroup): number {
    const ready = this.#ready(group);
    const own = this.#of(group.dbid);
    const rivals = this.#others(group.dbid).filter((other) => shared(ready, other) > 0);
    if (rivals.some((other) => this.#goesFirst(other, group))) return own;
    const limits = rivals.map((other) => {
      const spare = this.#roomOf(other, group) - this.#of(other.dbid);
      return this.#of(other.dbid) === 0 || spare >= shared(ready, other) ? Infinity : spare;
    });
    return Math.max(0, Math.min(this.#roomOf(group), ...limits));
  }

  /** Whether another group would place a call, could, and has fewer out, or had its last turn before. */
  #goesFirst(other: CampaignGroup, group: CampaignGroup): boolean {
    const [theirs, own] = [this.#of(other.dbid), this.#of(group.dbid)];
    if (!this.#wanting.has(other.dbid) || this.#roomOf(other) <= theirs) return false;
    return theirs < own || (theirs === own && (this.#turns.get(other.dbid) ?? 0) < (this.#turns.get(group.dbid) ?? 0));
  }

  #tellOthers(groupDbid: number): void {
    for (const { dbid } of this.#others(groupDbid)) if (this.#wanting.has(dbid)) this.parts.room(dbid);
  }

  /** Agents of a group whom no call of the others can take; `but` one of them is not counted. */
  #roomOf(group: CampaignGroup, but?: CampaignGroup): number {
    const ready = this.#ready(group);
    const taken = this.#others(group.dbid)
      .filter((other) => other.dbid !== but?.dbid)
      .reduce((sum, other) => sum + Math.min(this.#of(other.dbid), shared(ready, other)), 0);
    return ready.length - taken;
  }

  #ready(group: CampaignGroup): string[] {
    return [...group.group.agentIds].filter((agentId) => this.isFree(agentId, group));
  }

  #others(groupDbid: number): readonly CampaignGroup[] {
    return this.#rivals.get(groupDbid) ?? [];
  }

  #of(groupDbid: number): number {
    return this.#calls.get(groupDbid) ?? 0;
  }
}

/** How many of these agents are a group's too. */
function shared(agentIds: readonly string[], { group }: CampaignGroup): number {
  return agentIds.filter((agentId) => group.agentIds.has(agentId)).length;
}
