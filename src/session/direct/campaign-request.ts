import { type Message, readAttribute, type ReadMessage } from '../../../protocol/index.js';
import type { Audited } from '../../access/audit.js';
import { REQUEST_NAMES } from '../../campaign/request-names.js';
import type { CampaignRequest, CampaignRequestKind, ParameterNames } from '../../campaign/requests.js';
import { flagInput } from '../flag-input.js';

type CampaignMessageName = `GSW_CM_Req${(typeof REQUEST_NAMES)[number]['direct']}`;

/** Messages 7 to 12, 29 and 36: the requests about one campaign group. */
const REQUEST_KIND = Object.fromEntries(REQUEST_NAMES.map(({ direct, kind }) => [`GSW_CM_Req${direct}`, kind])) as Readonly<
  Record<CampaignMessageName, CampaignRequestKind>
>;

export type CampaignMessage = ReadMessage<CampaignMessageName>;

export function isCampaignMessage(message: ReadMessage): message is CampaignMessage {
  return message.name in REQUEST_KIND;
}

/** Which request a message is; undefined for any other message. */
export function kindOf(name: string): CampaignRequestKind | undefined {
  return Object.hasOwn(REQUEST_KIND, name) ? REQUEST_KIND[name as CampaignMessageName] : undefined;
}

/** What this dialect calls the parameters of a request. */
export const DIRECT_NAMES: ParameterNames = {
  campaignId: 'GSW_CM_AttrCampaignID',
  groupId: 'GSW_CM_AttrGroupID',
  optimizeBy: 'GSW_CM_AttrOptimizeBy',
  optimizeGoal: 'GSW_CM_AttrOptimizeGoal',
};

/** What the engine is asked by a message. `by` says who asks, in words. */
export function toCampaignRequest(message: CampaignMessage, by: string, names: ParameterNames = DIRECT_NAMES): CampaignRequest {
  const { attributes } = message;
  const mode: Partial<ReadMessage<'GSW_CM_ReqStartDialing'>['attributes']> =
    message.name === 'GSW_CM_ReqStartDialing' || message.name === 'GSW_CM_ReqSetDialingMode' ? message.attributes : {};
  return {
    kind: REQUEST_KIND[message.name],
    by,
    names,
    target: targetOf(attributes),
    ...definedOnly({
      dialMode: mode.GSW_CM_AttrDialMode,
      optimizeBy: mode.GSW_CM_AttrOptimizeBy,
      optimizeGoal: mode.GSW_CM_AttrOptimizeGoal,
      autoCompletion: flagInput(attributes.GSW_CM_AttrProperties),
    }),
  };
}

/** What can be read of a request that is wrong: whom it is about, and GSW_AUTO_COMPLETION. */
export function readableOf(message: Message): Pick<Audited, 'target' | 'flag'> {
  const target = targetOf({
    GSW_CM_AttrCampaignID: readAttribute(message, 'GSW_CM_AttrCampaignID'),
    GSW_CM_AttrGroupID: readAttribute(message, 'GSW_CM_AttrGroupID'),
    GSW_CM_AttrSessionID: readAttribute(message, 'GSW_CM_AttrSessionID'),
  });
  return { target, flag: flagInput(readAttribute(message, 'GSW_CM_AttrProperties')) };
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
