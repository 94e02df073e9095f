import { z } from 'zod';
import type { HttpApp } from './app.js';
import type { HttpParts } from './parts.js';

const healthy = z.object({ status: z.literal('ok') });
const unavailable = z.object({ status: z.literal('unavailable'), reasons: z.array(z.string()) });

/** Whether the gateway serves: 200, or 503 with what is wrong. Open to everyone who is let in at all. */
export function healthRoute(app: HttpApp, parts: HttpParts): void {
  app.get(
    '/health',
    { config: { whileStopping: true }, schema: { operationId: 'health', summary: 'Whether the gateway serves', security: [], response: { 200: healthy, 503: unavailable } } },
    async (_request, reply) => {
      const state = await parts.health();
      if (state.status === 'ok') return reply.code(200).send({ status: 'ok' });
      return reply.code(503).send({ status: 'unavailable', reasons: [...state.reasons] });
    },
  );
}
