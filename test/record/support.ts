import type { Chain, RecordData } from '../../src/record/chain.js';

/** A chain of one general record, numbered; what matters to a test is given. */
export function chainOf(chainId: number, of: { urgency?: number; listDbid?: number } & Partial<RecordData> = {}): Chain {
  const { urgency = 2, listDbid = 501, ...record } = of;
  const first: RecordData = {
    recordId: chainId * 10,
    chainN: 0,
    recordType: 2,
    phone: `555-01${chainId}`,
    callResult: null,
    attempt: 0,
    zoneDbid: null,
    agentId: null,
    customFields: {},
    ...record,
  };
  return { listDbid, chainId, urgency, records: [first] };
}
