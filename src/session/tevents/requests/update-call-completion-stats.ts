import { CallResult, keys } from '../../../../protocol/index.js';
import { customFieldsOf } from '../../../user-data/custom-fields.js';
import { acknowledgment } from '../../../user-data/events.js';
import { type AgentRequest, recordNamed } from './request.js';

/**
 * UpdateCallCompletionStats: a call result, and custom fields, of a record that stays with its agent. The
 * first result counts the Preview attempt, and from then on the record is never dialed again by itself.
 */
export function updateCallCompletionStats(request: AgentRequest): void {
  const { parts, seat, data, answer, refuse } = request;
  const callResult = data.member(keys.GSW_CALL_RESULT, CallResult) ?? null;
  const calledAt = callResult === null ? null : parts.clock.now();
  parts.gateway.desktops.record({
    kind: 'report',
    handle: recordNamed(request),
    agentId: seat.agentId,
    report({ customFields }) {
      const custom = customFieldsOf(data.list, customFields);
      return custom.kind === 'refused' ? custom : { callResult, calledAt, customFields: custom.fields };
    },
    answer(outcome) {
      if (outcome.kind === 'refused') return refuse(outcome);
      const { handOut, group } = outcome;
      const record = { listDbid: handOut.chain.listDbid, handle: handOut.handle, callResult: handOut.callResult };
      answer(acknowledgment('UpdateCallCompletionStatsAcknowledge', parts.deployment, group.campaign.name, record));
    },
  });
}
