import { rmSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentPool } from '../../src/agent/pool.js';
import type { Deployment } from '../../src/config/deployment.js';
import type { JournalRow } from '../../src/journal/row.js';
import { Gateway } from '../../src/service/gateway.js';
import type { Announcer } from '../../src/service/ports.js';
import type { StoreClient } from '../../src/store/client.js';
import { openEmbedded } from '../../src/store/embedded/open.js';
import { migrate } from '../../src/store/migrate.js';
import { PostgresClient } from '../../src/store/postgres/client.js';
import { claimOwnership, type Owner } from '../../src/store/owner.js';
import { type Clock, systemClock } from '../../src/util/clock.js';
import { parseChanged, type SmallConfig } from '../config/support.js';
import { makeDatabase, settingsOf } from './postgres-server.js';

/** Node.js has it; its types come with those of browsers only. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

/** A store with its tables, made once for all test files and copied: to make one anew takes seconds. */
let template: Promise<string> | undefined;
/** PGlite's machine code: as long as somebody keeps it, whoever opens a store in this process is given it and compiles nothing. */
let compiled: object | undefined;

async function makeTemplate(): Promise<string> {
  compiled ??= await WebAssembly.compile(await readFile(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite'))));
  const directory = await mkdtemp(join(tmpdir(), 'ocm-template-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const { client } = await openEmbedded(directory, 'tests');
  await migrate(client);
  await client.close();
  return directory;
}

export interface TestStore {
  readonly client: StoreClient;
  /** Closes the store and removes it. */
  close(): Promise<void>;
}

/** A store directory with the gateway's tables and nothing in them, which nobody has opened; whoever asks removes it. */
export async function makeStoreDirectory(): Promise<string> {
  template ??= makeTemplate();
  const directory = await mkdtemp(join(tmpdir(), 'ocm-store-'));
  await cp(await template, directory, { recursive: true });
  return directory;
}

export const STORE_KINDS = ['embedded', 'postgres'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];
export type OpenTestStore = typeof openTestStore;

/**
 * Where tests of the engine keep their records that are not about the store: on PostgreSQL, which takes a fifth of the
 * time. `OCM_TEST_STORE=embedded` runs them on the other.
 */
const ENGINE_STORE: StoreKind = process.env['OCM_TEST_STORE'] === 'embedded' ? 'embedded' : 'postgres';

/** An empty store with the gateway's tables that nobody has opened. */
export interface StorePlace {
  /** As `store.url` of a configuration. */
  readonly url: string;
  readonly open: () => Promise<StoreClient>;
  readonly remove: () => Promise<void>;
}

export async function makeStore(kind: StoreKind): Promise<StorePlace> {
  if (kind === 'embedded') {
    const directory = await makeStoreDirectory();
    return {
      url: `pglite:${directory}`,
      open: async () => (await openEmbedded(directory, 'tests')).client,
      remove: () => rm(directory, { recursive: true, force: true }),
    };
  }
  const { url, drop } = await makeDatabase();
  return { url, open: () => Promise.resolve(new PostgresClient(settingsOf(url), 'tests')), remove: drop };
}

/** A store of its own, with the gateway's tables and nothing in them. */
export async function openTestStore(kind: StoreKind = ENGINE_STORE): Promise<TestStore> {
  const { open, remove } = await makeStore(kind);
  const client = await open();
  return {
    client,
    async close() {
      await client.close();
      await remove();
    },
  };
}

/** Where the embedded store of a deployment is. */
export function directoryOf({ store }: Deployment): string {
  if (store.kind !== 'embedded') throw new Error('the store is not embedded');
  return store.directory;
}

/** Keeps what it is told. */
export class RecordingAnnouncer implements Announcer {
  readonly rows: JournalRow[] = [];
  #watchers: (() => void)[] = [];

  announce(row: JournalRow): void {
    this.rows.push(row);
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  lastWritten(): undefined {
    return undefined;
  }

  call(): void {
    // nobody has a line here
  }

  scheduledCall(): void {
    // nobody has a callback here
  }

  recordCancelled(): void {
    // nobody has a record here
  }

  /** Resolves when a row of which that holds has been announced. */
  async until(holds: (row: JournalRow) => boolean): Promise<void> {
    while (!this.rows.some(holds)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
}

export const silentLog = { error: () => undefined, warn: () => undefined, info: () => undefined };

export interface TestEngine {
  readonly store: TestStore;
  readonly deployment: Deployment;
  readonly owner: Owner;
  readonly agents: AgentPool<object>;
  readonly announcer: RecordingAnnouncer;
  readonly gateway: Gateway;
  /** Stops the gateway, then closes the store. */
  close(): Promise<void>;
}

export interface TestEngineOptions {
  /** Spoils the small configuration of test/config/support.ts. */
  readonly change?: (config: SmallConfig) => void;
  readonly clock?: Clock;
  readonly open?: () => Promise<TestStore>;
  /** Stands between the gateway and its store. */
  readonly wrap?: (client: StoreClient) => StoreClient;
  /** Tells whom it tells, instead of keeping what it is told. */
  readonly announcer?: (parts: { readonly deployment: Deployment; readonly agents: AgentPool<object> }) => Announcer;
}

/** A gateway's engine on a store of its own: two campaigns, Spring@Sales (1001) and Autumn@Support (1002), with empty lists. */
export async function startEngine({ change = () => undefined, clock = systemClock, open = openTestStore, wrap = (client) => client, announcer: told }: TestEngineOptions = {}): Promise<TestEngine> {
  const store = await open();
  const { deployment } = parseChanged(change);
  const owner = await claimOwnership(store.client, deployment.server.dbid, 'tests', clock.now());
  const announcer = new RecordingAnnouncer();
  const agents = new AgentPool<object>();
  const gateway = await Gateway.start({
    deployment,
    client: wrap(store.client),
    owner,
    clock,
    log: silentLog,
    announcer: told?.({ deployment, agents }) ?? announcer,
    agents,
    ownershipLost: (error) => {
      throw error;
    },
  });
  return {
    store,
    deployment,
    owner,
    agents,
    announcer,
    gateway,
    async close() {
      await gateway.stop();
      await store.close();
    },
  };
}
