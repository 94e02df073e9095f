import { randomUUID } from 'node:crypto';
import type { Clock } from '../../util/clock.js';
import type { OwnedStore, OwnerParts } from '../owned-store.js';
import { migrate } from '../migrate.js';
import { claimOwnership, updateHttpAddress } from '../owner.js';
import { PostgresClient } from './client.js';
import type { PostgresSettings } from './session.js';
import { Tenure } from './tenure.js';

/** Reaches the server, becomes the owner of what is of a server.dbid, and brings the tables up to date. */
export async function openPostgres(settings: PostgresSettings & { readonly leaseMs: number }, parts: OwnerParts, clock: Clock): Promise<OwnedStore> {
  const { serverDbid, holder, onFatal } = parts;
  const name = `ocm-gateway ${serverDbid} ${randomUUID().slice(0, 8)}`;
  // a newer gateway that is refused has not touched the tables of the one that lives
  const tenure = await Tenure.begin({ settings, serverDbid, name, leaseMs: settings.leaseMs, clock, lost: onFatal });
  const client = new PostgresClient(settings, name);
  try {
    const ran = await migrate(client);
    const owner = await client.transaction((sql) => claimOwnership(sql, serverDbid, holder, clock.now()));
    tenure.keep(owner);
    return {
      client,
      owner,
      ran,
      describe: (http) => updateHttpAddress(client, owner, http),
      async close() {
        await client.close();
        await tenure.end();
      },
    };
  } catch (error) {
    await client.close();
    await tenure.end();
    throw error;
  }
}
