import type { ClientRole } from '../config/deployment.js';

export type Protocol = 'GSW_CM' | 'T-Events' | 'HTTP';

export interface RoleRow {
  readonly protocol: Protocol;
  /** Messages by their names, requests in user data by GSW_AGENT_REQ_TYPE, HTTP by method and route. */
  readonly requests: readonly string[];
  /** A client with one of them may send it; `anyone`: even a client that has not said who it is. */
  readonly roles: readonly ClientRole[] | 'anyone';
}

/** A DN over which campaigns are controlled is another thing to register than a desktop's. */
export const REGISTER_COMMUNICATION_DN = 'RequestRegisterAddress of a Communication DN';
/** A path or method that there is not, or a request of that name: refused in any case, and to whom it is said how. */
export const UNKNOWN_PATH = 'any other path';

export const GWS_ROUTE = 'POST /ocs/v3/servers/:dbid/:request';
export const NATIVE_ROUTE = 'POST /campaigngroups/:dbid';

/** A request of the GWS family, by the last part of its path. */
export const gwsRequest = (path: string): string => GWS_ROUTE.replace(':request', path);
/** A request of the family of OCS itself, by the name in `req`. */
export const nativeRequest = (control: string): string => `${NATIVE_ROUTE}?req=${control}`;

const EVERY_ROLE = ['agent', 'supervisor', 'monitor'] as const;
/** Those of everybody where no clients are configured. */
export const ALL_ROLES: ReadonlySet<ClientRole> = new Set(EVERY_ROLE);
const READ = ['supervisor', 'monitor'] as const;
const CHANGE = ['supervisor'] as const;

/** Who may send what, over every protocol. What has no row here is refused to everyone (roleRefusal). README.md has the same table. */
export const ROLE_TABLE: readonly RoleRow[] = [
  { protocol: 'GSW_CM', roles: 'anyone', requests: ['GSW_CM_ReqRegisterClient'] },
  { protocol: 'GSW_CM', roles: EVERY_ROLE, requests: ['GSW_CM_ReqCampaignRegistered', 'GSW_CM_ReqCampaignUnregistered', 'GSW_CM_ReqHeartbeat'] },
  { protocol: 'GSW_CM', roles: READ, requests: ['GSW_CM_ReqGetCampaignStatus'] },
  {
    protocol: 'GSW_CM',
    roles: CHANGE,
    requests: [
      'GSW_CM_ReqLoadCampaign',
      'GSW_CM_ReqUnloadCampaign',
      'GSW_CM_ReqStartDialing',
      'GSW_CM_ReqStopDialing',
      'GSW_CM_ReqSetDialingMode',
      'GSW_CM_ReqForceUnloadCampaign',
      'GSW_CM_ReqCompleteCampaign',
    ],
  },
  { protocol: 'T-Events', roles: 'anyone', requests: ['RequestRegisterClient'] },
  { protocol: 'T-Events', roles: EVERY_ROLE, requests: ['RequestHeartbeat'] },
  { protocol: 'T-Events', roles: ['agent', 'supervisor'], requests: ['RequestUnregisterAddress', 'RequestDistributeUserEvent', 'RequestSendEvent'] },
  {
    protocol: 'T-Events',
    roles: ['agent'],
    requests: ['RequestRegisterAddress', 'RequestAgentLogin', 'RequestAgentLogout', 'RequestAgentReady', 'RequestAgentNotReady'],
  },
  {
    protocol: 'T-Events',
    roles: ['agent'],
    requests: [
      'CampaignStatusRequest',
      'PreviewDialingModeStart',
      'PreviewDialingModeOver',
      'PreviewRecordRequest',
      'UpdateCallCompletionStats',
      'RecordProcessed',
      'RecordReject',
      'RecordReschedule',
      'ScheduledRecordReschedule',
      'RequestRecordCancel',
      'DoNotCall',
      'ChainedRecordRequest',
      'AddRecord',
      'LogOut',
    ],
  },
  { protocol: 'T-Events', roles: CHANGE, requests: [REGISTER_COMMUNICATION_DN] },
  {
    protocol: 'T-Events',
    roles: CHANGE,
    requests: ['CampaignLoad', 'CampaignUnload', 'StartDialing', 'StopDialing', 'SetDialingMode', 'CampaignForceUnload', 'CampaignComplete'],
  },
  { protocol: 'HTTP', roles: 'anyone', requests: ['GET /health'] },
  { protocol: 'HTTP', roles: EVERY_ROLE, requests: [UNKNOWN_PATH] },
  {
    protocol: 'HTTP',
    roles: READ,
    requests: [
      'GET /campaigngroups',
      'GET /campaigngroups/:dbid',
      'GET /lists',
      'GET /metrics',
      'GET /openapi.json',
      gwsRequest('get-campaign-status'),
      nativeRequest('CampaignStatusRequest'),
    ],
  },
  {
    protocol: 'HTTP',
    roles: CHANGE,
    requests: [
      gwsRequest('load-campaign'),
      gwsRequest('unload-campaign'),
      gwsRequest('start-dialing'),
      gwsRequest('stop-dialing'),
      gwsRequest('set-dialing-mode'),
      gwsRequest('force-unload-campaign'),
      gwsRequest('complete-campaign'),
      GWS_ROUTE,
    ],
  },
  {
    protocol: 'HTTP',
    roles: CHANGE,
    requests: [
      nativeRequest('CampaignLoad'),
      nativeRequest('CampaignUnload'),
      nativeRequest('StartDialing'),
      nativeRequest('StopDialing'),
      nativeRequest('SetDialingMode'),
      nativeRequest('CampaignForceUnload'),
      nativeRequest('CampaignComplete'),
      NATIVE_ROUTE,
    ],
  },
  { protocol: 'HTTP', roles: CHANGE, requests: ['GET /lists/:name/export', 'POST /lists/:name/import', 'POST /lists/reclaim'] },
];

const ROWS: ReadonlyMap<string, RoleRow['roles']> = new Map(ROLE_TABLE.flatMap(({ requests, roles }) => requests.map((request) => [request, roles])));

/** Whether a request is for anyone, registered or not. */
export function isForAnyone(request: string): boolean {
  return ROWS.get(request) === 'anyone';
}

/** Why a client may not send a request; undefined where it may. */
export function roleRefusal(request: string, client: { readonly name: string; readonly roles: ReadonlySet<ClientRole> }): string | undefined {
  const needed = ROWS.get(request);
  if (needed === 'anyone') return undefined;
  if (needed === undefined) return `${request} is for no role`;
  if (needed.some((role) => client.roles.has(role))) return undefined;
  return `client ${client.name} may not send ${request}: it needs the role ${needed.join(' or ')}`;
}
