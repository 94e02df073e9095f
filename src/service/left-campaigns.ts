/**
 * Agents who have asked to be logged out of a campaign (LogOut): they get nothing new of it and count as
 * not ready for it. Whoever has left comes back by asking for records, by being ready, or by logging in; who
 * is still leaving, because records are in hand, does not.
 */
export class LeftCampaigns {
  readonly #leaving = new Set<string>();
  readonly #left = new Set<string>();

  /** The agent asks to leave. Followed by `gone`. */
  leave(agentId: string, campaignDbid: number): void {
    this.#leaving.add(key(agentId, campaignDbid));
  }

  /** The agent has nothing of the campaign in hand any more. */
  gone(agentId: string, campaignDbid: number): void {
    if (this.#leaving.delete(key(agentId, campaignDbid))) this.#left.add(key(agentId, campaignDbid));
  }

  /** Whether the agent gets nothing new of the campaign. */
  has(agentId: string, campaignDbid: number): boolean {
    return this.isLeaving(agentId, campaignDbid) || this.#left.has(key(agentId, campaignDbid));
  }

  isLeaving(agentId: string, campaignDbid: number): boolean {
    return this.#leaving.has(key(agentId, campaignDbid));
  }

  /** The agent is back in a campaign that it had left, or in all of them. */
  back(agentId: string, campaignDbids: readonly number[]): void {
    for (const dbid of campaignDbids) this.#left.delete(key(agentId, dbid));
  }
}

const key = (agentId: string, campaignDbid: number): string => `${campaignDbid}/${agentId}`;
