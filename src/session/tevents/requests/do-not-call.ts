import { closeRecords } from './close-records.js';
import type { AgentRequest } from './request.js';

/**
 * DoNotCall: the number of the record in hand, or the one that is named, or the customer, is never dialed
 * again, by any list; with AllChain neither are the others of its chain.
 */
export function doNotCall(request: AgentRequest): void {
  closeRecords(request, 'doNotCall');
}
