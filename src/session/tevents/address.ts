import type { ReadMessage } from '../../../protocol/index.js';
import type { DesktopLine } from './desktop-line.js';
import type { TEventParts } from './parts.js';
import { logOut } from './agent.js';
import { refuse, tellDn } from './reply.js';
import type { Registered } from './state.js';

/** Longer than any DN, short enough for every log line. */
const LONGEST_DN = 64;
const CONTROL = /\p{Cc}/u;

/** 3: from now on the line gets every event of the DN. */
export function registerAddress(parts: TEventParts, desktop: DesktopLine, client: Registered, { attributes }: ReadMessage<'RequestRegisterAddress'>): void {
  const dn = attributes.AttributeThisDN;
  if (dn === '' || dn.length > LONGEST_DN || CONTROL.test(dn)) {
    return refuse(desktop, 'BadParameter', `AttributeThisDN takes 1 to ${LONGEST_DN} printable characters`, attributes);
  }
  parts.dns.register(dn, desktop);
  client.dns.add(dn);
  desktop.send('EventRegistered', { AttributeThisDN: dn, AttributeReferenceID: attributes.AttributeReferenceID });
}

/** 4: an agent whom this line has logged in on the DN is logged out with it. */
export async function unregisterAddress(
  parts: TEventParts,
  desktop: DesktopLine,
  client: Registered,
  { attributes }: ReadMessage<'RequestUnregisterAddress'>,
): Promise<void> {
  const dn = attributes.AttributeThisDN;
  if (!client.dns.has(dn)) return refuse(desktop, 'DnNotRegistered', `DN ${dn} is not registered on this connection`, attributes);
  const seat = parts.agents.onDn(dn);
  const ends = seat?.line === desktop ? seat : undefined;
  if (ends !== undefined && !(await logOut(parts, desktop, ends, attributes))) return;
  parts.dns.unregister(dn, desktop);
  client.dns.delete(dn);
  desktop.send('EventUnregistered', { AttributeThisDN: dn, AttributeReferenceID: attributes.AttributeReferenceID });
  if (ends !== undefined) tellDn(parts, dn, 'EventAgentLogout', ends.agentId);
}
