import { makeMessage } from '../../../protocol/index.js';
import type { GroupTarget } from '../../campaign/requests.js';
import type { CampaignGroup, Deployment } from '../../config/deployment.js';
import { findGroup } from '../../service/campaign-requests.js';
import type { Line } from '../line.js';
import { DIRECT_NAMES } from './campaign-request.js';
import { errorEvent, idsOf } from './events.js';
import type { DirectParts } from './parts.js';

/** Message 13: from now on the client is told what happens to the campaign group, or to all of a campaign. */
export function subscribe(line: Line, parts: DirectParts, target: GroupTarget, reference: number): void {
  change(line, parts, target, reference, 'GSW_CM_EvCampaignRegistered', (groups) => parts.subscriptions.add(line, groups));
}

/** Message 14: without a group it ends every subscription of the campaign. */
export function unsubscribe(line: Line, parts: DirectParts, target: GroupTarget, reference: number): void {
  change(line, parts, target, reference, 'GSW_CM_EvCampaignUnregistered', (groups) => parts.subscriptions.remove(line, groups));
}

function change(
  line: Line,
  parts: DirectParts,
  target: GroupTarget,
  reference: number,
  answer: 'GSW_CM_EvCampaignRegistered' | 'GSW_CM_EvCampaignUnregistered',
  apply: (groupDbids: readonly number[]) => void,
): void {
  const found = findGroups(parts.deployment, target);
  if ('refusal' in found) return line.send(errorEvent(reference, found.refusal.code, found.refusal.message, target));
  const { groups, ids } = found;
  const dbids = groups.map((group) => group.dbid);
  // behind what the client has asked of these groups before, so that no answer overtakes another
  const answered = line.begin();
  parts.gateway.inOrder(dbids, () => {
    apply(dbids);
    line.send(
      makeMessage(answer, {
        GSW_CM_AttrRequestID: reference,
        GSW_CM_AttrCampaignID: ids.campaignId,
        GSW_CM_AttrGroupID: ids.groupId,
        GSW_CM_AttrSessionID: ids.sessionId,
      }),
    );
    answered();
  });
}

type Found =
  | { readonly groups: readonly CampaignGroup[]; readonly ids: GroupTarget & { readonly campaignId: number } }
  | Extract<ReturnType<typeof findGroup>, { refusal: unknown }>;

/** A campaign alone means every group of it. */
function findGroups(deployment: Deployment, target: GroupTarget): Found {
  const { campaignId, groupId, sessionId } = target;
  if (campaignId !== undefined && groupId === undefined && sessionId === undefined) {
    if (!deployment.campaigns.some((campaign) => campaign.dbid === campaignId)) {
      return { refusal: { code: 'CampaignNotFound', message: `there is no campaign ${campaignId}` } };
    }
    return { groups: deployment.campaignGroups.filter(({ campaign }) => campaign.dbid === campaignId), ids: { campaignId } };
  }
  const found = findGroup(deployment, target, DIRECT_NAMES);
  return 'refusal' in found ? found : { groups: [found.group], ids: idsOf(found.group) };
}
