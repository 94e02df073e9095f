import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { findProfile as builtInProfile, type WireProfile } from '../../protocol/index.js';
import { Audit } from '../access/audit.js';
import { Door } from '../access/door.js';
import { AgentPool } from '../agent/pool.js';
import type { Deployment } from '../config/deployment.js';
import { SimulatedDialer } from '../dialer/simulated.js';
import { DnDirectory } from '../directory/dn-directory.js';
import { Subscriptions } from '../directory/subscriptions.js';
import type { Log } from '../log/log.js';
import { Metrics } from '../metrics/metrics.js';
import { type TraceWriter } from '../log/trace-writer.js';
import { Gateway } from '../service/gateway.js';
import { Importer } from '../service/importer.js';
import { SessionAnnouncer } from '../session/announcer.js';
import type { Line } from '../session/line.js';
import type { DesktopLine } from '../session/tevents/desktop-line.js';
import { Tracer } from '../session/tracer.js';
import { Traffic } from '../session/traffic.js';
import { openStore } from '../store/open.js';
import type { OwnedStore } from '../store/owned-store.js';
import { ownedTransaction } from '../store/owner.js';
import { keepResumeKey } from '../store/statements/resume-key.js';
import type { Clock } from '../util/clock.js';
import { Certificates } from './certificates.js';
import { httpUrl, openHttp } from './http-listener.js';
import { FrameListeners } from './listeners.js';

const RESUME_KEY_BYTES = 32;

export interface AppParts {
  readonly deployment: Deployment;
  readonly log: Log;
  readonly trace: TraceWriter;
  readonly clock: Clock;
  /** Whether tables of calling lists get the indexes that they lack; absent: they do. */
  readonly addIndexes?: boolean;
  /** Wire profiles beside the built-in ones. */
  readonly findProfile?: (name: string) => WireProfile | undefined;
  /** The process owns nothing any more, or its store is gone for good: it should end. */
  readonly onFatal: (error: Error) => void;
}

export interface Ports {
  readonly direct?: number;
  readonly tevents?: number;
  readonly http?: number;
}

/** A gateway that runs in this process: store, engine and listeners, started and stopped together. */
export class GatewayApp {
  private constructor(
    readonly ports: Ports,
    private readonly certificates: Certificates,
    private readonly closers: readonly (() => Promise<void>)[],
  ) {}

  /**
   * Starts everything the deployment names and answers when it serves. What was opened is closed again
   * where a later part fails. Throws StoreHeld, StoreAway, ListenError, TlsFileError.
   */
  static async start(parts: AppParts): Promise<GatewayApp> {
    const closers: (() => Promise<void>)[] = [];
    try {
      const certificates = new Certificates(parts);
      closers.push(() => Promise.resolve(certificates.close()));
      return new GatewayApp(await open(parts, certificates, closers), certificates, closers);
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  /** Reads the certificates of the listeners again. Connections that there are go on. */
  reloadCertificates(): void {
    this.certificates.reload();
  }

  /**
   * Stops: takes nothing new, answers what has come, gives back what is retrieved and in nobody's hands, closes the store. HTTP
   * says that the gateway is stopping for as long as frames are answered. What takes longer than limits.stopTimeout is the caller's to cut.
   */
  async stop(): Promise<void> {
    await closeAll(this.closers);
  }
}

/** The last opened is closed first. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closers.toReversed()) await close();
}

/** What this server has signed its resume tokens with, in whichever life. */
async function resumeKeyOf({ client, owner }: OwnedStore): Promise<Buffer> {
  const fresh = randomBytes(RESUME_KEY_BYTES).toString('base64');
  return Buffer.from(await ownedTransaction(client, owner, (sql) => keepResumeKey(sql, owner.serverDbid, fresh)), 'base64');
}

async function open(parts: AppParts, certificates: Certificates, closers: (() => Promise<void>)[]): Promise<Ports> {
  const { deployment, log, clock } = parts;
  const holder = `process ${process.pid} on ${hostname()}`;
  const store = await openStore(deployment.store, { serverDbid: deployment.server.dbid, holder, onFatal: parts.onFatal }, clock);
  closers.push(() => store.close());
  if (store.ran.length > 0) log.info(`store: ran ${store.ran.join(', ')}`);

  const tracer = new Tracer(parts.trace, clock, deployment.log.showValues);
  const metrics = new Metrics();
  const traffic = new Traffic();
  const agents = new AgentPool<object>();
  const dns = new DnDirectory<DesktopLine>();
  const subscriptions = new Subscriptions<Line>();
  const announcer = new SessionAnnouncer({ deployment, agents, dns, subscriptions, tracer, clock });
  const dialer = deployment.dialer && new SimulatedDialer(deployment.dialer, clock);
  const engineParts = { deployment, client: store.client, owner: store.owner, clock, log };
  const gateway = await Gateway.start({ ...engineParts, announcer, agents, measures: metrics.durations, addIndexes: parts.addIndexes ?? true, ownershipLost: parts.onFatal, ...(dialer && { dialer }) });
  closers.push(() => gateway.stop());
  const importer = new Importer({ ...engineParts, agentsWait: () => gateway.agentsWait(), listChanged: (dbid) => gateway.listChanged(dbid) });

  const door = new Door({ deployment, clock, log, resumeKey: await resumeKeyOf(store) });
  const audit = new Audit(log);
  let lastNumber = 0;
  const nextConnectionNumber = (): number => ++lastNumber;
  const findProfile = (name: string): WireProfile | undefined => parts.findProfile?.(name) ?? builtInProfile(name);
  const listeners = new FrameListeners({
    deployment,
    session: { limits: deployment.limits, clock, tracer, traffic, log },
    direct: { gateway, deployment, unsolicited: deployment.listeners.direct?.unsolicited ?? 'subscribed', subscriptions, door, audit },
    tevents: { gateway, deployment, agents, dns, door, audit, clock, log },
    certificates,
    findProfile,
    nextConnectionNumber,
  });
  closers.push(() => listeners.close());
  let phase: 'starting' | 'serving' | 'stopping' = 'starting';
  const framePorts = await listeners.open();
  const at = deployment.listeners.http;
  const http = at && (await openHttp(at, { ...engineParts, gateway, importer, gate: listeners.gate, held: listeners.held, door, audit, tracer, certificates, metrics, traffic, nextConnectionNumber, phase: () => phase }));
  metrics.watch({
    traffic,
    snapshots: () => gateway.snapshots(),
    recordCounts: () => gateway.listCounter.latest(),
    connections: () => listeners.figures(),
    http: () => http?.connections,
    logins: () => door.logins(),
    heldBytes: () => listeners.held.held,
    now: () => clock.now(),
  });
  if (http !== undefined) closers.push(() => http.close());
  closers.push(() => listeners.drain(deployment.limits.stopTimeoutMs / 2));
  // before the listeners, which wait for what is under way; what earlier lives left goes on beside everything else
  closers.push(() => importer.close());
  void importer.finish();
  const url = at && http && httpUrl(at, http.port);
  if (url !== undefined) await store.describe(url);
  phase = 'serving';
  closers.push(async () => {
    phase = 'stopping';
    gateway.rest();
  });
  return { ...framePorts, ...(http !== undefined && { http: http.port }) };
}
