import { endRecord } from './record-end.js';
import type { AgentRequest } from './request.js';

/** RecordReject: the record is Ready again, and another agent gets it first. */
export function recordReject(request: AgentRequest): void {
  endRecord(request, 'RecordRejectAcknowledge', () => ({ kind: 'ready' }));
}
