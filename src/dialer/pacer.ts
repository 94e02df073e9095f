/** What a pacer may look at: counts of one campaign group at one moment. */
export interface PacingStatistics {
  /** Agents who could take a call now, and whom no other group's calls are meant for. */
  readonly readyAgents: number;
  /** Calls placed that are not answered yet, and answered ones that wait for an agent. */
  readonly outstandingCalls: number;
}

/**
 * How many calls to place now. Pure: a predictive pacer is another function of (more) statistics and
 * time, and asks for more calls than there are agents.
 */
export type Pacer = (statistics: PacingStatistics, nowMs: number) => number;

/** Progress: one call for each ready agent (engine.md, Dialing modes). */
export const progressPacer: Pacer = ({ readyAgents, outstandingCalls }) => Math.max(0, readyAgents - outstandingCalls);
