import type { Audit } from '../access/audit.js';
import type { Door } from '../access/door.js';
import { programVersion } from '../cli/version.js';
import type { Deployment, Listener } from '../config/deployment.js';
import type { HealthState, HttpParts } from '../http/parts.js';
import { changeCertificate, createHttpServer } from '../http/server.js';
import type { Log } from '../log/log.js';
import { describeAddress } from '../net/address.js';
import type { Metrics } from '../metrics/metrics.js';
import type { ConnectionGate } from '../net/connection-gate.js';
import type { HeldBytes } from '../net/held-bytes.js';
import { ListenError } from '../net/listener.js';
import type { Gateway } from '../service/gateway.js';
import type { Importer, ImporterParts } from '../service/importer.js';
import { ListService } from '../service/list-service.js';
import { InternalClient } from '../session/direct/internal-client.js';
import { flagInput } from '../session/flag-input.js';
import type { Tracer } from '../session/tracer.js';
import type { Traffic } from '../session/traffic.js';
import { campaignEvent, notificationName } from '../user-data/events.js';
import { reachableHost } from '../util/loopback.js';
import type { Certificates } from './certificates.js';
import { HttpConnections } from './http-connections.js';

export interface HttpListenerParts extends Pick<ImporterParts, 'client' | 'owner' | 'clock'> {
  readonly deployment: Deployment;
  readonly gateway: Gateway;
  readonly importer: Importer;
  readonly door: Door;
  readonly audit: Audit;
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly traffic: Traffic;
  readonly log: Log;
  readonly certificates: Certificates;
  /** Shared by all listeners. */
  readonly gate: ConnectionGate;
  /** Shared by all listeners. */
  readonly held: HeldBytes;
  readonly nextConnectionNumber: () => number;
  /** Where the gateway stands: `serving` when everything is open that the deployment names. */
  readonly phase: () => 'starting' | 'serving' | 'stopping';
}

export interface OpenHttpListener {
  readonly port: number;
  readonly connections: HttpConnections;
  close(): Promise<void>;
}

/** Opens the http listener. Throws ListenError, which names the address. */
export async function openHttp({ host, port, tls }: Listener, parts: HttpListenerParts): Promise<OpenHttpListener> {
  const connections = new HttpConnections();
  const credentials = tls && parts.certificates.open(tls);
  const app = createHttpServer(httpParts(parts, connections), credentials?.options);
  credentials?.onChange((options) => changeCertificate(app, options));
  connections.watch(app.server, parts.gate);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw isSystemError(error) ? new ListenError(describeAddress(host, port), error) : error;
  }
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    connections,
    close: () => app.close(),
  };
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error && 'syscall' in error;

function httpParts(parts: HttpListenerParts, connections: HttpConnections): HttpParts {
  const { deployment, gateway, tracer, metrics, traffic, phase, nextConnectionNumber } = parts;
  return {
    ...parts,
    ocmClient: new InternalClient({ gateway, tracer, connection: nextConnectionNumber() }),
    userEvents: { notificationName, campaignEvent: (name, group, dialMode) => campaignEvent(name, deployment, group, dialMode), flagInput },
    lists: new ListService({ ...parts, running: true, listChanged: (dbid) => gateway.listChanged(dbid) }),
    nextConnection: nextConnectionNumber,
    metrics: {
      contentType: metrics.contentType,
      render: () => metrics.render(),
      answered: (request) => metrics.answered(request),
      refused: (code) => traffic.refused('HTTP', code),
    },
    unreadClosed: (reason) => void (connections.closed[reason] += 1),
    version: programVersion(),
    stopping: () => phase() === 'stopping',
    health: () => health(parts),
  };
}

const NOT_SERVING = { starting: 'not every listener is open yet', stopping: 'the gateway is stopping' } as const;

/** 200 only when every listener is open and the store answers (config.md, start). */
async function health({ gateway, phase }: HttpListenerParts): Promise<HealthState> {
  const now = phase();
  if (now !== 'serving') return { status: 'unavailable', reasons: [NOT_SERVING[now]] };
  try {
    await gateway.checkStore();
    return { status: 'ok' };
  } catch (error) {
    return { status: 'unavailable', reasons: [`the store: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** Where the listener is found from this machine: any address that it listens on is as good as this one. */
export function httpUrl({ host, tls }: Pick<Listener, 'host' | 'tls'>, port: number): string {
  return `${tls === undefined ? 'http' : 'https'}://${describeAddress(reachableHost(host), port)}`;
}
