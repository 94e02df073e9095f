import { type Attribute, attributeId, kvlist, messageType, type SharedTail, type WireProfile } from '../../../protocol/index.js';
import type { AnnouncedRow } from '../../journal/row.js';
import { campaignEvent, eventIdentity, notificationName } from '../../user-data/events.js';
import type { DesktopLine } from './desktop-line.js';
import type { TEventParts } from './parts.js';

const EXTENSIONS = attributeId('AttributeExtensions');
const USER_DATA = attributeId('AttributeUserData');
const USER_EVENT = messageType('EventUserEvent');

export interface Receiver {
  readonly dn: string;
  readonly desktop: DesktopLine;
}

/**
 * Tells desktops of a journal row, all in this turn. The content is encoded once per profile; a
 * receiver's own are its DN and its sequence number, which come first in the frame.
 */
export function notify(parts: Pick<TEventParts, 'deployment'>, row: AnnouncedRow, receivers: Iterable<Receiver>): void {
  const name = notificationName(row.kind);
  const group = parts.deployment.campaignGroups.find(({ dbid }) => dbid === row.groupDbid);
  if (name === undefined || group === undefined) return;
  const shared: Attribute[] = [
    { id: EXTENSIONS, value: kvlist(eventIdentity(row)) },
    { id: USER_DATA, value: kvlist(campaignEvent(name, parts.deployment, group, row.dialMode)) },
  ];
  const tails = new Map<WireProfile, SharedTail>();
  for (const { dn, desktop } of receivers) {
    const { profile } = desktop.line;
    const tail = tails.get(profile) ?? profile.encodeTail('T', USER_EVENT, shared);
    tails.set(profile, tail);
    desktop.sendShared(dn, tail, shared, row.place);
  }
}

/** Every line of the DN of every agent who is logged in at this moment and belongs to the group. */
export function receiversOf(parts: Pick<TEventParts, 'deployment' | 'agents' | 'dns'>, groupDbid: number): Receiver[] {
  const group = parts.deployment.campaignGroups.find(({ dbid }) => dbid === groupDbid);
  const receivers: Receiver[] = [];
  for (const agentId of group?.group.agentIds ?? []) {
    const dn = parts.agents.find(agentId)?.dn;
    if (dn === undefined) continue;
    for (const desktop of parts.dns.on(dn)) receivers.push({ dn, desktop });
  }
  return receivers;
}
