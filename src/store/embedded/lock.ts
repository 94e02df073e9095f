import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { tryLock, unlock } from 'fs-native-extensions';
import { StoreHeld } from '../held.js';

/** Who holds a store directory, for the message that refuses the second and for `import`, which talks to the first. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** The base of the holder's http listener, such as http://127.0.0.1:8098, where it has one. */
  readonly http?: string;
}

export class DirectoryHeld extends StoreHeld {
  readonly holder: Holder | undefined;

  constructor(directory: string, holder: Holder | undefined) {
    const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host} (since ${holder.since})`;
    super(`the store directory ${directory} is in use by ${who}; stop it, or give this gateway another store.url`, holder?.http);
    this.holder = holder;
  }
}

/**
 * An exclusive lock on a store directory. PGlite has none of its own, and two processes on one
 * directory corrupt it silently. The kernel holds the lock for the open file, so it ends with the
 * process however that ends, and a process id that was given out again means nothing to it.
 */
export class DirectoryLock {
  readonly #fd: number;
  readonly #holderFile: string;

  private constructor(fd: number, holderFile: string) {
    this.#fd = fd;
    this.#holderFile = holderFile;
  }

  /** Takes the lock or throws DirectoryHeld, which names the holder. Creates the directory where it is missing. */
  static acquire(directory: string, holder: { since: string }): DirectoryLock {
    mkdirSync(directory, { recursive: true });
    const holderFile = join(directory, 'holder.json');
    const fd = openSync(join(directory, 'lock'), 'a+');
    if (!tryLock(fd)) {
      closeSync(fd);
      throw new DirectoryHeld(directory, readHolder(holderFile));
    }
    const lock = new DirectoryLock(fd, holderFile);
    lock.describe({ pid: process.pid, host: hostname(), since: holder.since });
    return lock;
  }

  /** Tells others who holds the directory. */
  describe(holder: Holder): void {
    writeFileSync(this.#holderFile, JSON.stringify(holder));
  }

  release(): void {
    rmSync(this.#holderFile, { force: true });
    unlock(this.#fd);
    closeSync(this.#fd);
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    // The holder may be between taking the lock and saying who it is; it is refused all the same.
    return undefined;
  }
}
