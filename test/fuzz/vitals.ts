import { readdir, readFile } from 'node:fs/promises';
import type { DirectClient } from '../../src/client/index.js';
import { systemClock } from '../../src/util/clock.js';
import { sampleOf } from '../metrics/support.js';
import { HOST, supervisorOf } from '../support/gateway.js';
import type { GatewayProcess, ProcessPorts } from '../support/gateway-process.js';

const LOOK_MS = 200;
/** Every so many looks the figures of the process are read. */
const LOOKS_PER_FIGURES = 5;
const MIB = 2 ** 20;

/** What is watched of a gateway from outside, the most of each. */
export interface Worst {
  heartbeatMs: number;
  healthMs: number;
  loopDelayP99Ms: number;
  rssMiB: number;
  descriptors: number;
}

/** What a gateway holds that does nothing. */
export interface Rest {
  readonly rssMiB: number;
  readonly descriptors: number;
}

/** Watches that a gateway lives: it answers /health and another client throughout, and what its process holds. */
export class Vitals {
  readonly worst: Worst = { heartbeatMs: 0, healthMs: 0, loopDelayP99Ms: 0, rssMiB: 0, descriptors: 0 };
  readonly problems: string[] = [];
  #over = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(
    private readonly gateway: GatewayProcess,
    private readonly ports: ProcessPorts,
    private readonly client: DirectClient,
  ) {}

  static async start(gateway: GatewayProcess, ports: ProcessPorts): Promise<Vitals> {
    const vitals = new Vitals(gateway, ports, await supervisorOf({ ports }));
    vitals.#watching = vitals.#watch();
    return vitals;
  }

  /** Resolves with the last figures when nothing of the clients is left; `late` tells that this takes too long. */
  async rest(late: () => boolean): Promise<Rest> {
    for (;;) {
      const text = await this.#scrape();
      const held = sampleOf(text, 'ocm_held_bytes', {}) ?? 0;
      const connections = ['GSW_CM', 'T'].map((dialect) => sampleOf(text, 'ocm_connections', { dialect }) ?? 0);
      const inFlight = ['GSW_CM', 'T'].map((dialect) => sampleOf(text, 'ocm_requests_in_flight', { dialect }) ?? 0);
      if (held === 0 && connections.join() === '1,0' && inFlight.join() === '0,0') return this.#process();
      if (late()) {
        this.problems.push(`left behind: ${held} bytes, ${connections.join(' and ')} connections, ${inFlight.join(' and ')} requests`);
        return this.#process();
      }
      await pause(LOOK_MS);
    }
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#watching;
    await this.client.close();
  }

  async #watch(): Promise<void> {
    try {
      for (let look = 0; !this.#over; look += 1) {
        this.#most('heartbeatMs', await took(() => this.client.request('GSW_CM_ReqHeartbeat', {})));
        this.#most('healthMs', await took(async () => {
          const { status } = await fetch(`http://${HOST}:${this.ports.http}/health`);
          if (status !== 200) this.problems.push(`/health said ${status}`);
        }));
        if (look % LOOKS_PER_FIGURES === 0) await this.#figures();
        await pause(LOOK_MS);
      }
    } catch (error) {
      this.problems.push(`the gateway was not there for others: ${String(error)}`);
    }
  }

  async #figures(): Promise<void> {
    const { rssMiB, descriptors } = await this.#process();
    this.#most('rssMiB', rssMiB);
    this.#most('descriptors', descriptors);
    this.#most('loopDelayP99Ms', 1000 * (sampleOf(await this.#scrape(), 'nodejs_eventloop_lag_p99_seconds', {}) ?? 0));
  }

  async #scrape(): Promise<string> {
    return (await fetch(`http://${HOST}:${this.ports.http}/metrics`)).text();
  }

  async #process(): Promise<Rest> {
    const status = await readFile(`/proc/${this.gateway.pid}/status`, 'utf8');
    const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
    return { rssMiB: (Number(kib) * 1024) / MIB, descriptors: (await readdir(`/proc/${this.gateway.pid}/fd`)).length };
  }

  #most(key: keyof Worst, value: number): void {
    this.worst[key] = Math.max(this.worst[key], value);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.after(ms, resolve, { keepAlive: true }));
}

async function took(job: () => Promise<unknown>): Promise<number> {
  const from = systemClock.now();
  await job();
  return systemClock.now() - from;
}
