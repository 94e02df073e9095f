import {
  attributeId,
  type AttributesOf,
  long,
  makeMessage,
  type Attribute,
  type MessageName,
  type SharedTail,
  string,
} from '../../../protocol/index.js';
import type { Line } from '../line.js';

const THIS_DN = attributeId('AttributeThisDN');
const SEQUENCE_NUMBER = attributeId('AttributeEventSequenceNumber');

/** Messages that the gateway sends; each takes its sequence number from the line. */
type Sent = MessageName<'T'>;

/** A desktop's connection: every message it is sent has the next AttributeEventSequenceNumber. */
export class DesktopLine {
  #sequence = 0n;

  constructor(readonly line: Line) {}

  send<N extends Sent>(name: N, attributes: Omit<AttributesOf<N>, 'AttributeEventSequenceNumber'>): void {
    this.line.send(this.message(name, attributes));
  }

  /** A message that has taken its sequence number and is to be sent next. */
  message<N extends Sent>(name: N, attributes: Omit<AttributesOf<N>, 'AttributeEventSequenceNumber'>) {
    const numbered = { ...attributes, AttributeEventSequenceNumber: ++this.#sequence };
    return makeMessage(name, numbered as unknown as AttributesOf<N>);
  }

  /** An event whose content other lines get too: only DN and sequence number are this line's own. */
  sendShared(dn: string, tail: SharedTail, shared: readonly Attribute[], place: number): void {
    const head = [
      { id: THIS_DN, value: string(dn) },
      { id: SEQUENCE_NUMBER, value: long(++this.#sequence) },
    ];
    this.line.sendShared(head, tail, shared, place);
  }
}
