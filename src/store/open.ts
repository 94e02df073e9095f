import { hostname } from 'node:os';
import { type Clock, isoTime } from '../util/clock.js';
import { openEmbedded } from './embedded/open.js';
import { migrate } from './migrate.js';
import type { OwnedStore, OwnerParts } from './owned-store.js';
import { claimOwnership } from './owner.js';
import { openPostgres } from './postgres/open.js';
import type { PostgresSettings } from './postgres/session.js';

export type StoreSettings =
  | { readonly kind: 'embedded'; readonly directory: string }
  | ({ readonly kind: 'postgres'; readonly leaseMs: number } & PostgresSettings);

/**
 * Opens a store and begins a new life of a server.dbid in it. Throws StoreHeld where another process
 * has it, StoreAway where it cannot be reached; both say what to do.
 */
export async function openStore(settings: StoreSettings, parts: OwnerParts, clock: Clock): Promise<OwnedStore> {
  return settings.kind === 'postgres' ? openPostgres(settings, parts, clock) : openDirectory(settings.directory, parts, clock);
}

async function openDirectory(directory: string, { serverDbid, holder, onFatal }: OwnerParts, clock: Clock): Promise<OwnedStore> {
  const since = isoTime(clock.now());
  const store = await openEmbedded(directory, since);
  const { client } = store;
  try {
    const ran = await migrate(client);
    const owner = await client.transaction((sql) => claimOwnership(sql, serverDbid, holder, clock.now()));
    client.onGone(onFatal);
    return {
      client,
      owner,
      ran,
      describe: (http) => Promise.resolve(store.describe({ pid: process.pid, host: hostname(), since, http })),
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}
