import type { ErrorCode } from '../../protocol/dictionary/enumerations.js';
import type { FlagInput } from './auto-completion.js';

export const REQUEST_KINDS = [
  'Load',
  'Unload',
  'StartDialing',
  'StopDialing',
  'SetDialingMode',
  'GetCampaignStatus',
  'ForceUnload',
  'Complete',
] as const;

export type CampaignRequestKind = (typeof REQUEST_KINDS)[number];

/** How a request names its campaign group; where several are given they must agree. */
export interface GroupTarget {
  readonly campaignId?: number;
  readonly groupId?: number;
  readonly sessionId?: number;
}

/** What the protocol of a request calls its parameters, so that a refusal names what the client sent. */
export interface ParameterNames {
  readonly campaignId: string;
  readonly groupId: string;
  readonly optimizeBy: string;
  readonly optimizeGoal: string;
}

/** A campaign request, whatever the protocol it came over. */
export interface CampaignRequest {
  readonly kind: CampaignRequestKind;
  readonly target: GroupTarget;
  /** A number of the DialMode enumeration, or outside it. */
  readonly dialMode?: number;
  readonly optimizeBy?: number;
  readonly optimizeGoal?: number;
  /** The property GSW_AUTO_COMPLETION, where the request has it. */
  readonly autoCompletion?: FlagInput;
  readonly names: ParameterNames;
  /** Who asks, in words, for the journal and the audit. */
  readonly by: string;
}

export type ErrorCodeName = keyof typeof ErrorCode;

/** Why a request was refused: a code of the direct protocol, and words. */
export interface Refusal {
  readonly code: ErrorCodeName;
  readonly message: string;
}
