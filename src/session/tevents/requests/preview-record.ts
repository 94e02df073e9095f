import { keys, string } from '../../../../protocol/index.js';
import { recordEvent, userEvent } from '../../../user-data/events.js';
import { type AgentRequest, campaignNames } from './request.js';

/** What some desktops compare the answer with, word for word. */
const NO_RECORDS = 'No Records Available';

/** PreviewRecordRequest: a record whose hand-out is durable, or PreviewRecordEmpty. */
export function previewRecordRequest({ parts, seat, data, answer, refuse }: AgentRequest): void {
  parts.gateway.desktops.previewRecord(seat, campaignNames(data), (outcome) => {
    switch (outcome.kind) {
      case 'record':
        return answer(recordEvent('PreviewRecord', parts.deployment, outcome.group, outcome.handOut, parts.clock.now()));
      case 'empty': {
        const empty = userEvent('PreviewRecordEmpty', parts.deployment, outcome.group.campaign.name);
        return answer([...empty, { key: keys.GSW_ERROR, value: string(NO_RECORDS) }]);
      }
      case 'refused':
        return refuse(outcome);
    }
  });
}
