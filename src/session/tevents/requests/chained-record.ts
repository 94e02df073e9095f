import { int, keys } from '../../../../protocol/index.js';
import { chainedRecord, recordNames, userEvent } from '../../../user-data/events.js';
import { type AgentRequest, recordNamed } from './request.js';

/** ChainedRecordRequest: a ChainedRecord for every other record of the chain, then, in any case, ChainedRecordsDataEnd. */
export function chainedRecordRequest(request: AgentRequest): void {
  const { parts, seat, answer, refuse } = request;
  const { deployment } = parts;
  parts.gateway.desktops.record({
    kind: 'chain',
    handle: recordNamed(request),
    agentId: seat.agentId,
    answer(outcome) {
      if (outcome.kind === 'refused') return refuse(outcome);
      const { group, handOut, others } = outcome;
      for (const record of others) answer(chainedRecord(deployment, group, handOut, record, parts.clock.now()));
      answer([
        ...userEvent('ChainedRecordsDataEnd', deployment, group.campaign.name),
        ...recordNames(deployment, handOut.chain.listDbid, handOut.handle),
        { key: keys.GSW_CHAIN_ID, value: int(handOut.chain.chainId) },
      ]);
    },
  });
}
