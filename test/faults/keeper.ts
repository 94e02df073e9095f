import { once } from 'node:events';
import { createServer } from 'node:net';
import { systemClock } from '../../src/util/clock.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { DEMO_CONFIG, HOST } from '../support/gateway.js';

/** Below the ports that systems give to outgoing connections: nobody takes one while the gateway is down. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, HOST);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** Ports that stay the same over restarts, so that clients find the gateway again. */
async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** A gateway that is killed, and started again on the same ports and the same store. */
export class Keeper {
  #process: GatewayProcess;
  #restart: Promise<void> = Promise.resolve();
  #kills = 0;
  /** Never resolves; rejects when a restart has failed. */
  readonly failed: Promise<never>;
  #fail: (error: unknown) => void = () => undefined;

  private constructor(
    readonly ports: Readonly<Record<'direct' | 'tevents' | 'http', number>>,
    private readonly env: Readonly<Record<string, string>>,
    private readonly config: string,
  ) {
    this.#process = GatewayProcess.start(env, config);
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    // told by whoever races against it
    this.failed.catch(() => undefined);
  }

  /** On the store of a directory; with the demo's deployment, or another. */
  static async start(directory: string, { config = DEMO_CONFIG, env = {} }: { readonly config?: string; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Keeper> {
    const [direct = 0, tevents = 0, http = 0] = await freePorts(3);
    const values = {
      OCM_STORE_URL: `pglite:${directory}`,
      OCM_LISTENERS_DIRECT_PORT: String(direct),
      OCM_LISTENERS_TEVENTS_PORT: String(tevents),
      OCM_LISTENERS_HTTP_PORT: String(http),
    };
    const keeper = new Keeper({ direct, tevents, http }, { ...values, ...env }, config);
    await keeper.#process.ready();
    return keeper;
  }

  /** How often it was killed. */
  get kills(): number {
    return this.#kills;
  }

  /** Kills it in `delayMs`, behind a restart that is under way; it comes back by itself, or `failed` tells. */
  kill(delayMs: number): void {
    this.#kills += 1;
    this.#restart = this.#restart.then(async () => {
      if (delayMs > 0) await new Promise<void>((resolve) => void systemClock.after(delayMs, resolve, { keepAlive: true }));
      await this.#process.end('SIGKILL');
      this.#process = GatewayProcess.start(this.env, this.config);
      await this.#process.ready();
    });
    this.#restart.catch(this.#fail);
  }

  /** Resolves when it serves, and no kill is to come. */
  settled(): Promise<void> {
    return this.#restart;
  }

  /** Stops it in order, and answers its exit status. */
  async stop(): Promise<number | null> {
    await this.#restart;
    return (await this.#process.end('SIGTERM')).code;
  }

  async destroy(): Promise<void> {
    await this.#restart.catch(() => undefined);
    await this.#process.end();
  }
}
