import { OptimizeBy } from '../../protocol/dictionary/enumerations.js';
import { readAutoCompletion } from '../campaign/auto-completion.js';
import type { MachineRequest } from '../campaign/machine.js';
import type { CampaignRequest, GroupTarget, ParameterNames, Refusal } from '../campaign/requests.js';
import type { CampaignGroup, Deployment } from '../config/deployment.js';

/** Requests that take GSW_AUTO_COMPLETION; in any other it is ignored, with a warning. */
const TAKES_FLAG: ReadonlySet<CampaignRequest['kind']> = new Set(['Load', 'StartDialing', 'SetDialingMode']);

export type Checked =
  | { readonly group: CampaignGroup; readonly request: MachineRequest; readonly warning?: string }
  | { readonly refusal: Refusal; readonly group: CampaignGroup | undefined };

/**
 * Checks what a request says before its group is asked, in the order of the specification: form, flag
 * value, ids (state and mode are the machine's). The group is named in a refusal where the ids are good.
 */
export function checkRequest(deployment: Deployment, request: CampaignRequest): Checked {
  const target = findGroup(deployment, request.target, request.names);
  const group = 'group' in target ? target.group : undefined;
  const invalid = (message: string): Checked => ({ refusal: { code: 'InvalidParameter', message }, group });

  if ('refusal' in target && target.refusal.code === 'InvalidParameter') return { ...target, group: undefined };
  const { optimizeBy, optimizeGoal, kind, names } = request;
  if (optimizeBy !== undefined && (optimizeBy < OptimizeBy.None || optimizeBy > OptimizeBy.MaximumGain)) {
    return invalid(`${names.optimizeBy} is ${optimizeBy}; it takes ${OptimizeBy.None} to ${OptimizeBy.MaximumGain}`);
  }
  if (optimizeGoal !== undefined && optimizeGoal < 0) return invalid(`${names.optimizeGoal} is ${optimizeGoal}; it takes 0 or more`);

  const flag = request.autoCompletion === undefined || !TAKES_FLAG.has(kind) ? undefined : readAutoCompletion(request.autoCompletion);
  if (typeof flag === 'string') return invalid(flag);
  if ('refusal' in target) return { refusal: target.refusal, group: undefined };

  const checked: MachineRequest = {
    kind,
    by: request.by,
    ...(request.dialMode !== undefined && { dialMode: request.dialMode }),
    ...(optimizeBy !== undefined && { optimizeBy }),
    ...(optimizeGoal !== undefined && { optimizeGoal }),
    ...(flag !== undefined && { autoCompletion: flag }),
  };
  const ignored = request.autoCompletion !== undefined && !TAKES_FLAG.has(kind);
  return { group: target.group, request: checked, ...(ignored && { warning: `GSW_AUTO_COMPLETION is ignored in ${kind}` }) };
}

/** The campaign group that a request names; where it names several things they must agree. */
export function findGroup(
  deployment: Deployment,
  { campaignId, groupId, sessionId }: GroupTarget,
  names: Pick<ParameterNames, 'campaignId' | 'groupId'>,
): { readonly group: CampaignGroup } | { readonly refusal: Refusal } {
  if (sessionId === undefined && (campaignId === undefined || groupId === undefined)) {
    const missing = campaignId === undefined ? names.campaignId : names.groupId;
    return refuse('InvalidParameter', `${missing} is missing; a request names campaign and group, or the session`);
  }
  if (campaignId !== undefined && !deployment.campaigns.some((campaign) => campaign.dbid === campaignId)) {
    return refuse('CampaignNotFound', `there is no campaign ${campaignId}`);
  }
  if (groupId !== undefined && !deployment.groups.some((group) => group.dbid === groupId)) {
    return refuse('GroupNotFound', `there is no group ${groupId}`);
  }
  const group = deployment.campaignGroups.find(
    (one) =>
      (campaignId === undefined || one.campaign.dbid === campaignId) &&
      (groupId === undefined || one.group.dbid === groupId) &&
      (sessionId === undefined || one.dbid === sessionId),
  );
  if (group !== undefined) return { group };
  const named = Object.entries({ campaign: campaignId, group: groupId, session: sessionId }).flatMap(([what, id]) =>
    id === undefined ? [] : [`${what} ${id}`],
  );
  return refuse('CampaignGroupNotFound', `there is no campaign group with ${named.join(' and ')}`);
}

function refuse(code: Refusal['code'], message: string): { readonly refusal: Refusal } {
  return { refusal: { code, message } };
}
