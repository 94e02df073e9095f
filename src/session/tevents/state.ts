import type { ClientRole } from '../../config/deployment.js';

/** What is known of a client that has registered. */
export interface Registered {
  readonly kind: 'registered';
  readonly name: string;
  readonly roles: ReadonlySet<ClientRole>;
  /** DNs that this line has registered. */
  readonly dns: Set<string>;
}
