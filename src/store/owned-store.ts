import type { StoreClient } from './client.js';
import type { Owner } from './owner.js';

export interface OwnerParts {
  readonly serverDbid: number;
  /** Who opens it, for the message that refuses others: `process 12 on host`. */
  readonly holder: string;
  /** The store is gone for good, or is somebody else's: nothing this process does counts any more. */
  readonly onFatal: (error: Error) => void;
}

/** A store that is ours: its tables are up to date, and every write of an earlier owner changes nothing. */
export interface OwnedStore {
  readonly client: StoreClient;
  readonly owner: Owner;
  /** The names of the migrations that were run. */
  readonly ran: readonly string[];
  /** Tells others, who are refused, where the owner's http listener is. */
  describe(http: string): Promise<void>;
  close(): Promise<void>;
}
