import { attributeId } from '../../protocol/index.js';
import type { Message } from '../../protocol/index.js';

const THIS_DN = attributeId('AttributeThisDN');
const SEQUENCE = attributeId('AttributeEventSequenceNumber');

/** The message with that sequence number where encoders put it, behind ThisDN, unless it says one. */
export function withSequenceNumber(message: Message, number: bigint): Message {
  const { attributes } = message;
  if (attributes.some((attribute) => attribute.id === SEQUENCE)) return message;
  const behind = attributes.findIndex((attribute) => attribute.id === THIS_DN) + 1;
  const numbered = { id: SEQUENCE, value: { type: 'long' as const, value: number } };
  return { ...message, attributes: [...attributes.slice(0, behind), numbered, ...attributes.slice(behind)] };
}
