import { createHash } from 'node:crypto';
import { keys, type KvList, ocm1 } from '../../../../protocol/index.js';
import type { HandOut } from '../../../record/hand-out.js';
import type { EndRequest } from '../../../service/record-requests.js';
import { acknowledgment } from '../../../user-data/events.js';
import { type AgentRequest, recordNamed } from './request.js';

/**
 * What every request that ends a record does: finds it, ends it as `ending` says, acknowledges it by the
 * event `acknowledgedBy`, which may depend on what the record was.
 */
export function endRecord(request: AgentRequest, acknowledgedBy: string | ((record: HandOut) => string), ending: EndRequest['ending']): void {
  const { parts, seat, data, answer, refuse } = request;
  parts.gateway.desktops.record({
    kind: 'end',
    handle: recordNamed(request),
    agentId: seat.agentId,
    ending,
    acknowledgment: typeof acknowledgedBy === 'string' ? () => acknowledgedBy : acknowledgedBy,
    content: contentOf(data.list),
    answer(outcome) {
      if (outcome.kind === 'refused') refuse(outcome);
      else answer(acknowledgment(outcome.acknowledgment, parts.deployment, outcome.group.campaign.name, outcome));
    },
  });
}

/** A request's content in a form that can be compared: all of its pairs but the echo, which is another each time. */
export function contentOf(list: KvList): string {
  const pairs = list.filter(({ key }) => key !== keys.GSW_REFERENCE_ID);
  const bytes = ocm1.encode({ dialect: 'T', type: 0, attributes: [{ id: 0, value: { type: 'kvlist', value: pairs } }] });
  return createHash('sha256').update(bytes).digest('base64');
}
