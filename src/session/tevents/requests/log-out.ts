import { userEvent } from '../../../user-data/events.js';
import { keys } from '../../../../protocol/index.js';
import { type AgentRequest, campaignNamed } from './request.js';

/**
 * LogOut: the agent gets nothing new of the campaign, and LogOutAcknowledge when it has no record of it
 * any more. A line that ends does not wait for that.
 */
export function logOutOfCampaign(request: AgentRequest): void {
  const { parts, seat, data, answer, refuse, done } = request;
  const campaign = campaignNamed(request) ?? data.requiredText(keys.GSW_CAMPAIGN_NAME);
  parts.gateway.records.leave(seat.agentId, campaign, (refusal) => {
    if (refusal === undefined) answer(userEvent('LogOutAcknowledge', parts.deployment, campaign));
    else refuse(refusal);
  });
  done();
}
