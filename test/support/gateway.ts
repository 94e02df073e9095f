import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ErrorCode, type WireProfile } from '../../protocol/index.js';
import { GatewayApp } from '../../src/app/gateway-app.js';
import { connectDesktop, connectDirect, type DesktopClient, type DirectClient, RequestRefused } from '../../src/client/index.js';
import type { Agent, Client, Deployment } from '../../src/config/deployment.js';
import { type Environment, loadConfig } from '../../src/config/load.js';
import type { Log } from '../../src/log/log.js';
import type { TraceWriter } from '../../src/log/trace-writer.js';
import { systemClock } from '../../src/util/clock.js';
import type { TlsFiles } from '../../src/util/tls-files.js';
import { makeStoreDirectory } from './engine.js';

export const DEMO_CONFIG = fileURLToPath(new URL('../../../fixtures/configs/demo.yaml', import.meta.url));
export const HOST = '127.0.0.1';
/** Spring@Sales of the demo's deployment. */
export const SPRING = { campaign: 101, group: 732, dbid: 1001 };

export interface TestGateway {
  readonly ports: { readonly direct: number; readonly tevents: number; readonly http: number };
  readonly deployment: Deployment;
  readonly profile: WireProfile | undefined;
  /** What the program's log said. */
  readonly log: readonly string[];
  readonly trace: readonly string[];
  reloadCertificates(): void;
  /** Stops it; the store stays until `close`, and its directory may be opened. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /** Values of the demo's deployment that are others, as `OCM_` variables. */
  readonly env?: Environment;
  /** An empty store that the caller removes; absent: an embedded one of its own. */
  readonly storeUrl?: string;
  /** Who may connect; absent: anyone. */
  readonly clients?: readonly Client[];
  /** For every listener. */
  readonly tls?: TlsFiles;
  /** In place of the demo's. */
  readonly agents?: readonly Agent[];
  /** Another wire profile than ocm1, on both listeners. */
  readonly profile?: WireProfile;
}

/** A whole gateway with the demo's deployment, on free ports and a store of its own. */
export async function openGateway({ env = {}, storeUrl, clients, agents, tls, profile }: TestGatewayOptions = {}): Promise<TestGateway> {
  const directory = storeUrl === undefined ? await makeStoreDirectory() : undefined;
  const profileName = profile?.name ?? 'ocm1';
  const { deployment: configured } = loadConfig(DEMO_CONFIG, {
    OCM_LISTENERS_DIRECT_PORT: '0',
    OCM_LISTENERS_TEVENTS_PORT: '0',
    OCM_LISTENERS_HTTP_PORT: '0',
    OCM_STORE_URL: storeUrl ?? `pglite:${directory}`,
    ...env,
  });
  const deployment: Deployment = { ...configured, ...(clients && { clients }), ...(agents && { agents }), ...(tls && { listeners: encrypted(configured, tls) }) };
  const log: string[] = [];
  const trace: string[] = [];
  const note = (level: string) => (message: string, fields?: object) => void log.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  const collected: Log = {
    error: note('error'),
    warn: note('warn'),
    info: note('info'),
    debug: () => undefined,
    infoEnabled: true,
    debugEnabled: false,
    close: () => Promise.resolve(),
  };
  const writer: TraceWriter = { enabled: true, write: (entry) => void trace.push(entry), close: () => Promise.resolve() };
  const app = await GatewayApp.start({
    deployment: withProfile(deployment, profileName),
    log: collected,
    trace: writer,
    clock: systemClock,
    onFatal: (error) => note('fatal')(error.message),
    ...(profile && { findProfile: (name: string) => (name === profile.name ? profile : undefined) }),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= app.stop());
  const { direct = 0, tevents = 0, http = 0 } = app.ports;
  return {
    ports: { direct, tevents, http },
    deployment,
    profile,
    log,
    trace,
    reloadCertificates: () => app.reloadCertificates(),
    stop,
    async close() {
      await stop();
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

function encrypted({ listeners: { direct, tevents, http } }: Deployment, tls: TlsFiles): Deployment['listeners'] {
  return { ...(direct && { direct: { ...direct, tls } }), ...(tevents && { tevents: { ...tevents, tls } }), ...(http && { http: { ...http, tls } }) };
}

function withProfile(deployment: Deployment, profile: string): Deployment {
  const { direct, tevents, ...others } = deployment.listeners;
  return { ...deployment, listeners: { ...others, ...(direct && { direct: { ...direct, profile } }), ...(tevents && { tevents: { ...tevents, profile } }) } };
}

type At = Pick<TestGateway, 'ports'> & { readonly profile?: WireProfile | undefined };

export function supervisorOf({ ports, profile }: At): Promise<DirectClient> {
  return connectDirect({ host: HOST, port: ports.direct, clientName: 'test', ...(profile && { profile }) });
}

export function desktopOf({ ports, profile }: At): Promise<DesktopClient> {
  return connectDesktop({ host: HOST, port: ports.tevents, applicationName: 'test', ...(profile && { profile }) });
}

export interface GroupReport {
  readonly state: string;
  readonly agents: number;
  readonly records: { readonly ready: number; readonly retrieved: number; readonly final: number; readonly total: number };
}

/** What HTTP says of a campaign group. */
export async function groupReport({ ports }: At, dbid: number): Promise<GroupReport> {
  return (await (await fetch(`http://${HOST}:${ports.http}/campaigngroups/${dbid}`)).json()) as GroupReport;
}

/** Puts records into list Spring, with the phones 5550101 and on. */
export async function importRecords({ ports }: At, count: number): Promise<void> {
  const phones = Array.from({ length: count }, (_, index) => String(5550101 + index));
  const answer = await fetch(`http://${HOST}:${ports.http}/lists/Spring/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: ['contact_info', ...phones].join('\n'),
  });
  if (answer.status !== 200) throw new Error(`the records were not imported: ${await answer.text()}`);
}

/**
 * Brings a gateway to where a new one with `records` records in list Spring is: no group is loaded, nobody is
 * logged in or expected back, and what earlier tests have left in the list is final.
 */
export async function resetGateway(gateway: TestGateway, records: number): Promise<void> {
  const supervisor = await supervisorOf(gateway);
  const desktop = await desktopOf(gateway);
  try {
    for (const { dbid } of gateway.deployment.campaignGroups) await forceUnload(supervisor, dbid);
    for (const { dbid } of gateway.deployment.campaignGroups) while ((await groupReport(gateway, dbid)).agents > 0);
    for (const { id } of gateway.deployment.agents) {
      await desktop.registerAddress(`seat of ${id}`);
      await desktop.login(id, { dn: `seat of ${id}` });
      await desktop.logout({ dn: `seat of ${id}` });
    }
    if ((await groupReport(gateway, SPRING.dbid)).records.ready > 0) await drain(supervisor, desktop);
    if (records > 0) await importRecords(gateway, records);
  } finally {
    await supervisor.close();
    await desktop.close();
  }
}

async function forceUnload(supervisor: DirectClient, dbid: number): Promise<void> {
  try {
    await supervisor.request('GSW_CM_ReqForceUnloadCampaign', { GSW_CM_AttrSessionID: dbid });
  } catch (error) {
    if (!(error instanceof RequestRefused && error.code === ErrorCode.CampaignNotLoaded)) throw error;
  }
}

/** One agent ends every record there is. */
async function drain(supervisor: DirectClient, desktop: DesktopClient): Promise<void> {
  const dn = 'seat of 1001';
  await supervisor.request('GSW_CM_ReqLoadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid });
  await supervisor.request('GSW_CM_ReqStartDialing', { GSW_CM_AttrSessionID: SPRING.dbid });
  await desktop.login('1001', { dn });
  for (;;) {
    const record = await desktop.userRequest('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: 'Spring' }, { dn });
    if (record.name !== 'PreviewRecord') break;
    await desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: record.integer('GSW_RECORD_HANDLE') ?? 0, GSW_CALL_RESULT: 33 }, { dn });
  }
  await desktop.logout({ dn });
  await supervisor.request('GSW_CM_ReqForceUnloadCampaign', { GSW_CM_AttrSessionID: SPRING.dbid });
}
