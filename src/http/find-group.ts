import type { CampaignGroup } from '../config/deployment.js';
import { HttpFault } from './fault.js';
import { SHOWN_CHARACTERS } from './limits.js';
import type { HttpParts } from './parts.js';

/** The campaign group of a path. Throws HttpFault (CampaignGroupNotFound). */
export function findGroup(gateway: Pick<HttpParts['gateway'], 'groups'>, dbid: string): CampaignGroup {
  const group = gateway.groups().find((one) => String(one.dbid) === dbid);
  if (group === undefined) throw new HttpFault('CampaignGroupNotFound', `there is no campaign group ${dbid.slice(0, SHOWN_CHARACTERS)}`);
  return group;
}
