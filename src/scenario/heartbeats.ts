import { makeMessage, messageType, readMessage } from '../../protocol/index.js';
import type { Dialect, Message } from '../../protocol/index.js';

interface Heartbeat {
  readonly request: number;
  readonly answer: number;
  readonly make: (referenceId: number) => Message;
}

const HEARTBEATS: Readonly<Record<Dialect, Heartbeat>> = {
  GSW_CM: {
    request: messageType('GSW_CM_ReqHeartbeat'),
    answer: messageType('GSW_CM_EvHeartbeat'),
    make: (referenceId) => makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: referenceId }),
  },
  T: {
    request: messageType('RequestHeartbeat'),
    answer: messageType('EventHeartbeat'),
    make: (referenceId) => makeMessage('RequestHeartbeat', { AttributeReferenceID: referenceId }),
  },
};

export function isHeartbeat(message: Message): boolean {
  const { request, answer } = HEARTBEATS[message.dialect];
  return message.type === request || message.type === answer;
}

/** A request that the other side has to answer at once. */
export function askHeartbeat(dialect: Dialect, referenceId: number): Message {
  return HEARTBEATS[dialect].make(referenceId);
}

/** The answer to a heartbeat request; undefined for any other message. */
export function answerHeartbeat(message: Message): Message | undefined {
  const read = readMessage(message);
  if (read.kind !== 'message') return undefined;
  if (read.name === 'GSW_CM_ReqHeartbeat') return makeMessage('GSW_CM_EvHeartbeat', { GSW_CM_AttrRequestID: read.attributes.GSW_CM_AttrReferenceID });
  if (read.name === 'RequestHeartbeat') return makeMessage('EventHeartbeat', { AttributeReferenceID: read.attributes.AttributeReferenceID });
  return undefined;
}

/** The reference of a heartbeat's answer; undefined for any other message. */
export function heartbeatAnswered(message: Message): number | undefined {
  const read = readMessage(message);
  if (read.kind !== 'message') return undefined;
  if (read.name === 'GSW_CM_EvHeartbeat') return read.attributes.GSW_CM_AttrRequestID;
  return read.name === 'EventHeartbeat' ? read.attributes.AttributeReferenceID : undefined;
}
