import { CampaignMode, DialMode, int, type KeyName, keys, type KvList, long, nameOf, type Pair, string, type Value } from '../../protocol/index.js';
import type { CampaignGroup, Deployment, TimeZone } from '../config/deployment.js';
import type { GroupEventKind } from '../campaign/group-state.js';
import type { JournalRow } from '../journal/row.js';
import type { RecordData } from '../record/chain.js';
import type { HandOut } from '../record/hand-out.js';
import { offsetSeconds } from '../util/time-zone.js';

/** The user data of what the gateway says to desktops. */

/** 28: call_result of a record that has not been tried. */
const UNKNOWN_RESULT = 28;

const pair = (key: KeyName, value: Value): Pair => ({ key, value });

/** What every event about a campaign begins with: its name, the application, the campaign. */
export function userEvent(name: string, deployment: Deployment, campaign: string): Pair[] {
  return [pair(keys.GSW_USER_EVENT, string(name)), ...campaignOf(deployment, campaign)];
}

function campaignOf(deployment: Deployment, campaign: string): Pair[] {
  return [pair(keys.GSW_APPLICATION_ID, int(deployment.server.dbid)), pair(keys.GSW_CAMPAIGN_NAME, string(campaign))];
}

/** GSW_CAMPAIGN_MODE of a dial mode. */
export function campaignModeName(dialMode: number): string {
  const name = nameOf(DialMode, dialMode);
  return name === undefined || name === 'NoDialMode' ? '' : CampaignMode[name];
}

const NOTIFICATION_OF: Readonly<Partial<Record<GroupEventKind, string>>> = {
  Loaded: 'CampaignLoaded',
  Unloaded: 'CampaignUnloaded',
  Started: 'CampaignStarted',
  Stopped: 'CampaignStopped',
  ModeChanged: 'CampaignModeChanged',
};

/** The events that say in which mode. */
const SAYS_MODE: ReadonlySet<string> = new Set(['CampaignStarted', 'CampaignStopped', 'CampaignModeChanged']);

/** The event's name; undefined for a change that desktops are not told of. */
export function notificationName(kind: GroupEventKind): string | undefined {
  return NOTIFICATION_OF[kind];
}

/** An event about a campaign group. `dialMode` 0 stands for the configured one. */
export function campaignEvent(name: string, deployment: Deployment, group: CampaignGroup, dialMode: number): KvList {
  const about = [
    ...userEvent(name, deployment, group.campaign.name),
    pair(keys.GSW_CAMPAIGN_DESCRIPTION, string(group.campaign.description)),
    pair(keys.GSW_CAMPAIGN_GROUP_NAME, string(group.name)),
    pair(keys.GSW_CAMPAIGN_GROUP_DESCRIPTION, string(group.description)),
  ];
  if (SAYS_MODE.has(name)) about.push(pair(keys.GSW_CAMPAIGN_MODE, string(campaignModeName(dialMode || group.dialMode))));
  return about;
}

/** By what a client knows a notification that it has seen before. */
export function eventIdentity(row: JournalRow): KvList {
  return [
    pair(keys.GSW_SESSION_UUID, string(row.session)),
    pair(keys.GSW_EVENT_NUMBER, long(BigInt(row.number ?? 0))),
  ];
}

/** What acknowledges a request about a record. */
export function acknowledgment(
  name: string,
  deployment: Deployment,
  campaign: string,
  record: { readonly listDbid: number; readonly handle: number; readonly callResult: number | null },
): KvList {
  return [
    ...userEvent(name, deployment, campaign),
    ...recordNames(deployment, record.listDbid, record.handle),
    ...(record.callResult === null ? [] : [pair(keys.GSW_CALL_RESULT, int(record.callResult))]),
  ];
}

/** An event that brings a desktop a record: PreviewRecord, ScheduledCall. */
export function recordEvent(name: string, deployment: Deployment, group: CampaignGroup, handOut: HandOut, nowMs: number): KvList {
  return [pair(keys.GSW_USER_EVENT, string(name)), ...recordData(deployment, group, handOut, nowMs)];
}

/** What a desktop is told of a record, in PreviewRecord and attached to the events of its call. */
export function recordData(deployment: Deployment, group: CampaignGroup, handOut: HandOut, nowMs: number): KvList {
  const [record] = handOut.chain.records;
  return [
    ...ofAnyRecord(deployment, group, handOut, { ...record, callResult: handOut.callResult ?? record.callResult }, nowMs),
    pair(keys.GSW_ATTEMPTS, int(handOut.attempt)),
    pair(keys.GSW_CALL_ATTEMPT_GUID, string(handOut.attemptGuid)),
    pair(keys.InteractionType, string('Outbound')),
    ...customPairs(record.customFields),
  ];
}

/** What is said of any record of the chain of one that is in hand, without its custom fields. */
function ofAnyRecord(deployment: Deployment, group: CampaignGroup, handOut: HandOut, record: RecordData, nowMs: number): KvList {
  return [
    ...campaignOf(deployment, group.campaign.name),
    ...recordNames(deployment, handOut.chain.listDbid, handOut.handle),
    pair(keys.GSW_PHONE, string(record.phone)),
    pair(keys.GSW_CHAIN_ID, int(handOut.chain.chainId)),
    ...zonePairs(zoneOf(deployment, record), nowMs),
    pair(keys.GSW_CALL_RESULT, int(record.callResult ?? UNKNOWN_RESULT)),
  ];
}

/** One of the other records of the chain of a record in hand: it is named by the handle of that one. */
export function chainedRecord(deployment: Deployment, group: CampaignGroup, handOut: HandOut, record: RecordData, nowMs: number): KvList {
  return [
    pair(keys.GSW_USER_EVENT, string('ChainedRecord')),
    ...ofAnyRecord(deployment, group, handOut, record, nowMs),
    ...customPairs(record.customFields),
  ];
}

/** The configured zone of a record; undefined where it has none. */
export function zoneOf(deployment: Deployment, { zoneDbid }: Pick<RecordData, 'zoneDbid'>): TimeZone | undefined {
  return deployment.timeZones.find(({ dbid }) => dbid === zoneDbid);
}

/** GSW_CALLING_LIST and GSW_RECORD_HANDLE. */
export function recordNames(deployment: Deployment, listDbid: number, handle: number): KvList {
  const list = deployment.callingLists.find(({ dbid }) => dbid === listDbid);
  return [pair(keys.GSW_CALLING_LIST, string(list?.name ?? '')), pair(keys.GSW_RECORD_HANDLE, int(handle))];
}

/** A record without a zone has no name to say; its offset is 0, since the key is always there. */
function zonePairs(zone: TimeZone | undefined, nowMs: number): KvList {
  return [
    pair(keys.GSW_TZ_NAME, string(zone?.name ?? '')),
    pair(keys.GSW_TZ_OFFSET, int(zone === undefined ? 0 : offsetSeconds(zone.zone, nowMs))),
  ];
}

function customPairs(fields: Readonly<Record<string, string | number | null>>): KvList {
  return Object.entries(fields).flatMap(([key, value]): Pair[] => {
    if (value === null) return [];
    if (typeof value === 'string') return [{ key, value: string(value) }];
    return [{ key, value: Number.isInteger(value) && Math.abs(value) <= 0x7fffffff ? int(value) : { type: 'float', value } }];
  });
}

/** A refusal: what is wrong, its number, the record where there was one, and the echo. */
export function errorUserEvent(deployment: Deployment, number: number, message: string, handle: number | undefined, echo: KvList): KvList {
  return [
    pair(keys.GSW_USER_EVENT, string('Error')),
    pair(keys.GSW_APPLICATION_ID, int(deployment.server.dbid)),
    pair(keys.GSW_ERROR, string(message)),
    pair(keys.GSW_ERROR_NUMBER, int(number)),
    ...(handle === undefined ? [] : [pair(keys.GSW_RECORD_HANDLE, int(handle))]),
    ...echo,
  ];
}

