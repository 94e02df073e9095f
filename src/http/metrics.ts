import { z } from 'zod';
import type { HttpApp } from './app.js';
import { errorSchema } from './errors.js';
import type { HttpParts } from './parts.js';

/** Tells the metrics of every request that is answered, whatever it is answered. */
export function measureRequests(app: HttpApp, { metrics }: Pick<HttpParts, 'metrics'>): void {
  app.addHook('onResponse', async ({ method, is404, routeOptions }, reply) => {
    metrics.answered({ method, route: is404 ? undefined : routeOptions.url, status: reply.statusCode, ms: reply.elapsedTime });
  });
}

/** What there is to watch, as Prometheus reads it. */
export function metricsRoute(app: HttpApp, { metrics }: Pick<HttpParts, 'metrics'>): void {
  const text = { description: 'the text format of Prometheus', content: { 'text/plain': { schema: z.string() } } };
  app.get(
    '/metrics',
    { config: { whileStopping: true }, schema: { operationId: 'metrics', summary: 'Figures to watch, as Prometheus reads them', querystring: z.strictObject({}), response: { 200: text, '4xx': errorSchema, '5xx': errorSchema } } },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.render()),
  );
}
