import fastify, { type FastifyHttpOptions, type FastifyInstance, type RawServerDefault } from 'fastify';
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { TlsServerOptions } from '../util/tls-files.js';
import { guardAccess } from './access.js';
import { rememberAsked } from './audit.js';
import { campaignGroupRoutes } from './campaign-groups/routes.js';
import { closeConnections, refuseWhileStopping } from './closing.js';
import { readBodies } from './content-types.js';
import { sendFault } from './errors.js';
import { gwsRoute } from './gws/route.js';
import { healthRoute } from './health.js';
import { limitRequests } from './in-flight.js';
import { CONNECTIONS_CHECK_MS, IDLE_TIMEOUT_MS } from './limits.js';
import { dropUnfinished } from './unfinished.js';
import { listImportRoute } from './list-import.js';
import { listRoutes } from './lists.js';
import { measureRequests, metricsRoute } from './metrics.js';
import { nativeRoute } from './native/route.js';
import { refuseUnknown } from './not-found.js';
import type { Limits } from '../config/deployment.js';
import { describeRoutes, openApiRoute } from './openapi.js';
import type { HttpParts } from './parts.js';
import { checkRequests } from './request-problem.js';
import { limitUnread, UnreadAnswers } from './unread.js';

/**
 * The HTTP listener, with all its routes; `listen({ host, port })` opens it. `close()` lets requests
 * under way end, but for imports, of which nothing is kept.
 */
export function createHttpServer(parts: HttpParts, tls?: TlsServerOptions): FastifyInstance {
  const { door, deployment: { limits } } = parts;
  const unread = new UnreadAnswers(parts);
  const app = fastify({
    bodyLimit: limits.httpBody,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    handlerTimeout: limits.httpRequestTimeoutMs,
    ...encryption(limits, tls),
    frameworkErrors: (error, { raw: { socket } }, reply) => {
      // such answers pass no hook
      unread.add(reply.raw, socket, 0);
      void sendFault(error, reply, parts);
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(checkRequests);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, _request, reply) => sendFault(error, reply, parts));
  measureRequests(app, parts);
  // requests under way when it closes: frames have had half of the time to stop, and the store needs some of it
  closeConnections(app, parts.clock, limits.stopTimeoutMs / 4);
  limitRequests(app, parts);
  limitUnread(app, unread);
  dropUnfinished(app, parts.clock);
  rememberAsked(app);
  guardAccess(app, door);
  refuseWhileStopping(app, parts);
  readBodies(app);
  refuseUnknown(app);
  describeRoutes(app, parts);
  // behind the description, which sees what comes after it
  app.after(() => {
    gwsRoute(app, parts);
    nativeRoute(app, parts);
    campaignGroupRoutes(app, parts);
    listImportRoute(app, parts);
    listRoutes(app, parts);
    healthRoute(app, parts);
    metricsRoute(app, parts);
    openApiRoute(app);
  });
  return app;
}

/** The framework's types have another server for each kind; what is used of it is the same. */
function encryption({ httpHeaderTimeoutMs }: Limits, tls: TlsServerOptions | undefined): Pick<FastifyHttpOptions<RawServerDefault>, 'http'> {
  const timeouts = { headersTimeout: httpHeaderTimeoutMs, connectionsCheckingInterval: Math.min(CONNECTIONS_CHECK_MS, httpHeaderTimeoutMs / 2) };
  return tls === undefined ? { http: timeouts } : ({ https: { ...timeouts, ...tls, handshakeTimeout: httpHeaderTimeoutMs } } as object);
}

/** New connections have the certificate from now on. */
export function changeCertificate({ server }: FastifyInstance, tls: TlsServerOptions): void {
  if ('setSecureContext' in server && typeof server.setSecureContext === 'function') server.setSecureContext(tls);
}
