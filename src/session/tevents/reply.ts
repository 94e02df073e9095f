import { type EventErrorCode, EventErrorCode as CODES, type KvList } from '../../../protocol/index.js';
import type { Refused } from '../../access/door.js';
import type { DesktopLine } from './desktop-line.js';
import type { TEventParts } from './parts.js';

/** A request that is refused: EventError with the code of tevents.md, to the one who asked. */
export function refuse(
  desktop: DesktopLine,
  code: keyof typeof EventErrorCode,
  message: string,
  to: { readonly AttributeReferenceID?: number | undefined; readonly AttributeThisDN?: string | undefined },
): void {
  desktop.send('EventError', {
    AttributeThisDN: to.AttributeThisDN,
    AttributeReferenceID: to.AttributeReferenceID,
    AttributeErrorCode: CODES[code],
    AttributeErrorMessage: message,
  });
}

/** The code of a name and password that were not taken. StoreAway is what clients try again after, and those who were not looked at should. */
export function codeOf(refused: Refused): 'WrongCredentials' | 'NotAllowed' | 'StoreAway' {
  if (refused.kind === 'busy') return 'StoreAway';
  return refused.kind === 'wrong' ? 'WrongCredentials' : 'NotAllowed';
}

/** An event of a DN, to every line that has registered it; only the one who asked is told the ReferenceID, and what is for it alone. */
export function tellDn(
  parts: TEventParts,
  dn: string,
  event: 'EventAgentLogin' | 'EventAgentLogout' | 'EventAgentReady' | 'EventAgentNotReady',
  agentId: string,
  asker?: { readonly desktop: DesktopLine; readonly reference: number | undefined; readonly extensions?: KvList | undefined },
): void {
  for (const desktop of parts.dns.on(dn)) {
    desktop.send(event, {
      AttributeThisDN: dn,
      AttributeReferenceID: desktop === asker?.desktop ? asker.reference : undefined,
      AttributeAgentID: agentId,
      AttributeExtensions: desktop === asker?.desktop ? asker.extensions : undefined,
    });
  }
}

/** A user event of a DN, to every line that has registered it. */
export function sayOnDn(parts: TEventParts, dn: string, userData: KvList): void {
  for (const desktop of parts.dns.on(dn)) desktop.send('EventUserEvent', { AttributeThisDN: dn, AttributeUserData: userData });
}
