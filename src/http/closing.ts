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
  app.addHook('preClose', async () => {
    const deadlineMs = clock.now() + CLOSE_TIMEOUT_MS;
    const look = (): void => {
      if (clock.now() < deadlineMs) app.server.closeIdleConnections();
      else app.server.closeAllConnections();
      timer = clock.after(IDLE_CHECK_MS, look);
    };
    look();
  });
  app.addHook('onClose', async () => timer?.cancel());
}
