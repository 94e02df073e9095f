import { EventErrorCode, type ReadMessage } from '../../../protocol/index.js';
import { describeRefused } from '../../access/door.js';
import type { Seat } from '../../agent/pool.js';
import type { LoginOutcome } from '../../service/agents.js';
import { DesktopLine } from './desktop-line.js';
import { notify } from './notification.js';
import type { TEventParts } from './parts.js';
import { codeOf, refuse, tellDn } from './reply.js';
import { givenToken, resumeExtension } from './resume.js';

/** 8: logs an agent in on a DN of this line. What its groups did while its line was lost follows the answer. */
export async function agentLogin(parts: TEventParts, desktop: DesktopLine, { attributes }: ReadMessage<'RequestAgentLogin'>): Promise<void> {
  const { AttributeThisDN: dn, AttributeAgentID: agentId, AttributeAgentPassword: password, AttributeExtensions: extensions } = attributes;
  const { remoteAddress, gone } = desktop.line;
  const verdict = await parts.door.agent('T', agentId, password, remoteAddress, givenToken(extensions), gone);
  if (typeof verdict !== 'string') return refuse(desktop, codeOf(verdict), describeRefused(verdict, 'AttributeAgentPassword is not the agent\'s'), attributes);
  await parts.gateway.agents.login({ agentId, dn, line: desktop }, (outcome) => {
    if (outcome.kind !== 'loggedIn') return refuseLogin(desktop, outcome, attributes);
    if (outcome.takenOver instanceof DesktopLine) tellTakenOver(outcome.takenOver, dn, agentId);
    tellDn(parts, dn, 'EventAgentLogin', agentId, {
      desktop, reference: attributes.AttributeReferenceID, extensions: resumeExtension(extensions, verdict, () => parts.door.resumeToken('agent', agentId)),
    });
    for (const row of outcome.missed) notify(parts, row, [{ dn, desktop }]);
    // the line may have gone while the login was written
    if (!desktop.line.open) parts.gateway.agents.lost(outcome.seat);
  });
}

function refuseLogin(
  desktop: DesktopLine,
  outcome: Exclude<LoginOutcome, { kind: 'loggedIn' }>,
  attributes: ReadMessage<'RequestAgentLogin'>['attributes'],
): void {
  const { AttributeThisDN: dn, AttributeAgentID: agentId } = attributes;
  switch (outcome.kind) {
    case 'unknownAgent':
      return refuse(desktop, 'UnknownAgent', `AttributeAgentID: there is no agent '${agentId.slice(0, 64)}'`, attributes);
    case 'storeAway':
      return refuse(desktop, 'StoreAway', 'the store is away, try again', attributes);
    case 'dnBusy':
      return refuse(desktop, 'DnBusy', `agent ${outcome.by} is logged in on DN ${dn}`, attributes);
    case 'loggedInElsewhere':
      return refuse(desktop, 'AgentAlreadyLoggedIn', `agent ${agentId} is logged in on DN ${outcome.dn}`, attributes);
  }
}

/** The older line is told why before it is closed. */
function tellTakenOver(older: DesktopLine, dn: string, agentId: string): void {
  const last = older.message('EventError', {
    AttributeThisDN: dn,
    AttributeErrorCode: EventErrorCode.AgentAlreadyLoggedIn,
    AttributeErrorMessage: `agent ${agentId} has logged in on another connection, which takes over`,
  });
  older.line.finish('takenOver', last);
}

/** 9: logs out whoever is logged in on the DN; its records end at once. */
export async function agentLogout(parts: TEventParts, desktop: DesktopLine, { attributes }: ReadMessage<'RequestAgentLogout'>): Promise<void> {
  const seat = seatOn(parts, desktop, attributes);
  if (seat === undefined || !(await logOut(parts, desktop, seat, attributes))) return;
  tellDn(parts, seat.dn, 'EventAgentLogout', seat.agentId, { desktop, reference: attributes.AttributeReferenceID });
}

/** Logs an agent out; false, and refused, where the store could not be told and the agent stays. */
export async function logOut(
  parts: TEventParts,
  desktop: DesktopLine,
  seat: Seat<object>,
  attributes: { readonly AttributeThisDN: string; readonly AttributeReferenceID?: number | undefined },
): Promise<boolean> {
  try {
    await parts.gateway.agents.logout(seat);
  } catch (error) {
    refuse(desktop, 'StoreAway', `the store is away, agent ${seat.agentId} stays logged in: ${error instanceof Error ? error.message : String(error)}`, attributes);
    return false;
  }
  return true;
}

/** 10 and 11: the agent takes records and calls from now on, or does not. */
export function agentReady(
  parts: TEventParts,
  desktop: DesktopLine,
  { attributes }: ReadMessage<'RequestAgentReady' | 'RequestAgentNotReady'>,
  ready: boolean,
): void {
  const seat = seatOn(parts, desktop, attributes);
  if (seat === undefined) return;
  parts.gateway.agents.setState(seat, ready ? 'ready' : 'notReady');
  const event = ready ? 'EventAgentReady' : 'EventAgentNotReady';
  tellDn(parts, seat.dn, event, seat.agentId, { desktop, reference: attributes.AttributeReferenceID });
}

/** Who is logged in on the request's DN; undefined, and refused, where nobody is. */
function seatOn(
  parts: TEventParts,
  desktop: DesktopLine,
  attributes: { readonly AttributeThisDN: string; readonly AttributeReferenceID?: number | undefined; readonly AttributeAgentID?: string | undefined },
): Seat<object> | undefined {
  const seat = parts.agents.onDn(attributes.AttributeThisDN);
  if (seat === undefined) {
    refuse(desktop, 'NotAllowed', `no agent is logged in on DN ${attributes.AttributeThisDN}`, attributes);
    return undefined;
  }
  const named = attributes.AttributeAgentID;
  if (named === undefined || named === seat.agentId) return seat;
  refuse(desktop, 'BadParameter', `AttributeAgentID is '${named.slice(0, 64)}', and agent ${seat.agentId} is logged in on DN ${seat.dn}`, attributes);
  return undefined;
}

