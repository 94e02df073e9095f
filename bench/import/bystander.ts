import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { Stopwatch, type Wait } from './waits.js';

const PAUSE_MS = 50;

/**
 * A session of the same server that has nothing to do with the gateway: it commits one row now and then. What it waits for is the
 * server and its disk.
 */
export class Bystander {
  readonly #watch = new Stopwatch();
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  private constructor(private readonly client: Client) {}

  static async start(url: string): Promise<Bystander> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE TABLE IF NOT EXISTS bystander (n integer)');
    const bystander = new Bystander(client);
    bystander.#done = bystander.#commit();
    return bystander;
  }

  take(): Wait[] {
    return this.#watch.take();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.client.end();
  }

  async #commit(): Promise<void> {
    while (!this.#stopped) {
      await this.#watch.time(() => this.client.query('INSERT INTO bystander VALUES (1)'));
      await pause(PAUSE_MS);
    }
  }
}
