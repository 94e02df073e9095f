import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
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
import { claimOwnership, type Owner } from '../../src/store/owner.js';
import { type Clock, systemClock } from '../../src/util/clock.js';
import { parseChanged, type SmallConfig } from '../config/support.js';

/** A store with its tables, made once for all test files and copied: to make one anew takes seconds. */
let template: Promise<string> | undefined;

async function makeTemplate(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ocm-template-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const { client } = await openEmbedded(directory, 'tests');
  await migrate(client);
  await client.close();
  return directory;
}

export interface TestStore {
  readonly directory: string;
  readonly client: StoreClient;
  /** Closes the store and removes its directory. */
  close(): Promise<void>;
}

/** A store directory with the gateway's tables and nothing in them, which nobody has opened; whoever asks removes it. */
export async function makeStoreDirectory(): Promise<string> {
  template ??= makeTemplate();
  const directory = await mkdtemp(join(tmpdir(), 'ocm-store-'));
  await cp(await template, directory, { recursive: true });
  return directory;
}

/** An embedded store in a directory of its own, with the gateway's tables and nothing in them. */
export async function openTestStore(): Promise<TestStore> {
  const directory = await makeStoreDirectory();
  const { client } = await openEmbedded(directory, 'tests');
  return {
    directory,
    client,
    async close() {
      await client.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
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
  /** Stands between the gateway and its store. */
  readonly wrap?: (client: StoreClient) => StoreClient;
  /** Tells whom it tells, instead of keeping what it is told. */
  readonly announcer?: (parts: { readonly deployment: Deployment; readonly agents: AgentPool<object> }) => Announcer;
}

/** A gateway's engine on a store of its own: two campaigns, Spring@Sales (1001) and Autumn@Support (1002), with empty lists. */
export async function startEngine({ change = () => undefined, clock = systemClock, wrap = (client) => client, announcer: told }: TestEngineOptions = {}): Promise<TestEngine> {
  const store = await openTestStore();
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
