/**
 * Agents who have asked to be logged out of a campaign (LogOut): they get nothing new of it and count as
 * not ready for it. Whoever has left comes back by asking for records, by being ready, or by logging in; who
 * is still leaving, because records are in hand, does not.
 */
export class LeftCampaigns {
  /** Campaign -> agents. Asked of every agent at every turn of a group, and hardly anybody is in there. */
  readonly #leaving = new Map<number, Set<string>>();
  readonly #left = new Map<number, Set<string>>();

  /** The agent asks to leave. Followed by `gone`. */
  leave(agentId: string, campaignDbid: number): void {
    add(this.#leaving, campaignDbid, agentId);
  }

  /** The agent has nothing of the campaign in hand any more. */
  gone(agentId: string, campaignDbid: number): void {
    if (this.#leaving.get(campaignDbid)?.delete(agentId) === true) add(this.#left, campaignDbid, agentId);
  }

  /** Whether the agent gets nothing new of the campaign. */
  has(agentId: string, campaignDbid: number): boolean {
    return this.isLeaving(agentId, campaignDbid) || this.#left.get(campaignDbid)?.has(agentId) === true;
  }

  isLeaving(agentId: string, campaignDbid: number): boolean {
    return this.#leaving.get(campaignDbid)?.has(agentId) === true;
  }

  /** The agent is back in a campaign that it had left, or in all of them. */
  back(agentId: string, campaignDbids: readonly number[]): void {
    for (const dbid of campaignDbids) this.#left.get(dbid)?.delete(agentId);
  }
}

function add(of: Map<number, Set<string>>, campaignDbid: number, agentId: string): void {
  of.set(campaignDbid, (of.get(campaignDbid) ?? new Set()).add(agentId));
}
