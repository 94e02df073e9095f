import type { FastifyInstance } from 'fastify';
import type { Clock, TimerHandle } from '../util/clock.js';
import { HttpFault } from './fault.js';
import { IDLE_CHECK_MS } from './limits.js';
import type { HttpParts } from './parts.js';

/**
 * Lets `close()` end as soon as the last answer is read. The server itself looks only once, at the
 * beginning, for connections that nobody uses; one that gets its answer later would be waited for until
 * its keep-alive ends, and one whose peer never ends its request for ever: that is cut after `timeoutMs`.
 */
export function closeConnections(app: FastifyInstance, clock: Clock, timeoutMs: number): void {
  let timer: TimerHandle | undefined;
  app.addHook('preClose', async () => {
    const deadlineMs = clock.now() + timeoutMs;
    const look = (): void => {
      if (clock.now() < deadlineMs) app.server.closeIdleConnections();
      else app.server.closeAllConnections();
      timer = clock.after(IDLE_CHECK_MS, look);
    };
    look();
  });
  app.addHook('onClose', async () => timer?.cancel());
}

/** While the gateway stops, whoever watches it is still told so; everybody else comes too late. */
export function refuseWhileStopping(app: FastifyInstance, { stopping }: Pick<HttpParts, 'stopping'>): void {
  app.addHook('onRequest', async ({ routeOptions }) => {
    if (stopping() && routeOptions.config.whileStopping !== true) {
      throw new HttpFault('ServerConnectionError', 'the gateway is stopping', { headers: { connection: 'close' } });
    }
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Served until the very end. */
    whileStopping?: boolean;
  }
}
