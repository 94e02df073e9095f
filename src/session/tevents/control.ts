import { DialMode, keys, OptimizeBy, ErrorCode, type KvList } from '../../../protocol/index.js';
import type { Audited } from '../../access/audit.js';
import type { GroupEventKind } from '../../campaign/group-state.js';
import { isReadOnly, REQUEST_NAMES } from '../../campaign/request-names.js';
import type { CampaignRequest, CampaignRequestKind, GroupTarget } from '../../campaign/requests.js';
import type { CampaignOutcome } from '../../service/ports.js';
import { campaignEvent, notificationName } from '../../user-data/events.js';
import { UserDataError, type UserData } from '../../user-data/reader.js';
import { USER_DATA_NAMES } from '../../user-data/parameter-names.js';
import { flagInput } from '../flag-input.js';
import type { TEventParts } from './parts.js';
import { readableTarget } from './readable-target.js';
import type { AgentRequest } from './requests/request.js';
import type { Registered } from './state.js';

/**
 * Campaign control over a Communication DN (tevents.md, last section). The names of the requests and
 * the keys are this project's own: the vendor's are not public.
 */
export const CONTROL_REQUESTS: ReadonlyMap<string, CampaignRequestKind> = new Map(
  REQUEST_NAMES.filter(({ kind }) => !isReadOnly(kind)).map(({ control, kind }) => [control, kind]),
);

export interface ControlRequest extends Pick<AgentRequest, 'data' | 'answer' | 'refuse' | 'done'> {
  readonly type: string;
  readonly dn: string;
  /** Address of the peer. */
  readonly from: string;
  /** Why the client may not send it; undefined where it may. */
  readonly refusal: string | undefined;
}

/** Serves a control request. Its errors have the numbers of the direct protocol's ErrorCode. Throws UserDataError where it may not be sent. */
export function controlRequest(parts: TEventParts, client: Registered, request: ControlRequest): void {
  const { type, dn, from, data, answer, refuse } = request;
  const audited: Audited = { protocol: 'T-Events', client: client.name, from, request: CONTROL_REQUESTS.get(type) ?? type, target: readableTarget(parts, data.list), flag: flagInput(data.list) };
  const forbidden = request.refusal ?? (parts.deployment.communicationDns.includes(dn) ? undefined : `${type} is taken on a Communication DN only, and ${dn} is none`);
  if (forbidden !== undefined) {
    parts.audit.refused(audited, 'NotAllowed');
    throw new UserDataError('NotAllowed', forbidden);
  }
  const asked = toRequest(parts, type, data, client.name);
  if ('message' in asked) {
    parts.audit.refused(audited, asked.code);
    return refuse({ number: ErrorCode[asked.code], message: asked.message });
  }
  parts.gateway.request(asked, {
    answer: (outcome) => {
      parts.audit.record({ ...audited, target: asked.target }, outcome);
      answerWith(parts, request, outcome);
    },
    unloaded: (event, { group }) => answer(eventOf(parts, event.kind, group, event.dialMode)),
  });
}

function answerWith(parts: TEventParts, { answer, refuse, done }: ControlRequest, outcome: CampaignOutcome): void {
  switch (outcome.kind) {
    case 'done':
      return answer(eventOf(parts, outcome.event.kind, outcome.snapshot.group, outcome.event.dialMode));
    case 'refused':
      return refuse({ number: ErrorCode[outcome.refusal.code], message: outcome.refusal.message });
    // the answer to an Unload that waits is CampaignUnloaded, when it is done
    case 'waiting':
    case 'status':
      return done();
  }
}

function eventOf(parts: TEventParts, kind: GroupEventKind, group: CampaignOutcomeGroup, dialMode: number): KvList {
  return campaignEvent(notificationName(kind) ?? kind, parts.deployment, group, dialMode);
}

type CampaignOutcomeGroup = Extract<CampaignOutcome, { kind: 'done' }>['snapshot']['group'];

type Asked = CampaignRequest | { readonly code: 'InvalidParameter' | 'CampaignNotFound' | 'GroupNotFound'; readonly message: string };

function toRequest(parts: TEventParts, type: string, data: UserData, client: string): Asked {
  try {
    const kind = CONTROL_REQUESTS.get(type);
    if (kind === undefined) throw new UserDataError('UnknownRequest', `${type} is no request`);
    const target = targetOf(parts, data);
    if ('message' in target) return target;
    const dialMode = dialModeOf(data);
    const optimizeBy = data.member(keys.GSW_OPTIMIZE_BY, OptimizeBy);
    const optimizeGoal = data.integer(keys.GSW_OPTIMIZE_GOAL);
    const autoCompletion = flagInput(data.list);
    return {
      kind,
      by: `T-Event client ${client}`,
      names: USER_DATA_NAMES,
      target,
      ...(dialMode !== undefined && { dialMode }),
      ...(optimizeBy !== undefined && { optimizeBy }),
      ...(optimizeGoal !== undefined && { optimizeGoal }),
      ...(autoCompletion !== undefined && { autoCompletion }),
    };
  } catch (error) {
    if (error instanceof UserDataError) return { code: 'InvalidParameter', message: error.message };
    throw error;
  }
}

/** A mode outside the enumeration is InvalidCampaignMode, but only behind what else may be wrong: it is passed on. */
function dialModeOf(data: UserData): number | undefined {
  const text = data.text(keys.GSW_DIAL_MODE);
  if (text === undefined) return undefined;
  const named = new Map<string, number>(Object.entries(DialMode)).get(text);
  if (named !== undefined) return named;
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

/** Campaign and group by their names, or by their ids. */
function targetOf(parts: TEventParts, data: UserData): GroupTarget | Extract<Asked, { message: string }> {
  const campaignId = data.integer(keys.GSW_CAMPAIGN_ID);
  const groupId = data.integer(keys.GSW_GROUP_ID);
  const campaignName = data.text(keys.GSW_CAMPAIGN_NAME);
  const groupName = data.text(keys.GSW_GROUP_NAME);
  const campaign = parts.deployment.campaigns.find(({ name }) => name === campaignName);
  const group = parts.deployment.groups.find(({ name }) => name === groupName);
  if (campaignName !== undefined && campaign === undefined) {
    return { code: 'CampaignNotFound', message: `${keys.GSW_CAMPAIGN_NAME}: there is no campaign '${campaignName.slice(0, 64)}'` };
  }
  if (groupName !== undefined && group === undefined) {
    return { code: 'GroupNotFound', message: `${keys.GSW_GROUP_NAME}: there is no group '${groupName.slice(0, 64)}'` };
  }
  for (const [what, id, named] of [
    [keys.GSW_CAMPAIGN_ID, campaignId, campaign?.dbid],
    [keys.GSW_GROUP_ID, groupId, group?.dbid],
  ] as const) {
    if (id !== undefined && named !== undefined && id !== named) return { code: 'InvalidParameter', message: `${what} ${id} is not the one that is named` };
  }
  const [wantedCampaign, wantedGroup] = [campaignId ?? campaign?.dbid, groupId ?? group?.dbid];
  if (wantedCampaign === undefined) return { code: 'InvalidParameter', message: `${keys.GSW_CAMPAIGN_NAME} or ${keys.GSW_CAMPAIGN_ID} is missing` };
  if (wantedGroup === undefined) return { code: 'InvalidParameter', message: `${keys.GSW_GROUP_NAME} or ${keys.GSW_GROUP_ID} is missing` };
  return { campaignId: wantedCampaign, groupId: wantedGroup };
}

