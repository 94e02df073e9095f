import { campaignEvent } from '../../../user-data/events.js';
import type { AgentRequest } from './request.js';

/** CampaignStatusRequest: one CampaignLoaded or CampaignStarted for each of the agent's groups that is loaded or running. */
export function campaignStatusRequest({ parts, seat, answer, done }: AgentRequest): void {
  for (const { group, status, dialMode } of parts.gateway.desktops.campaignStatus(seat.agentId)) {
    const name = status === 'Running' ? 'CampaignStarted' : 'CampaignLoaded';
    answer(campaignEvent(name, parts.deployment, group, dialMode));
  }
  done();
}
