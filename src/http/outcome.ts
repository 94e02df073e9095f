import type { CampaignOutcome } from '../service/ports.js';
import { HttpFault } from './fault.js';

/** What became of a campaign request that was not refused. */
export type Accepted = Exclude<CampaignOutcome, { kind: 'refused' }>;

/** Throws HttpFault for a refusal. */
export function accepted(outcome: CampaignOutcome): Accepted {
  if (outcome.kind === 'refused') {
    const { code, message } = outcome.refusal;
    // where it answers a request for a campaign group, the group is there: its state stands against it
    throw new HttpFault(code, message, code === 'WrongConfiguration' ? { status: 409 } : {});
  }
  return outcome;
}

/** 200: done; 202: an Unload or Complete that waits for records. */
export function statusOfAccepted({ kind }: Accepted): 200 | 202 {
  return kind === 'waiting' ? 202 : 200;
}
