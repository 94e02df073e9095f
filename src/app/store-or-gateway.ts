import { hostname } from 'node:os';
import type { CallingList, Deployment } from '../config/deployment.js';
import type { GivenCredentials } from '../cli/credential-options.js';
import { UserError } from '../cli/errors.js';
import { StoreAway } from '../store/client.js';
import { StoreHeld } from '../store/held.js';
import { openStore } from '../store/open.js';
import type { OwnedStore } from '../store/owned-store.js';
import { systemClock } from '../util/clock.js';
import { HoldingGateway } from './holding-gateway.js';

/** A store that is ours for as long as a command runs. */
export interface CommandStore {
  readonly store: OwnedStore;
  /** Rejects when the store is gone for good, or is somebody else's. */
  readonly lost: Promise<never>;
}

export type StoreOrGateway = CommandStore | { readonly holding: HoldingGateway };

/** Opens a deployment's store for `command`, or finds who has it. `what` says what cannot be done where that has no HTTP listener. */
export async function storeOrGateway(deployment: Deployment, as: GivenCredentials, command: string, what: string): Promise<StoreOrGateway> {
  const { store, server } = deployment;
  let fail: ((error: Error) => void) | undefined;
  const lost = new Promise<never>((_resolve, reject) => (fail = reject));
  // told by whatever waits for the store, too
  lost.catch(() => undefined);
  try {
    const holder = `${command}, process ${process.pid} on ${hostname()}`;
    return { store: await openStore(store, { serverDbid: server.dbid, holder, onFatal: (error) => fail?.(error) }, systemClock), lost };
  } catch (error) {
    if (error instanceof StoreHeld) {
      if (error.http !== undefined) return { holding: new HoldingGateway(error.http, deployment, as) };
      throw new UserError(`${error.message}; it has no http listener through which ${what}`);
    }
    if (error instanceof StoreAway) throw new UserError(error.message);
    throw error;
  }
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
