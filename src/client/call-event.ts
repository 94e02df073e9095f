import type { MessageName, ReadMessage } from '../../protocol/index.js';
import { ReceivedData } from './user-event.js';

const CALL_EVENTS = ['EventDialing', 'EventRinging', 'EventEstablished', 'EventReleased'] as const satisfies readonly MessageName<'T'>[];

export type CallEventName = (typeof CALL_EVENTS)[number];

/** What happens to a call of the agent. The data of its record is attached to each of its events. */
export class CallEvent extends ReceivedData {
  readonly name: CallEventName;
  /** The DN on which it happens. */
  readonly dn: string;
  /** By what the events of one call belong together; undefined where it was not said. */
  readonly connection: bigint | undefined;
  /** The other end, where it was said. */
  readonly otherDn: string | undefined;

  constructor(readonly message: ReadMessage<CallEventName>) {
    const { AttributeUserData, AttributeThisDN, AttributeConnID, AttributeOtherDN } = message.attributes;
    super(AttributeUserData ?? []);
    this.name = message.name;
    this.dn = AttributeThisDN ?? '';
    this.connection = AttributeConnID;
    this.otherDn = AttributeOtherDN;
  }
}

/** The message as an event of a call; undefined where it is none. */
export function callEventOf(read: ReadMessage): CallEvent | undefined {
  return isCallEvent(read) ? new CallEvent(read) : undefined;
}

const isCallEvent = (read: ReadMessage): read is ReadMessage<CallEventName> => CALL_EVENTS.some((name) => name === read.name);
