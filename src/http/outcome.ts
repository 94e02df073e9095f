import type { CampaignOutcome } from '../service/ports.js';
import { HttpFault } from './fault.js';

/** What became of a campaign request that was not refused. */
export type Accepted = Exclude<CampaignOutcome, { kind: 'refused' }>;

/** Throws HttpFault for a refusal. */
export function accepted(outcome: CampaignOutcome): Accepted {
  if (outcome.kind === 'refused') throw new HttpFault(outcome.refusal.code, outcome.refusal.message);
  return outcome;
}

/** 200: done; 202: an Unload or Complete that waits for records. */
export function statusOfAccepted({ kind }: Accepted): 200 | 202 {
  return kind === 'waiting' ? 202 : 200;
}
