import { hostname } from 'node:os';
import type { CallingList, Deployment } from '../config/deployment.js';
import type { GivenCredentials } from '../cli/credential-options.js';
import { UserError } from '../cli/errors.js';
import { isScryptHash } from '../util/scrypt-hash.js';
import { StoreAway } from '../store/client.js';
import { StoreHeld } from '../store/held.js';
import { openStore } from '../store/open.js';
import type { OwnedStore } from '../store/owned-store.js';
import { systemClock } from '../util/clock.js';

/** A store that is ours for as long as a command runs. */
export interface CommandStore {
  readonly store: OwnedStore;
  /** Rejects when the store is gone for good, or is somebody else's. */
  readonly lost: Promise<never>;
}

/** The store, or the HTTP listener of the gateway that has it: its base, as the lease names it. */
export type StoreOrGateway = CommandStore | { readonly http: string };

/** Opens a deployment's store for `command`, or finds who has it. `what` says what cannot be done where that has no HTTP listener. */
export async function storeOrGateway({ store, server }: Deployment, command: string, what: string): Promise<StoreOrGateway> {
  let fail: ((error: Error) => void) | undefined;
  const lost = new Promise<never>((_resolve, reject) => (fail = reject));
  // told by whatever waits for the store, too
  lost.catch(() => undefined);
  try {
    const holder = `${command}, process ${process.pid} on ${hostname()}`;
    return { store: await openStore(store, { serverDbid: server.dbid, holder, onFatal: (error) => fail?.(error) }, systemClock), lost };
  } catch (error) {
    if (error instanceof StoreHeld) {
      if (error.http !== undefined) return { http: error.http };
      throw new UserError(`${error.message}; it has no http listener through which ${what}`);
    }
    if (error instanceof StoreAway) throw new UserError(error.message);
    throw error;
  }
}

/** As whom a gateway is asked: as is given, else whoever may read the configuration may act as a supervisor whose password stands there. */
export function credentials({ clients = [] }: Deployment, given: GivenCredentials | undefined): Record<string, string> {
  const client = given ?? clients.find(({ roles, password }) => roles.includes('supervisor') && password !== undefined && !isScryptHash(password));
  if (client === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${client.name}:${client.password}`).toString('base64')}` };
}

/** What to add to a refusal of a gateway that does not know us. */
export function hintFor(status: number): string {
  return status === 401 || status === 403 ? '; name a client with the role supervisor by --client, and where its password is by --password-env' : '';
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
