import { createHash, timingSafeEqual } from 'node:crypto';
import { ALL_ROLES } from '../access/roles.js';
import type { Client, ClientRole } from '../config/deployment.js';

/** Who may connect, and as what (config.md, clients). Without any configured, anyone on loopback may do anything. */
export class Clients {
  readonly #byName: ReadonlyMap<string, Client> | undefined;

  constructor(clients: readonly Client[] | undefined) {
    this.#byName = clients && new Map(clients.map((client) => [client.name, client]));
  }

  /** The roles of a client with these credentials; undefined where there is none. */
  authenticate(name: string, password: string | undefined): ReadonlySet<ClientRole> | undefined {
    if (this.#byName === undefined) return ALL_ROLES;
    const client = this.#byName.get(name);
    // a name nobody has is compared as well, so that the time taken does not tell which names exist
    const same = sameSecret(client?.password ?? '', password ?? '');
    return client !== undefined && same ? new Set(client.roles) : undefined;
  }

  /** Whether credentials are configured. */
  get required(): boolean {
    return this.#byName !== undefined;
  }
}

function sameSecret(expected: string, given: string): boolean {
  return timingSafeEqual(digest(expected), digest(given));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
