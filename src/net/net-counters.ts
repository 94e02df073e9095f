import { closeReasons } from './close-reason.js';
import type { CloseReason, RefusalReason } from './close-reason.js';

/** What the listeners and lines have counted since the start: plain numbers, read by /metrics, written by src/net only. */
export interface NetCounters {
  /** Connections that were taken in. */
  accepted: number;
  /** Connections that are open now. */
  open: number;
  /** Connections turned away before they were served. */
  readonly refused: Record<RefusalReason, number>;
  /** Connections that were taken in and are closed, by reason. */
  readonly closed: Record<CloseReason, number>;
  /** Errors of the listening sockets themselves, e.g. no file descriptor left for a new line. */
  acceptErrors: number;
  /** Lines that were taken in and whose TLS handshake failed: no certificate, another version, or no TLS at all. */
  handshakeErrors: number;
  framesIn: number;
  bytesIn: number;
  /** Bytes that the kernel has taken. */
  bytesOut: number;
}

export function createNetCounters(): NetCounters {
  const reasons = Object.keys(closeReasons) as CloseReason[];
  return {
    accepted: 0,
    open: 0,
    refused: { connectionLimit: 0, addressLimit: 0, notLoopback: 0, peer: 0 },
    closed: Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<CloseReason, number>,
    acceptErrors: 0,
    handshakeErrors: 0,
    framesIn: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
}
