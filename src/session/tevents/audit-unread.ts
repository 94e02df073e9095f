import { type EventErrorCode, findValue, keys, type Message, messageType, readAttribute, textOf } from '../../../protocol/index.js';
import { flagInput } from '../flag-input.js';
import { CONTROL_REQUESTS } from './control.js';
import type { TEventParts } from './parts.js';
import { readableTarget } from './readable-target.js';

const CARRIERS = new Set([messageType('RequestDistributeUserEvent'), messageType('RequestSendEvent')]);

/**
 * A message that was refused before anybody looked into its user data: if a control request is in there it has its line in the
 * audit as any other. Nothing for other messages. `client` is absent before the registration.
 */
export function auditUnread(parts: TEventParts, who: { readonly client?: string | undefined; readonly from: string }, message: Message, code: keyof typeof EventErrorCode): void {
  if (!CARRIERS.has(message.type)) return;
  const data = readAttribute(message, 'AttributeUserData') ?? [];
  const request = CONTROL_REQUESTS.get(textOf(findValue(data, keys.GSW_AGENT_REQ_TYPE)) ?? '');
  if (request !== undefined) parts.audit.refused({ protocol: 'T-Events', ...who, request, target: readableTarget(parts, data), flag: flagInput(data) }, code);
}
