import type { AttributeSpec, MessageSpec } from './spec.js';

/**
 * The GSW_CM dialect (direct connection). Message numbers and names and attribute names are the
 * published ones, 1000 and 1001 and every attribute id are this project's own (protocol/README.md).
 */
export const GSW_CM_ATTRIBUTES = [
  { id: 1, name: 'GSW_CM_AttrReferenceID', type: 'int' },
  { id: 2, name: 'GSW_CM_AttrRequestID', type: 'int' },
  { id: 3, name: 'GSW_CM_AttrCampaignID', type: 'int' },
  { id: 4, name: 'GSW_CM_AttrGroupID', type: 'int' },
  { id: 5, name: 'GSW_CM_AttrSessionID', type: 'int' },
  { id: 6, name: 'GSW_CM_AttrDialMode', type: 'int' },
  { id: 7, name: 'GSW_CM_AttrOptimizeBy', type: 'int' },
  { id: 8, name: 'GSW_CM_AttrOptimizeGoal', type: 'int' },
  { id: 9, name: 'GSW_CM_AttrGroupCampaignStatus', type: 'int' },
  { id: 10, name: 'GSW_CM_AttrProperties', type: 'kvlist' },
  { id: 11, name: 'GSW_CM_AttrErrorCode', type: 'int' },
  { id: 12, name: 'GSW_CM_AttrErrorMessage', type: 'string' },
  { id: 13, name: 'GSW_CM_AttrScheduleScriptID', type: 'int' },
  { id: 14, name: 'GSW_CM_AttrLibraryProtocol', type: 'string' },
  { id: 15, name: 'GSW_CM_AttrClientName', type: 'string' },
  { id: 16, name: 'GSW_CM_AttrClientPassword', type: 'string', secret: true },
  { id: 17, name: 'GSW_CM_AttrUserName', type: 'string' },
  { id: 18, name: 'GSW_CM_AttrUserPassword', type: 'string', secret: true },
] as const satisfies readonly AttributeSpec[];

export type GswCmAttributeName = (typeof GSW_CM_ATTRIBUTES)[number]['name'];

// CampaignID and GroupID are required unless SessionID is given: the session's rule, so not `required` here.
const IDS = ['GSW_CM_AttrCampaignID', 'GSW_CM_AttrGroupID', 'GSW_CM_AttrSessionID'] as const;
const MODE = ['GSW_CM_AttrDialMode', 'GSW_CM_AttrOptimizeBy', 'GSW_CM_AttrOptimizeGoal'] as const;

const REFERENCE = ['GSW_CM_AttrReferenceID'] as const;
const REQUEST_OF_GROUP = ['GSW_CM_AttrReferenceID', ...IDS, 'GSW_CM_AttrProperties'] as const;
const REQUEST_WITH_MODE = ['GSW_CM_AttrReferenceID', ...IDS, ...MODE, 'GSW_CM_AttrProperties'] as const;

const STATUS_OF_GROUP = [
  'GSW_CM_AttrRequestID', ...IDS, ...MODE, 'GSW_CM_AttrGroupCampaignStatus', 'GSW_CM_AttrProperties', 'GSW_CM_AttrScheduleScriptID',
] as const;
const STATUS_REQUIRED = [
  'GSW_CM_AttrRequestID', ...IDS, 'GSW_CM_AttrDialMode', 'GSW_CM_AttrGroupCampaignStatus', 'GSW_CM_AttrScheduleScriptID',
] as const;
const SUBSCRIPTION = ['GSW_CM_AttrRequestID', ...IDS, 'GSW_CM_AttrProperties'] as const;
const SUBSCRIPTION_REQUIRED = ['GSW_CM_AttrRequestID', 'GSW_CM_AttrCampaignID'] as const;

export const GSW_CM_MESSAGES = [
  {
    type: 6, name: 'GSW_CM_ReqRegisterClient', direction: 'request',
    carries: [
      'GSW_CM_AttrReferenceID', 'GSW_CM_AttrProperties', 'GSW_CM_AttrLibraryProtocol', 'GSW_CM_AttrClientName',
      'GSW_CM_AttrClientPassword', 'GSW_CM_AttrUserName', 'GSW_CM_AttrUserPassword',
    ],
    required: ['GSW_CM_AttrReferenceID', 'GSW_CM_AttrClientName'],
  },
  { type: 7, name: 'GSW_CM_ReqLoadCampaign', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  { type: 8, name: 'GSW_CM_ReqUnloadCampaign', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  { type: 9, name: 'GSW_CM_ReqStartDialing', direction: 'request', carries: REQUEST_WITH_MODE, required: REFERENCE },
  { type: 10, name: 'GSW_CM_ReqStopDialing', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  { type: 11, name: 'GSW_CM_ReqSetDialingMode', direction: 'request', carries: REQUEST_WITH_MODE, required: REFERENCE },
  { type: 12, name: 'GSW_CM_ReqGetCampaignStatus', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  { type: 13, name: 'GSW_CM_ReqCampaignRegistered', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  { type: 14, name: 'GSW_CM_ReqCampaignUnregistered', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  {
    type: 18, name: 'GSW_CM_EvClientRegistered', direction: 'event',
    carries: ['GSW_CM_AttrRequestID', 'GSW_CM_AttrProperties'],
    required: ['GSW_CM_AttrRequestID'],
  },
  { type: 19, name: 'GSW_CM_EvCampaignLoaded', direction: 'event', carries: STATUS_OF_GROUP, required: STATUS_REQUIRED },
  { type: 20, name: 'GSW_CM_EvCampaignUnloaded', direction: 'event', carries: STATUS_OF_GROUP, required: STATUS_REQUIRED },
  { type: 21, name: 'GSW_CM_EvDialingStarted', direction: 'event', carries: STATUS_OF_GROUP, required: STATUS_REQUIRED },
  { type: 22, name: 'GSW_CM_EvDialingStopped', direction: 'event', carries: STATUS_OF_GROUP, required: STATUS_REQUIRED },
  { type: 23, name: 'GSW_CM_EvDialingModeChanged', direction: 'event', carries: STATUS_OF_GROUP, required: STATUS_REQUIRED },
  { type: 24, name: 'GSW_CM_EvCampaignStatus', direction: 'event', carries: STATUS_OF_GROUP, required: STATUS_REQUIRED },
  { type: 25, name: 'GSW_CM_EvCampaignRegistered', direction: 'event', carries: SUBSCRIPTION, required: SUBSCRIPTION_REQUIRED },
  { type: 26, name: 'GSW_CM_EvCampaignUnregistered', direction: 'event', carries: SUBSCRIPTION, required: SUBSCRIPTION_REQUIRED },
  {
    type: 27, name: 'GSW_CM_EvError', direction: 'event',
    carries: ['GSW_CM_AttrRequestID', ...IDS, 'GSW_CM_AttrProperties', 'GSW_CM_AttrErrorCode', 'GSW_CM_AttrErrorMessage'],
    required: ['GSW_CM_AttrRequestID', 'GSW_CM_AttrErrorCode', 'GSW_CM_AttrErrorMessage'],
  },
  { type: 29, name: 'GSW_CM_ReqForceUnloadCampaign', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  { type: 36, name: 'GSW_CM_ReqCompleteCampaign', direction: 'request', carries: REQUEST_OF_GROUP, required: REFERENCE },
  {
    type: 1000, name: 'GSW_CM_ReqHeartbeat', direction: 'either',
    carries: ['GSW_CM_AttrReferenceID', 'GSW_CM_AttrProperties'],
    required: REFERENCE,
  },
  {
    type: 1001, name: 'GSW_CM_EvHeartbeat', direction: 'either',
    carries: ['GSW_CM_AttrRequestID', 'GSW_CM_AttrProperties'],
    required: ['GSW_CM_AttrRequestID'],
  },
] as const satisfies readonly MessageSpec<GswCmAttributeName>[];
