import type { CallingList, Deployment } from '../config/deployment.js';
import { UserError } from '../cli/errors.js';
import { StoreHeld } from '../store/embedded/lock.js';
import { type EmbeddedStore, openEmbedded } from '../store/embedded/open.js';
import { isoTime, systemClock } from '../util/clock.js';

/** The store, or the HTTP listener of the gateway that has it: its base, as the lock names it. */
export type StoreOrGateway = EmbeddedStore | { readonly http: string };

/** Opens a deployment's store, or finds who has it. `what` says what cannot be done where that has no HTTP listener. */
export async function openStore({ store }: Deployment, what: string): Promise<StoreOrGateway> {
  try {
    return await openEmbedded(store.directory, isoTime(systemClock.now()));
  } catch (error) {
    if (!(error instanceof StoreHeld)) throw error;
    const http = error.holder?.http;
    if (http === undefined) throw new UserError(`${error.message}; it has no http listener through which ${what}`);
    return { http };
  }
}

/** Whoever may read the configuration may act as one of its supervisors. */
export function credentials({ clients = [] }: Deployment): Record<string, string> {
  const client = clients.find(({ roles, password }) => roles.includes('supervisor') && password !== undefined);
  if (client === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${client.name}:${client.password}`).toString('base64')}` };
}

/** What to add to a refusal of a gateway that does not know us. */
export function hintFor(status: number): string {
  return status === 401 || status === 403 ? '; give `clients` in the configuration one with a password and the role supervisor' : '';
}

/** The list of that name. Throws UserError for an unknown one. */
export function listOf(deployment: Deployment, { config, list }: { readonly config: string; readonly list: string }): CallingList {
  const found = deployment.callingLists.find(({ name }) => name === list);
  if (found !== undefined) return found;
  const known = deployment.callingLists.map(({ name }) => name).join(', ') || 'there is none';
  throw new UserError(`${config} has no calling list ${JSON.stringify(list)}; expected one of ${known}`);
}

/** The message of what fetch throws, which says nothing itself; its cause does. */
export function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
