import type { Deployment } from '../config/deployment.js';
import { createHttpServer } from '../http/server.js';
import type { HealthState } from '../http/parts.js';
import { describeAddress } from '../net/address.js';
import { ListenError } from '../net/listener.js';
import type { Gateway } from '../service/gateway.js';
import type { Importer } from '../service/importer.js';
import { InternalClient } from '../session/direct/internal-client.js';
import type { Clients } from '../session/clients.js';
import { flagInput } from '../session/flag-input.js';
import type { Tracer } from '../session/tracer.js';
import { campaignEvent, notificationName } from '../user-data/events.js';
import type { Clock } from '../util/clock.js';

export interface HttpListenerParts {
  readonly deployment: Deployment;
  readonly gateway: Gateway;
  readonly importer: Importer;
  readonly clients: Clients;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly log: { error(message: string, fields?: Record<string, unknown>): void };
  readonly nextConnectionNumber: () => number;
  readonly health: () => Promise<HealthState>;
}

export interface HttpListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the http listener. Throws ListenError, which names the address. */
export async function openHttpListener(host: string, port: number, parts: HttpListenerParts): Promise<HttpListener> {
  const { deployment, gateway, tracer, nextConnectionNumber } = parts;
  const server = createHttpServer({
    gateway,
    deployment,
    clients: parts.clients,
    ocmClient: new InternalClient({ gateway, tracer, connection: nextConnectionNumber() }),
    userEvents: {
      notificationName,
      campaignEvent: (name, group, dialMode) => campaignEvent(name, deployment, group, dialMode),
      flagInput,
    },
    tracer,
    importer: parts.importer,
    clock: parts.clock,
    log: parts.log,
    health: parts.health,
    nextConnection: nextConnectionNumber,
  });
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    if (error instanceof Error) throw new ListenError(describeAddress(host, port), error);
    throw error;
  }
  const address = server.server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : port, close: () => server.close() };
}
