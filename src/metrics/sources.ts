import type { NetCounters } from '../net/net-counters.js';
import type { GroupSnapshot } from '../service/ports.js';
import type { ListCounts } from '../service/list-counter.js';
import type { Traffic } from '../session/traffic.js';

/** The connections of a dialect: what has been counted since the start, and what waits at this moment. */
export interface ConnectionFigures {
  readonly dialect: string;
  readonly counters: NetCounters;
  /** Bytes sent that the kernel has not taken. */
  readonly waitingBytes: number;
}

/** The connections of the HTTP listener: what has been counted since the start. */
export interface HttpFigures {
  /** How many are open. */
  readonly open: number;
  readonly accepted: number;
  /** Turned away, by the limit that they met. */
  readonly refused: Readonly<Record<string, number>>;
  /** Ended by the server before there was a request, or for answers that were not taken; by reason. */
  readonly closed: Readonly<Record<string, number>>;
  /** TLS handshakes that failed. */
  readonly handshakeErrors: number;
}

/** What is read when somebody looks; each of them costs little, however much there is behind it. */
export interface Sources {
  readonly traffic: Pick<Traffic, 'messages' | 'refusals' | 'malformedFrames' | 'requests'>;
  snapshots(): readonly Pick<GroupSnapshot, 'status'>[];
  recordCounts(): readonly ListCounts[];
  connections(): readonly ConnectionFigures[];
  /** Undefined where no HTTP listener is open. */
  http(): HttpFigures | undefined;
  /** Names and passwords, and tokens, that were given since the start. */
  logins(): readonly { readonly entrance: string; readonly outcome: string; readonly count: number }[];
  /** Of the budget that all connections share. */
  heldBytes(): number;
  /** Milliseconds since the epoch. */
  now(): number;
}
