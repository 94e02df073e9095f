import type { CampaignRequestKind } from './requests.js';

/** What the protocols call a campaign request. */
export interface RequestNames {
  readonly kind: CampaignRequestKind;
  /** In the direct protocol, behind `GSW_CM_Req`. */
  readonly direct: string;
  /** In user data (GSW_AGENT_REQ_TYPE of a Communication DN) and in `req` of HTTP. */
  readonly control: string;
  /** In the paths of GWS. */
  readonly path: string;
}

export const REQUEST_NAMES = [
  { kind: 'Load', direct: 'LoadCampaign', control: 'CampaignLoad', path: 'load-campaign' },
  { kind: 'Unload', direct: 'UnloadCampaign', control: 'CampaignUnload', path: 'unload-campaign' },
  { kind: 'StartDialing', direct: 'StartDialing', control: 'StartDialing', path: 'start-dialing' },
  { kind: 'StopDialing', direct: 'StopDialing', control: 'StopDialing', path: 'stop-dialing' },
  { kind: 'SetDialingMode', direct: 'SetDialingMode', control: 'SetDialingMode', path: 'set-dialing-mode' },
  { kind: 'ForceUnload', direct: 'ForceUnloadCampaign', control: 'CampaignForceUnload', path: 'force-unload-campaign' },
  { kind: 'Complete', direct: 'CompleteCampaign', control: 'CampaignComplete', path: 'complete-campaign' },
  { kind: 'GetCampaignStatus', direct: 'GetCampaignStatus', control: 'CampaignStatusRequest', path: 'get-campaign-status' },
] as const satisfies readonly RequestNames[];

/** Requests that change nothing. */
export function isReadOnly(kind: CampaignRequestKind): boolean {
  return kind === 'GetCampaignStatus';
}
