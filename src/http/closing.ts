import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Clock, TimerHandle } from '../util/clock.js';
import { CLOSE_TIMEOUT_MS, IDLE_CHECK_MS } from './limits.js';

/**
 * Lets `close()` end as soon as the last answer is read. The server itself looks only once, at the
 * beginning, for connections that nobody uses; one that gets its answer later would be waited for until
 * its keep-alive ends, and one whose peer never ends its request for ever.
 */
export function closeConnections(app: FastifyInstance, clock: Clock): void {
  let timer: TimerHandle | undefined;
  const closeHandshakes = watchHandshakes(app);
  app.addHook('preClose', async () => {
    const deadlineMs = clock.now() + CLOSE_TIMEOUT_MS;
    closeHandshakes();
    const look = (): void => {
      if (clock.now() < deadlineMs) app.server.closeIdleConnections();
      else app.server.closeAllConnections();
      timer = clock.after(IDLE_CHECK_MS, look);
    };
    look();
  });
  app.addHook('onClose', async () => timer?.cancel());
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/** A TLS server does not know the connections that are in their handshake: what it answers ends them. */
function watchHandshakes({ server }: FastifyInstance): () => void {
  const handshaking = new Map<string, Socket>();
  if ('setSecureContext' in server) {
    server.on('connection', (socket) => {
      const peer = peerOf(socket);
      handshaking.set(peer, socket);
      socket.once('close', () => handshaking.delete(peer));
    });
    server.on('secureConnection', (socket: Socket) => handshaking.delete(peerOf(socket)));
  }
  return () => {
    for (const socket of handshaking.values()) socket.destroy();
  };
}
