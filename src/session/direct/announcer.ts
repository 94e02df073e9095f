import type { CampaignGroup } from '../../config/deployment.js';
import type { Subscriptions } from '../../directory/subscriptions.js';
import type { AnnouncedRow } from '../../journal/row.js';
import { Line } from '../line.js';
import { eventOf } from './events.js';

/** Sends a journal row to the direct clients that asked for its group; encoded once per profile. */
export function announceToDirect(
  subscriptions: Subscriptions<Line>,
  row: AnnouncedRow,
  group: CampaignGroup,
  to: { readonly except?: object; readonly also?: readonly object[] },
): void {
  // WaitingUnload is a state, not one of the events that a subscription brings
  if (row.kind === 'WaitingUnload') return;
  const message = eventOf(row, group, 0);
  const encoded = new Map<Line['profile'], Uint8Array>();
  const also = (to.also ?? []).filter((origin) => origin instanceof Line);
  for (const line of new Set([...subscriptions.of(group.dbid), ...also])) {
    if (line === to.except) continue;
    const bytes = encoded.get(line.profile) ?? line.profile.encode(message);
    encoded.set(line.profile, bytes);
    line.sendEncoded(bytes, message, row.place);
  }
}
