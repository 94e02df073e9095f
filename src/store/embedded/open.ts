import { EmbeddedClient } from './client.js';
import { DirectoryLock, type Holder } from './lock.js';

export interface EmbeddedStore {
  readonly client: EmbeddedClient;
  /** Tells a second process (and `import`) who holds the directory and where its http listener is. */
  describe(holder: Holder): void;
}

/**
 * Opens the embedded store in `directory`, which is created where it is missing. Throws DirectoryHeld
 * when another process has it. `since` is the time of opening as text, for the message others get.
 */
export async function openEmbedded(directory: string, since: string): Promise<EmbeddedStore> {
  const lock = DirectoryLock.acquire(directory, { since });
  const client = new EmbeddedClient(directory, lock);
  try {
    await client.query('SELECT 1', []);
  } catch (error) {
    // that it cannot be closed either adds nothing to why it could not be opened
    await client.close().catch(() => undefined);
    throw error;
  }
  return { client, describe: (holder) => lock.describe(holder) };
}
