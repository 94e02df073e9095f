import type { ReadMessage } from '../../../protocol/index.js';
import type { CampaignRequest, CampaignRequestKind } from '../../campaign/requests.js';
import { flagInput } from '../flag-input.js';

/** Messages 7 to 12, 29 and 36: the requests about one campaign group. */
export const CAMPAIGN_REQUESTS = {
  GSW_CM_ReqLoadCampaign: 'Load',
  GSW_CM_ReqUnloadCampaign: 'Unload',
  GSW_CM_ReqStartDialing: 'StartDialing',
  GSW_CM_ReqStopDialing: 'StopDialing',
  GSW_CM_ReqSetDialingMode: 'SetDialingMode',
  GSW_CM_ReqGetCampaignStatus: 'GetCampaignStatus',
  GSW_CM_ReqForceUnloadCampaign: 'ForceUnload',
  GSW_CM_ReqCompleteCampaign: 'Complete',
} as const satisfies Record<string, CampaignRequestKind>;

export type CampaignMessage = ReadMessage<keyof typeof CAMPAIGN_REQUESTS>;

export function isCampaignMessage(message: ReadMessage): message is CampaignMessage {
  return message.name in CAMPAIGN_REQUESTS;
}

/** What the engine is asked by a message. `by` says who asks, in words. */
export function toCampaignRequest(message: CampaignMessage, by: string): CampaignRequest {
  const { attributes } = message;
  const mode: Partial<ReadMessage<'GSW_CM_ReqStartDialing'>['attributes']> =
    message.name === 'GSW_CM_ReqStartDialing' || message.name === 'GSW_CM_ReqSetDialingMode' ? message.attributes : {};
  return {
    kind: CAMPAIGN_REQUESTS[message.name],
    by,
    target: targetOf(attributes),
    ...definedOnly({
      dialMode: mode.GSW_CM_AttrDialMode,
      optimizeBy: mode.GSW_CM_AttrOptimizeBy,
      optimizeGoal: mode.GSW_CM_AttrOptimizeGoal,
      autoCompletion: flagInput(attributes.GSW_CM_AttrProperties),
    }),
  };
}

/** The ids of a request about campaigns. */
export function targetOf(attributes: {
  readonly GSW_CM_AttrCampaignID?: number | undefined;
  readonly GSW_CM_AttrGroupID?: number | undefined;
  readonly GSW_CM_AttrSessionID?: number | undefined;
}): CampaignRequest['target'] {
  return definedOnly({
    campaignId: attributes.GSW_CM_AttrCampaignID,
    groupId: attributes.GSW_CM_AttrGroupID,
    sessionId: attributes.GSW_CM_AttrSessionID,
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOnly<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>;
}
