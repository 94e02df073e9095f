import { userEvent } from '../../../user-data/events.js';
import { type AgentRequest, campaignNames } from './request.js';

/** PreviewDialingModeStart: desktops send it first and wait for the acknowledgment before they ask for records. */
export function previewDialingModeStart({ parts, seat, data, answer, refuse }: AgentRequest): void {
  const names = campaignNames(data);
  parts.gateway.desktops.previewStart(seat, names, (outcome) => {
    if ('kind' in outcome) refuse(outcome);
    else answer(userEvent('PreviewDialingModeStartAcknowledge', parts.deployment, names.campaign));
  });
}

/** PreviewDialingModeOver: acknowledged whatever the campaign's state, since it may have ended before the agent noticed. */
export function previewDialingModeOver({ parts, seat, data, answer, refuse }: AgentRequest): void {
  const names = campaignNames(data);
  const outcome = parts.gateway.desktops.previewOver(seat, names);
  if ('kind' in outcome) refuse(outcome);
  else answer(userEvent('PreviewDialingModeOverAcknowledge', parts.deployment, names.campaign));
}
