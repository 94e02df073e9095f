import type { AttributesOf, MessageName, ReadMessage } from '../../protocol/index.js';

/** The events by which each request is answered, if it is not refused (protocol/README.md, "A session"). */
export const ANSWERS = {
  GSW_CM_ReqRegisterClient: ['GSW_CM_EvClientRegistered'],
  GSW_CM_ReqLoadCampaign: ['GSW_CM_EvCampaignLoaded'],
  // by the status where they wait for records that are out; the event follows, unsolicited
  GSW_CM_ReqUnloadCampaign: ['GSW_CM_EvCampaignUnloaded', 'GSW_CM_EvCampaignStatus'],
  GSW_CM_ReqForceUnloadCampaign: ['GSW_CM_EvCampaignUnloaded', 'GSW_CM_EvCampaignStatus'],
  GSW_CM_ReqCompleteCampaign: ['GSW_CM_EvCampaignUnloaded', 'GSW_CM_EvCampaignStatus'],
  GSW_CM_ReqStartDialing: ['GSW_CM_EvDialingStarted'],
  GSW_CM_ReqStopDialing: ['GSW_CM_EvDialingStopped'],
  GSW_CM_ReqSetDialingMode: ['GSW_CM_EvDialingModeChanged'],
  GSW_CM_ReqGetCampaignStatus: ['GSW_CM_EvCampaignStatus'],
  GSW_CM_ReqCampaignRegistered: ['GSW_CM_EvCampaignRegistered'],
  GSW_CM_ReqCampaignUnregistered: ['GSW_CM_EvCampaignUnregistered'],
  GSW_CM_ReqHeartbeat: ['GSW_CM_EvHeartbeat'],
  RequestRegisterClient: ['EventServerConnected'],
  RequestRegisterAddress: ['EventRegistered'],
  RequestUnregisterAddress: ['EventUnregistered'],
  RequestAgentLogin: ['EventAgentLogin'],
  RequestAgentLogout: ['EventAgentLogout'],
  RequestAgentReady: ['EventAgentReady'],
  RequestAgentNotReady: ['EventAgentNotReady'],
  RequestDistributeUserEvent: ['EventACK'],
  RequestSendEvent: ['EventACK'],
  RequestHeartbeat: ['EventHeartbeat'],
} as const satisfies { readonly [N in MessageName]?: readonly MessageName[] };

type Requests = keyof typeof ANSWERS;

/** The requests of one dialect. */
export type DirectRequest = Extract<Requests, MessageName<'GSW_CM'>>;
export type DesktopRequest = Extract<Requests, MessageName<'T'>>;
export type AnyRequest = DirectRequest | DesktopRequest;

/** The attributes of a request; its ReferenceID is the client's business. */
export type Given<N extends AnyRequest> = Omit<AttributesOf<N>, 'GSW_CM_AttrReferenceID' | 'AttributeReferenceID'>;

/** What a request is answered by. */
export type Answer<N extends AnyRequest> = ReadMessage<(typeof ANSWERS)[N][number]>;

export interface RequestOptions {
  readonly timeoutMs?: number;
}
