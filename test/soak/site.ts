import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PostgresClient } from '../../src/store/postgres/client.js';
import { DIALED_FILE } from '../faults/record-dialer.js';
import { makeDatabase, ownServer, type PostgresServer, settingsOf, type TestDatabase } from '../support/postgres-server.js';
import { Proxy } from '../support/proxy.js';
import { installAudit } from './audit.js';
import { type SoakGroup, writeDeployment } from './deployment.js';
import { Faults } from './faults.js';
import { GatewayLife } from './gateway-life.js';
import type { SoakOptions } from './options.js';
import type { Stop } from './stop.js';
import { TIMERS_FILE } from './watch-timers.js';

const preload = (path: string): string => `--import=${pathToFileURL(join(import.meta.dirname, path)).href}`;

/** Where a soak takes place: a database, a gateway on it, and the ways between it, its store and its desktops. */
export interface Site {
  readonly server: PostgresServer | undefined;
  /** Past every fault of lines. */
  readonly client: PostgresClient;
  readonly toStore: Proxy;
  readonly toDesktops: Proxy;
  readonly toSubscribers: Proxy;
  readonly gateway: GatewayLife;
  readonly faults: Faults;
  readonly logs: string;
  readonly dialedFile: string;
  readonly timersFile: string;
  close(): Promise<void>;
}

export interface SitePlan {
  readonly options: SoakOptions;
  readonly groups: readonly SoakGroup[];
  /** Ends pauses between the lives of the gateway. */
  readonly stop: Stop;
  readonly onFailed: (error: Error) => void;
}

/** Builds it; the audit is there, nothing else has happened. */
export async function openSite({ options, groups, stop, onFailed }: SitePlan): Promise<Site> {
  const logs = options.logs ?? (await mkdtemp(join(tmpdir(), 'ocm-soak-')));
  await mkdir(logs, { recursive: true });
  const dialedFile = join(logs, 'dialed.jsonl');
  const timersFile = join(logs, 'timers');
  const config = await writeDeployment(logs, groups, options.seed);
  const server = options.store === undefined ? await ownServer() : undefined;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    const database = await makeDatabase(server ?? options.store);
    closers.push(() => database.drop());
    const client = new PostgresClient({ ...settingsOf(database.url), statementTimeoutMs: 60_000 }, 'soak');
    closers.push(() => client.close());
    const url = new URL(database.url);
    const toStore = await Proxy.open(Number(url.port));
    closers.push(() => toStore.close());
    const toDesktops = await Proxy.open(1);
    closers.push(() => toDesktops.close());
    const toSubscribers = await Proxy.open(1);
    closers.push(() => toSubscribers.close());
    const faults = new Faults();
    const gateway = await GatewayLife.start({
      env: {
        OCM_STORE_URL: through(database, toStore),
        OCM_LISTENERS_DIRECT_PORT: '0',
        OCM_LISTENERS_TEVENTS_PORT: '0',
        OCM_LISTENERS_HTTP_PORT: '0',
        NODE_OPTIONS: `${preload('../faults/record-dialer.js')} ${preload('watch-timers.js')}`,
        [DIALED_FILE]: dialedFile,
        [TIMERS_FILE]: timersFile,
      },
      config,
      logs,
      stop,
      onReady: ({ tevents, direct }) => {
        toDesktops.target = tevents;
        toSubscribers.target = direct;
      },
      storeTroubled: () => faults.storeTroubled,
      onFailed,
    });
    closers.push(() => gateway.destroy());
    await installAudit(client, groups.map(({ table }) => table));
    return { server, client, toStore, toDesktops, toSubscribers, gateway, faults, logs, dialedFile, timersFile, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function through({ url }: TestDatabase, { port }: Proxy): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(port);
  return changed.href;
}
