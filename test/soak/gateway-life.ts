import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/util/clock.js';
import { GatewayProcess, type ProcessPorts } from '../support/gateway-process.js';
import type { Stop } from './stop.js';

const AGAIN_MS = 200;

export interface LifeOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly config: string;
  /** Where what each life has said goes. */
  readonly logs: string;
  readonly stop: Stop;
  readonly onReady: (ports: ProcessPorts) => void;
  /** Whether the store is or was away, so that a gateway may end or fail to start because of it. */
  readonly storeTroubled: () => boolean;
  readonly onFailed: (error: Error) => void;
}

/** A gateway that is started again whenever it has ended. An end that nobody has asked for is a failure, unless the store was away. */
export class GatewayLife {
  readonly counts = { lives: 0, kills: 0, terminations: 0, startsInVain: 0, endsWithStore: 0 };
  ports: ProcessPorts | undefined;
  /** Since when it serves, in milliseconds since the epoch; undefined: it does not. */
  servingSince: number | undefined;
  #process: GatewayProcess;
  #asked: NodeJS.Signals | undefined;
  #last = false;
  readonly #over: Promise<void>;

  private constructor(private readonly options: LifeOptions) {
    this.#process = this.#begin();
    this.#over = this.#live();
    this.#over.catch(options.onFailed);
  }

  static async start(options: LifeOptions): Promise<GatewayLife> {
    const life = new GatewayLife(options);
    await life.#process.ready();
    return life;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Ends it, as soon as it serves; it comes back by itself. */
  async end(signal: 'SIGKILL' | 'SIGTERM', stop: Stop): Promise<void> {
    while (this.servingSince === undefined && !stop.stopped) await stop.pause(AGAIN_MS);
    if (stop.stopped) return;
    this.counts[signal === 'SIGKILL' ? 'kills' : 'terminations'] += 1;
    this.#asked = signal;
    this.servingSince = undefined;
    this.ports = undefined;
    await this.#process.end(signal);
  }

  /** Ends it in order, for good. */
  async stop(): Promise<void> {
    this.#last = true;
    this.#asked ??= 'SIGTERM';
    await this.#process.end('SIGTERM');
    await this.#over;
  }

  /** Ends it whatever it does. */
  async destroy(): Promise<void> {
    this.#last = true;
    this.#asked = 'SIGKILL';
    await this.#process.end('SIGKILL');
    await this.#over.catch(() => undefined);
  }

  #begin(): GatewayProcess {
    this.counts.lives += 1;
    return GatewayProcess.start(this.options.env, this.options.config);
  }

  async #live(): Promise<void> {
    for (;;) {
      await this.#one();
      if (this.#last) return;
      await this.options.stop.pause(AGAIN_MS);
      if (this.#last) return;
      this.#process = this.#begin();
    }
  }

  async #one(): Promise<void> {
    const process = this.#process;
    const served = await process.ready().then(
      (ports) => {
        this.ports = ports;
        this.servingSince = systemClock.now();
        this.options.onReady(ports);
        return true;
      },
      () => false,
    );
    const { code, signal } = await process.exited;
    this.ports = undefined;
    this.servingSince = undefined;
    const asked = this.#asked;
    this.#asked = undefined;
    await writeFile(join(this.options.logs, `gateway-${this.counts.lives}.log`), process.stdout + process.stderr);
    if (asked === 'SIGKILL') return;
    if (asked === 'SIGTERM') {
      if (code !== 0 && served) throw new Error(`a gateway that was told to end did so with status ${code ?? signal}`);
      return;
    }
    if (!this.options.storeTroubled()) throw new Error(`the gateway has ended with status ${code ?? signal}: ${process.stderr.slice(-500)}`);
    this.counts[served ? 'endsWithStore' : 'startsInVain'] += 1;
  }
}
