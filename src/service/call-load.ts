import type { AgentPool } from '../agent/pool.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { HeldRecords } from '../record/held-records.js';
import type { LeftCampaigns } from './left-campaigns.js';

/**
 * How many calls of which group have no agent yet. Groups that share agents must not both dial for the
 * same one: another group's calls take from what this group counts as ready.
 */
export class CallLoad {
  readonly #outstanding = new Map<number, number>();

  constructor(
    private readonly groups: readonly CampaignGroup[],
    private readonly agents: Pick<AgentPool<object>, 'find'>,
    private readonly held: Pick<HeldRecords, 'count'>,
    private readonly left: Pick<LeftCampaigns, 'has'>,
  ) {}

  set(groupDbid: number, calls: number): void {
    this.#outstanding.set(groupDbid, calls);
  }

  /** Agents of a group who could take a call now and whom no other group's calls are meant for. */
  agentsFor(group: CampaignGroup): number {
    const ready = group.group.agentIds.filter((id) => this.#isReady(id) && !this.left.has(id, group.campaign.dbid));
    const meantForOthers = this.groups
      .filter((other) => other.dbid !== group.dbid)
      .map((other) => Math.min(this.#outstanding.get(other.dbid) ?? 0, ready.filter((id) => other.group.agentIds.includes(id)).length));
    return Math.max(0, ready.length - meantForOthers.reduce((sum, calls) => sum + calls, 0));
  }

  #isReady(agentId: string): boolean {
    return this.agents.find(agentId)?.state === 'ready' && this.held.count(agentId) === 0;
  }
}
