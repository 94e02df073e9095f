import { z } from 'zod';
import { bytes, count, duration, integer } from './scalars.js';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
/** The least that the length field of a frame can say. */
const SMALLEST_FRAME = 6;

export const FRAME_BYTES_BEFORE_REGISTRATION = 64 * KIB;

/** Every limit, with the failure that it prevents. */
export const limitsSchema = z.strictObject({
  /** A length field of 4 GiB would have us hold that much for one peer. */
  frameBytes: bytes(SMALLEST_FRAME, GIB).prefault('1MiB'),
  /** Strangers could each hold a full frame before they said who they are. */
  frameBytesBeforeRegistration: bytes(SMALLEST_FRAME, GIB).optional(),
  /** Connections that never register would use up descriptors for ever. */
  registerTimeout: duration(1).prefault('10s'),
  /** A peer that vanished without a FIN would keep its DN and its records until the next write fails. */
  heartbeatInterval: duration(1).prefault('30s'),
  /** As above: silence for that long is taken as death. */
  heartbeatTimeout: duration(1).prefault('60s'),
  /** Lists inside lists could exhaust the stack of every reader. 16 is the most that the wire allows. */
  listDepth: integer(1, 16).prefault(16),
  /** Four bytes of a frame become an object of a hundred and more: a full frame of the smallest pairs would take some 50 MB and hold up everybody. */
  entries: count(1).prefault(10_000),
  /** A client that asks without waiting would have the queues of campaign groups, and what they hold, grow as fast as its line: it is read no further. */
  requestsInFlight: count(1).prefault(100),
  /** A reader that has stalled would have its notifications pile up until memory is gone. */
  outboxBytes: bytes(KIB, GIB).prefault('1MiB'),
  /** A reader that takes a byte now and then would never fill its outbox and never get its events. */
  drainTimeout: duration(1).prefault('10s'),
  /** Without it descriptors run out, and then the store cannot open its files either. */
  connections: count(1).prefault(20_000),
  /** One machine in a reconnect loop would take the connections of all others. */
  connectionsPerAddress: count(1).prefault(20_000),
  /** Many peers below their own limits could still exhaust memory together. */
  heldBytes: bytes(MIB, 1024 * GIB).prefault('512MiB'),
  /** A request that nobody can answer, or a store that says nothing, would keep the process from ending until it is killed. */
  stopTimeout: duration(1).prefault('10s'),
  /** Somebody who tries passwords would be as fast as the line: so many wrong ones lock a name for an address. */
  loginFailures: count(1).prefault(5),
  /** As above: the answer to the second wrong password waits that long, to the third twice as long, and so on. */
  loginDelay: duration().prefault('1s'),
  /** A lock for ever would have people in for good because of a wrong file on one machine. */
  loginLock: duration(1).prefault('1m'),
  /** Hashes are made to be slow: what comes faster than they are computed would wait for ever, and hold its line. */
  loginsWaiting: count(1).prefault(500),
  /** A resume token that got into other hands would open the door for ever. */
  resumeTokenLife: duration(1).prefault('24h'),
  /** A body of any size would be gathered in memory before it is read. Imports are streamed, and not held to it. */
  httpBody: bytes(KIB, GIB).prefault('1MiB'),
  /** A peer that drips its headers, or shakes no hands over TLS, would hold a connection for ever. */
  httpHeaderTimeout: duration(1).prefault('10s'),
  /** A peer that drips its body, or a store that does not answer, would have the request wait for ever. */
  httpRequestTimeout: duration(1).prefault('30s'),
});
