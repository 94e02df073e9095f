import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { HttpFault } from './fault.js';
import type { HttpParts } from './parts.js';

/**
 * Refuses with 429, and ends the connection, where a peer sends more requests than limits.requestsInFlight without waiting for
 * answers: the server reads a connection on while its requests are served, and all that it has read would wait in the engine.
 */
export function limitRequests(app: FastifyInstance, { deployment: { limits } }: Pick<HttpParts, 'deployment'>): void {
  const inFlight = new WeakMap<Socket, number>();
  app.addHook('onRequest', async ({ raw: { socket } }, { raw }) => {
    const count = (inFlight.get(socket) ?? 0) + 1;
    inFlight.set(socket, count);
    raw.once('close', () => inFlight.set(socket, (inFlight.get(socket) ?? 1) - 1));
    if (count <= limits.requestsInFlight) return;
    throw new HttpFault('ServerConnectionError', `found ${count} requests of one connection without an answer, expected at most ${limits.requestsInFlight}`, {
      status: 429,
      headers: { connection: 'close' },
    });
  });
}
