import { DialMode, nameOf, OptimizeBy } from '../../../protocol/dictionary/enumerations.js';
import type { Accepted } from '../outcome.js';
import type { GwsAnswer } from './schemas.js';

/** The answer to a request that was done or waits: what the event says that answers it, and the flag. */
export function describeAccepted(outcome: Accepted): GwsAnswer {
  const { snapshot } = outcome;
  const { status, dialMode, optimizeBy, optimizeGoal } = outcome.kind === 'done' ? outcome.event : snapshot;
  return {
    status: { code: 0 },
    data: {
      campaignId: snapshot.group.campaign.dbid,
      groupId: snapshot.group.group.dbid,
      sessionId: snapshot.group.dbid,
      groupCampaignStatus: status,
      dialMode: nameOf(DialMode, dialMode) ?? 'NoDialMode',
      optimizeBy: nameOf(OptimizeBy, optimizeBy) ?? 'None',
      ...(optimizeGoal !== null && { optimizeGoal }),
      autoCompletion: snapshot.autoCompletion,
    },
  };
}
