import { resolve as resolvePath } from 'node:path';
import { CallResult, numberOf } from '../../protocol/dictionary/enumerations.js';
import { unique } from './checks.js';
import { ConfigProblem } from './config-error.js';
import type { Path } from './config-error.js';
import type {
  AgentGroup,
  CallingList,
  Campaign,
  CampaignGroup,
  Deployment,
  Limits,
  Listeners,
  LogSettings,
  SimulatedDialerSettings,
  Store,
  Treatment,
  TreatmentRule,
} from './deployment.js';
import { FRAME_BYTES_BEFORE_REGISTRATION } from './limits.js';
import type { ConfigContent } from './schema.js';

interface Named {
  readonly dbid: number;
  readonly name: string;
}

/** The object that text (its name) or a number (its DBID) refers to. Throws ConfigProblem (DanglingReference). */
function referred<T extends Named>(objects: readonly T[], reference: string | number, path: Path, kind: string): T {
  const hit = objects.find(({ dbid, name }) => (typeof reference === 'number' ? dbid : name) === reference);
  if (hit !== undefined) return hit;
  const known = objects.map(({ dbid, name }) => `${name} (${dbid})`);
  const some = known.length > 8 ? `${known.slice(0, 8).join(', ')}, ...` : known.join(', ');
  throw new ConfigProblem(
    'DanglingReference',
    path,
    `found ${JSON.stringify(reference)}, expected the name or DBID of one of ${kind}: ${some || 'there is none'}`,
  );
}

function agentGroups({ groups, agents }: ConfigContent): readonly AgentGroup[] {
  const ids = new Set(agents.map(({ id }) => id));
  return groups.map(({ agents: agentIds, ...group }, index) => {
    const missing = agentIds.findIndex((id) => !ids.has(id));
    if (missing >= 0) {
      throw new ConfigProblem(
        'DanglingReference',
        ['groups', index, 'agents', missing],
        `found ${JSON.stringify(agentIds[missing])}, expected the id of one of agents`,
      );
    }
    return { ...group, agentIds: new Set(agentIds) };
  });
}

/** The parameters that the action needs are there: checks-treatments.ts. */
function ruleOf(given: ConfigContent['treatments'][number]): TreatmentRule {
  const { action, attempts = 0, interval: intervalMs = 0, increment: incrementMs = 0, dateTime: localMs = 0 } = given;
  switch (action) {
    case 'Cycle':
      return { action, attempts, intervalMs, incrementMs };
    case 'RetryIn':
    case 'NextInChainAfter':
      return { action, intervalMs };
    case 'RetryAtDate':
      return { action, localMs };
    case 'NextInChain':
    case 'MarkAllChain':
    case 'MarkAsAgentError':
    case 'AssignToGroup':
      return { action };
  }
}

function callingLists(content: ConfigContent): readonly CallingList[] {
  const known: readonly Treatment[] = content.treatments.map((given) => {
    const { dbid, name, callResult } = given;
    return { dbid, name, callResult, ...ruleOf(given) };
  });
  const treatmentsOf = (references: readonly (string | number)[], index: number): readonly Treatment[] => {
    const pathAt = (position: number): Path => ['callingLists', index, 'treatments', position];
    const treatments = references.map((one, position) => referred(known, one, pathAt(position), 'treatments'));
    unique(treatments.map(({ name }) => name), pathAt, 'every treatment once');
    return treatments;
  };
  return content.callingLists.map(({ from, until, customFields, filter, treatments, ...list }, index) => ({
    ...list,
    treatments: treatmentsOf(treatments, index),
    fromSeconds: from,
    untilSeconds: until,
    customFields: Object.entries(customFields).map(([name, type]) => ({ name, ...type })),
    ...(filter && { filter: withoutUndefined(filter) }),
  }));
}

function campaigns(content: ConfigContent, lists: readonly CallingList[]): readonly Campaign[] {
  return content.campaigns.map((campaign, index) => {
    const resolved = campaign.lists.map(({ list, weight }, position) => ({
      list: referred(lists, list, ['campaigns', index, 'lists', position, 'list'], 'callingLists'),
      weight,
    }));
    const pathAt = (position: number): Path => ['campaigns', index, 'lists', position, 'list'];
    unique(resolved.map(({ list }) => list.name), pathAt, 'every list once');
    return { ...campaign, lists: resolved };
  });
}

function campaignGroups(
  content: ConfigContent,
  known: readonly Campaign[],
  groups: readonly AgentGroup[],
): readonly CampaignGroup[] {
  const resolved = content.campaignGroups.map((given, index): CampaignGroup => {
    const { autoCompleteHorizon, agentGrace, unloadTimeout, abandonTimeout, personalCallbackWait, replayWindow, retrievalInterval, ...rest } = given;
    const campaign = referred(known, given.campaign, ['campaignGroups', index, 'campaign'], 'campaigns');
    const group = referred(groups, given.group, ['campaignGroups', index, 'group'], 'groups');
    return {
      ...rest,
      name: `${campaign.name}@${group.name}`,
      campaign,
      group,
      autoCompleteHorizonMs: autoCompleteHorizon,
      agentGraceMs: agentGrace,
      unloadTimeoutMs: unloadTimeout,
      personalCallbackWaitMs: personalCallbackWait,
      replayWindowMs: replayWindow,
      retrievalIntervalMs: retrievalInterval,
      abandonTimeoutMs: abandonTimeout,
    };
  });
  const names = resolved.map(({ name }) => name);
  unique(names, (index) => ['campaignGroups', index], 'one campaign group for each campaign and group');
  return resolved;
}

function logSettings({ log: { file, traceFile, ...rest } }: ConfigContent, baseDir: string): LogSettings {
  return {
    ...rest,
    ...(file !== undefined && { file: resolvePath(baseDir, file) }),
    ...(traceFile !== undefined && { traceFile: resolvePath(baseDir, traceFile) }),
  };
}

function limits(content: ConfigContent): Limits {
  const { registerTimeout, heartbeatInterval, heartbeatTimeout, drainTimeout, stopTimeout, loginDelay, loginLock, resumeTokenLife, httpHeaderTimeout, httpRequestTimeout, ...rest } = content.limits;
  const before = rest.frameBytesBeforeRegistration ?? Math.min(FRAME_BYTES_BEFORE_REGISTRATION, rest.frameBytes);
  return {
    ...rest,
    frameBytesBeforeRegistration: before,
    registerTimeoutMs: registerTimeout,
    heartbeatIntervalMs: heartbeatInterval,
    heartbeatTimeoutMs: heartbeatTimeout,
    drainTimeoutMs: drainTimeout,
    stopTimeoutMs: stopTimeout,
    loginDelayMs: loginDelay,
    loginLockMs: loginLock,
    resumeTokenLifeMs: resumeTokenLife,
    httpHeaderTimeoutMs: httpHeaderTimeout,
    httpRequestTimeoutMs: httpRequestTimeout,
  };
}

function dialer({ type, seed, ring, talk, results }: NonNullable<ConfigContent['dialer']>): SimulatedDialerSettings {
  const shares = Object.entries(results).flatMap(([name, share]) => {
    const result = numberOf(CallResult, name);
    return result === undefined ? [] : [{ result, share }];
  });
  return { type, seed, ring: { minMs: ring.min, maxMs: ring.max }, talk: { minMs: talk.min, maxMs: talk.max }, results: shares };
}

function store({ url, connections, connectTimeout, statementTimeout, lease }: ConfigContent['store'], baseDir: string): Store {
  if (url.kind === 'embedded') return { kind: 'embedded', directory: resolvePath(baseDir, url.directory) };
  return { ...url, connections, connectTimeoutMs: connectTimeout, statementTimeoutMs: statementTimeout, leaseMs: lease };
}

function listeners({ listeners: { direct, tevents, http }, tls }: ConfigContent, baseDir: string): Listeners {
  return {
    ...(direct && { direct: encrypted(direct, tls, baseDir) }),
    ...(tevents && { tevents: encrypted(tevents, tls, baseDir) }),
    ...(http && { http: encrypted(http, tls, baseDir) }),
  };
}

/** A listener's own files go before those of all. That both are there is seen to in checks.ts. */
function encrypted<T extends { readonly tls?: ConfigContent['tls'] }>({ tls: own, ...listener }: T, common: ConfigContent['tls'], baseDir: string) {
  const { cert, key, clientCa } = { ...common, ...withoutUndefined(own ?? {}) };
  if (cert === undefined || key === undefined) return listener;
  const tls = { cert: resolvePath(baseDir, cert), key: resolvePath(baseDir, key), ...(clientCa !== undefined && { clientCa: resolvePath(baseDir, clientCa) }) };
  return { ...listener, tls };
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** A copy without the keys whose value is undefined: an optional key is absent, not undefined. */
function withoutUndefined<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Present<T>;
}

/** Turns names, DBIDs and relative paths into what they stand for. Throws ConfigProblem where one stands for nothing. */
export function resolveDeployment(content: ConfigContent, baseDir: string): Deployment {
  const lists = callingLists(content);
  const groups = agentGroups(content);
  const known = campaigns(content, lists);
  return {
    server: content.server,
    listeners: listeners(content, baseDir),
    store: store(content.store, baseDir),
    log: logSettings(content, baseDir),
    timeZones: content.timeZones,
    agents: content.agents.map(withoutUndefined),
    groups,
    callingLists: lists,
    doNotCall: content.doNotCall,
    communicationDns: content.communicationDns,
    campaigns: known,
    campaignGroups: campaignGroups(content, known, groups),
    ...(content.clients && { clients: content.clients.map(withoutUndefined) }),
    limits: limits(content),
    ...(content.dialer && { dialer: dialer(content.dialer) }),
  };
}
