import { createHash } from 'node:crypto';
import { int, keys, type KvList, ocm1 } from '../../../../protocol/index.js';
import type { EndRequest } from '../../../service/hand-outs.js';
import { recordNames, userEvent } from '../../../user-data/events.js';
import { UserDataError } from '../../../user-data/reader.js';
import type { AgentRequest } from './request.js';

/** What every request that ends a record does: finds it, ends it as `ending` says, acknowledges it. */
export function endRecord(request: AgentRequest, acknowledgment: string, ending: EndRequest['ending']): void {
  const { parts, seat, data, answer, refuse } = request;
  const handle = data.requiredInteger(keys.GSW_RECORD_HANDLE);
  const campaign = data.text(keys.GSW_CAMPAIGN_NAME);
  if (campaign !== undefined && !parts.deployment.campaigns.some(({ name }) => name === campaign)) {
    throw new UserDataError('UnknownCampaign', `${keys.GSW_CAMPAIGN_NAME}: there is no campaign '${campaign.slice(0, 64)}'`);
  }
  parts.gateway.desktops.endRecord({
    handle,
    agentId: seat.agentId,
    ending,
    content: contentOf(data.list),
    answer(outcome) {
      if (outcome.kind === 'refused') return refuse(outcome);
      answer([
        ...userEvent(acknowledgment, parts.deployment, outcome.group.campaign.name),
        ...recordNames(parts.deployment, outcome.listDbid, outcome.handle),
        ...(outcome.callResult === null ? [] : [{ key: keys.GSW_CALL_RESULT, value: int(outcome.callResult) }]),
      ]);
    },
  });
}

/** A request's content in a form that can be compared: all of its pairs but the echo, which is another each time. */
function contentOf(list: KvList): string {
  const pairs = list.filter(({ key }) => key !== keys.GSW_REFERENCE_ID);
  const bytes = ocm1.encode({ dialect: 'T', type: 0, attributes: [{ id: 0, value: { type: 'kvlist', value: pairs } }] });
  return createHash('sha256').update(bytes).digest('base64');
}
