import { type Server, type Socket } from 'node:net';
import { brokenBy, type BrokenRequest, brokenRequests } from '../http/broken-request.js';
import { type UnreadReason, unreadReasons } from '../http/unread.js';
import type { HttpFigures } from '../metrics/sources.js';
import { plainAddress } from '../net/address.js';
import type { ConnectionGate } from '../net/connection-gate.js';

/** Lets connections of the HTTP server through the gate that all listeners share, and counts them. */
export class HttpConnections implements HttpFigures {
  open = 0;
  accepted = 0;
  handshakeErrors = 0;
  readonly refused = { connectionLimit: 0, addressLimit: 0, peer: 0 };
  readonly closed = Object.fromEntries(Object.keys({ ...brokenRequests, ...unreadReasons }).map((reason) => [reason, 0])) as Record<BrokenRequest | UnreadReason, number>;

  /** From now on the server's connections are let through the gate. */
  watch(server: Server, gate: ConnectionGate): void {
    server.on('connection', (socket) => this.#take(socket, gate));
    server.on('tlsClientError', () => (this.handshakeErrors += 1));
    server.on('clientError', (error: Error) => {
      const reason = brokenBy(error);
      if (reason !== undefined) this.closed[reason] += 1;
    });
  }

  #take(socket: Socket, gate: ConnectionGate): void {
    // who has left again already has no address any more
    const address = plainAddress(socket.remoteAddress ?? '');
    const refusal = address === '' ? 'peer' : gate.enter(address, false);
    if (refusal !== undefined) {
      // strangers are let in, and told by HTTP that they are
      if (refusal !== 'notLoopback') this.refused[refusal] += 1;
      socket.destroy();
      return;
    }
    this.accepted += 1;
    this.open += 1;
    socket.once('close', () => {
      this.open -= 1;
      gate.leave(address);
    });
  }
}
