import { closeRecords } from './close-records.js';
import type { AgentRequest } from './request.js';

/**
 * RequestRecordCancel: the record in hand, or every one of a number or customer that waits in the lists of
 * the campaign, or of the agent's campaigns, is Cancelled; alone, or with its chain.
 */
export function requestRecordCancel(request: AgentRequest): void {
  closeRecords(request, 'cancel');
}
