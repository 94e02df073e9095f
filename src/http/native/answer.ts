import { int, keys, type KvList, type Pair, string } from '../../../protocol/index.js';
import type { GroupStatus } from '../../campaign/group-state.js';
import type { HttpFault } from '../fault.js';
import type { Accepted } from '../outcome.js';
import type { UserEvents } from '../parts.js';

/** The event that stands for a group as it is: one that waits for its unload is still loaded. */
const EVENT_OF_STATUS: Readonly<Record<GroupStatus, string>> = {
  NotLoaded: 'CampaignUnloaded',
  Active: 'CampaignLoaded',
  Running: 'CampaignStarted',
  WaitingUnload: 'CampaignLoaded',
};

/**
 * The event that answers a request. Where nothing has happened, because the status was asked for or an
 * unload waits, it is the event of the status, with the status itself beside it.
 */
export function acceptedEvent(outcome: Accepted, userEvents: UserEvents): KvList {
  const { group } = outcome.snapshot;
  const happened = outcome.kind === 'done' ? userEvents.notificationName(outcome.event.kind) : undefined;
  if (outcome.kind === 'done' && happened !== undefined) return userEvents.campaignEvent(happened, group, outcome.event.dialMode);
  const { status, dialMode } = outcome.snapshot;
  const event = userEvents.campaignEvent(EVENT_OF_STATUS[status], group, dialMode);
  return [...event, { key: keys.GSW_GROUP_CAMPAIGN_STATUS, value: string(status) } satisfies Pair];
}

/** The event that refuses a request. */
export function faultEvent(fault: HttpFault): KvList {
  return [
    { key: keys.GSW_USER_EVENT, value: string('Error') },
    { key: keys.GSW_ERROR_NUMBER, value: int(fault.number) },
    { key: keys.GSW_ERROR, value: string(fault.message) },
  ];
}
