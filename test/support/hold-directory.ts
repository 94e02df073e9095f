/**
 * A process that takes a store directory and says so, for tests of what happens to others: `lock` takes
 * the lock alone, `store` opens the store and commits a row. It ends when its stdin does, or is killed.
 */
import { openEmbedded } from '../../src/store/embedded/open.js';
import { DirectoryLock, DirectoryHeld } from '../../src/store/embedded/lock.js';

const [directory = '', what = 'lock'] = process.argv.slice(2);

try {
  if (what === 'lock') {
    DirectoryLock.acquire(directory, { since: 'the test began' });
  } else {
    const { client } = await openEmbedded(directory, 'the test began');
    await client.transaction((sql) => sql.query('CREATE TABLE kept AS SELECT 42 AS answer', []));
    process.stdin.on('end', () => void client.close());
  }
  process.stdout.write('held\n');
  process.stdin.resume();
} catch (error) {
  if (!(error instanceof DirectoryHeld)) throw error;
  process.stdout.write(`refused: ${error.message}\n`);
}
