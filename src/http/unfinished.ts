import type { FastifyInstance } from 'fastify';
import type { Clock } from '../util/clock.js';
import { BODY_DRAIN_MS } from './limits.js';

/**
 * Cuts a connection whose request has been answered before its body was there, when the rest does not come in time. The server
 * reads it away to find the next request, and no other limit holds meanwhile.
 */
export function dropUnfinished(app: FastifyInstance, clock: Clock): void {
  app.addHook('onResponse', async ({ raw }) => {
    // absent in requests that came over no socket
    const { complete = true } = raw as Partial<typeof raw>;
    if (complete || raw.destroyed) return;
    const cut = clock.after(BODY_DRAIN_MS, () => raw.socket.destroy());
    raw.once('end', () => cut.cancel());
    raw.once('close', () => cut.cancel());
  });
}
