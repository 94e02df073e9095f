import { type AttributesOf, type Dialect, makeMessage, type Message, type ReadMessage } from '../../protocol/index.js';
import type { AnyRequest, Given } from './answers.js';
import { RequestRefused } from './errors.js';

/** Where the two dialects differ, for a client. */
export interface DialectRules {
  readonly dialect: Dialect;
  readonly heartbeat: 'GSW_CM_ReqHeartbeat' | 'RequestHeartbeat';
  /** A request with its reference. */
  make<N extends AnyRequest>(name: N, attributes: Given<N>, reference: number): Message;
  /** The reference of the request that a message answers; undefined where it answers none. */
  answered(read: ReadMessage): number | undefined;
  refusal(read: ReadMessage, request: AnyRequest): RequestRefused | undefined;
  /** What is sent back where a message is the gateway's question whether we are there. */
  heartbeatAnswer(read: ReadMessage): Message | undefined;
}

const withReference = <N extends AnyRequest>(name: N, attributes: Given<N>, key: string, reference: number): Message =>
  // the one attribute that `Given` leaves out; TypeScript cannot follow it through the dictionary
  makeMessage(name, { ...attributes, [key]: reference } as unknown as AttributesOf<N>);

export const DIRECT_RULES: DialectRules = {
  dialect: 'GSW_CM',
  heartbeat: 'GSW_CM_ReqHeartbeat',
  make: (name, attributes, reference) => withReference(name, attributes, 'GSW_CM_AttrReferenceID', reference),
  answered({ attributes }) {
    // 0: nobody asked
    return ('GSW_CM_AttrRequestID' in attributes && attributes.GSW_CM_AttrRequestID) || undefined;
  },
  refusal(read, request) {
    if (read.name !== 'GSW_CM_EvError') return undefined;
    return new RequestRefused(request, read.attributes.GSW_CM_AttrErrorCode, read.attributes.GSW_CM_AttrErrorMessage);
  },
  heartbeatAnswer(read) {
    if (read.name !== 'GSW_CM_ReqHeartbeat') return undefined;
    return makeMessage('GSW_CM_EvHeartbeat', { GSW_CM_AttrRequestID: read.attributes.GSW_CM_AttrReferenceID });
  },
};

export const DESKTOP_RULES: DialectRules = {
  dialect: 'T',
  heartbeat: 'RequestHeartbeat',
  make: (name, attributes, reference) => withReference(name, attributes, 'AttributeReferenceID', reference),
  answered(read) {
    // what is said in user data has a reference of its own, in the user data
    if (read.name === 'EventUserEvent' || !('AttributeReferenceID' in read.attributes)) return undefined;
    return read.attributes.AttributeReferenceID;
  },
  refusal(read, request) {
    if (read.name !== 'EventError') return undefined;
    return new RequestRefused(request, read.attributes.AttributeErrorCode, read.attributes.AttributeErrorMessage);
  },
  heartbeatAnswer(read) {
    if (read.name !== 'RequestHeartbeat') return undefined;
    return makeMessage('EventHeartbeat', { AttributeReferenceID: read.attributes.AttributeReferenceID });
  },
};
