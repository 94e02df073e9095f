import type { AttributeSpec, MessageSpec } from './spec.js';

/**
 * The T-Event dialect (agent desktops). Message numbers and names are T-Library's, 1000 and 1001 and
 * every attribute id are this project's own (protocol/README.md).
 */
export const T_ATTRIBUTES = [
  { id: 1, name: 'AttributeReferenceID', type: 'int' },
  { id: 2, name: 'AttributeThisDN', type: 'string' },
  { id: 3, name: 'AttributeUserData', type: 'kvlist' },
  { id: 4, name: 'AttributeEventSequenceNumber', type: 'long' },
  { id: 5, name: 'AttributeErrorCode', type: 'int' },
  { id: 6, name: 'AttributeErrorMessage', type: 'string' },
  { id: 7, name: 'AttributeApplicationName', type: 'string' },
  { id: 8, name: 'AttributeApplicationPassword', type: 'string', secret: true },
  { id: 9, name: 'AttributeAgentID', type: 'string' },
  { id: 10, name: 'AttributeAgentPassword', type: 'string', secret: true },
  { id: 11, name: 'AttributeConnID', type: 'long' },
  { id: 12, name: 'AttributeOtherDN', type: 'string' },
  { id: 13, name: 'AttributeCallState', type: 'int' },
  { id: 14, name: 'AttributeReasons', type: 'kvlist' },
  { id: 15, name: 'AttributeExtensions', type: 'kvlist' },
  { id: 16, name: 'AttributeTimeinSecs', type: 'int' },
  { id: 17, name: 'AttributeTimeinuSecs', type: 'int' },
] as const satisfies readonly AttributeSpec[];

export type TAttributeName = (typeof T_ATTRIBUTES)[number]['name'];

/*
 * Written first: ThisDN and EventSequenceNumber, the only attributes that differ between the receivers
 * of one notification, so that all that follows is one shared buffer. The connection that sends an
 * event puts them in, so no event requires them. Written last: UserData.
 */
const HEAD = ['AttributeThisDN', 'AttributeEventSequenceNumber'] as const;
const TIMES = ['AttributeTimeinSecs', 'AttributeTimeinuSecs'] as const;
const DETAILS = ['AttributeReasons', 'AttributeExtensions'] as const;

const ADDRESS_REQUEST = ['AttributeThisDN', 'AttributeReferenceID', 'AttributeExtensions'] as const;
const AGENT_REQUEST = ['AttributeThisDN', 'AttributeReferenceID', 'AttributeAgentID', ...DETAILS, 'AttributeUserData'] as const;
const USER_EVENT_REQUEST = ['AttributeThisDN', 'AttributeReferenceID', 'AttributeOtherDN', ...DETAILS, 'AttributeUserData'] as const;
const USER_EVENT_REQUIRED = ['AttributeThisDN', 'AttributeUserData'] as const;

const ANSWER = [...HEAD, 'AttributeReferenceID', ...DETAILS, ...TIMES, 'AttributeUserData'] as const;
const AGENT_EVENT = [...HEAD, 'AttributeReferenceID', 'AttributeAgentID', ...DETAILS, ...TIMES, 'AttributeUserData'] as const;
const CALL_EVENT = [
  ...HEAD, 'AttributeReferenceID', 'AttributeAgentID', 'AttributeConnID', 'AttributeOtherDN', 'AttributeCallState', ...DETAILS, ...TIMES,
  'AttributeUserData',
] as const;

const THIS_DN = ['AttributeThisDN'] as const;
const NOTHING = [] as const;

export const T_MESSAGES = [
  {
    type: 0, name: 'RequestRegisterClient', direction: 'request',
    carries: ['AttributeReferenceID', 'AttributeApplicationName', 'AttributeApplicationPassword', 'AttributeExtensions'],
    required: ['AttributeApplicationName'],
  },
  { type: 3, name: 'RequestRegisterAddress', direction: 'request', carries: ADDRESS_REQUEST, required: THIS_DN },
  { type: 4, name: 'RequestUnregisterAddress', direction: 'request', carries: ADDRESS_REQUEST, required: THIS_DN },
  {
    type: 8, name: 'RequestAgentLogin', direction: 'request',
    carries: ['AttributeThisDN', 'AttributeReferenceID', 'AttributeAgentID', 'AttributeAgentPassword', ...DETAILS, 'AttributeUserData'],
    required: ['AttributeThisDN', 'AttributeAgentID'],
  },
  { type: 9, name: 'RequestAgentLogout', direction: 'request', carries: AGENT_REQUEST, required: THIS_DN },
  { type: 10, name: 'RequestAgentReady', direction: 'request', carries: AGENT_REQUEST, required: THIS_DN },
  { type: 11, name: 'RequestAgentNotReady', direction: 'request', carries: AGENT_REQUEST, required: THIS_DN },
  { type: 48, name: 'RequestDistributeUserEvent', direction: 'request', carries: USER_EVENT_REQUEST, required: USER_EVENT_REQUIRED },
  { type: 49, name: 'RequestSendEvent', direction: 'request', carries: USER_EVENT_REQUEST, required: USER_EVENT_REQUIRED },
  {
    type: 50, name: 'EventServerConnected', direction: 'event',
    carries: [...HEAD, 'AttributeReferenceID', 'AttributeApplicationName', 'AttributeExtensions', ...TIMES],
    required: NOTHING,
  },
  {
    type: 52, name: 'EventError', direction: 'event',
    carries: [
      ...HEAD, 'AttributeReferenceID', 'AttributeErrorCode', 'AttributeErrorMessage', 'AttributeAgentID', 'AttributeExtensions', ...TIMES,
      'AttributeUserData',
    ],
    required: ['AttributeErrorCode', 'AttributeErrorMessage'],
  },
  { type: 53, name: 'EventRegistered', direction: 'event', carries: ANSWER, required: NOTHING },
  { type: 54, name: 'EventUnregistered', direction: 'event', carries: ANSWER, required: NOTHING },
  { type: 60, name: 'EventRinging', direction: 'event', carries: CALL_EVENT, required: NOTHING },
  { type: 61, name: 'EventDialing', direction: 'event', carries: CALL_EVENT, required: NOTHING },
  { type: 64, name: 'EventEstablished', direction: 'event', carries: CALL_EVENT, required: NOTHING },
  { type: 65, name: 'EventReleased', direction: 'event', carries: CALL_EVENT, required: NOTHING },
  { type: 73, name: 'EventAgentLogin', direction: 'event', carries: AGENT_EVENT, required: NOTHING },
  { type: 74, name: 'EventAgentLogout', direction: 'event', carries: AGENT_EVENT, required: NOTHING },
  { type: 75, name: 'EventAgentReady', direction: 'event', carries: AGENT_EVENT, required: NOTHING },
  { type: 76, name: 'EventAgentNotReady', direction: 'event', carries: AGENT_EVENT, required: NOTHING },
  { type: 96, name: 'EventUserEvent', direction: 'event', carries: ANSWER, required: ['AttributeUserData'] },
  { type: 138, name: 'EventACK', direction: 'event', carries: ANSWER, required: NOTHING },
  {
    type: 1000, name: 'RequestHeartbeat', direction: 'either',
    carries: [...HEAD, 'AttributeReferenceID'],
    required: ['AttributeReferenceID'],
  },
  {
    type: 1001, name: 'EventHeartbeat', direction: 'either',
    carries: [...HEAD, 'AttributeReferenceID'],
    required: ['AttributeReferenceID'],
  },
] as const satisfies readonly MessageSpec<TAttributeName>[];
