import { systemClock } from '../../src/util/clock.js';
import type { PostgresServer } from '../support/postgres-server.js';
import type { Proxy, ProxyLine } from '../support/proxy.js';
import type { GatewayLife } from './gateway-life.js';
import { type Fault, type FaultKind, partOf } from './plan.js';
import type { Stop } from './stop.js';

/** How long a store may be away, at most; less than the lease of a gateway, which would end when it has run out. */
const STORE_AWAY_MS = 4000;
/** How long a line may be frozen, at most; less than `drainTimeout`. */
const FROZEN_MS = 3000;
/** The largest part of all lines that is cut, or frozen, at once. */
const CUT_SHARE = 0.06;
const FROZEN_SHARE = 0.04;
const LOOK_MS = 100;
/** After a fault of the store something may still fail because of it for that long. */
const AFTERMATH_MS = 20_000;

export interface FaultParts {
  readonly gateway: GatewayLife;
  /** Undefined: it is somebody else's. */
  readonly server: PostgresServer | undefined;
  readonly toStore: Proxy;
  readonly toDesktops: Proxy;
  readonly random: () => number;
  readonly stop: Stop;
}

/** Does to a gateway, its store and its lines what was planned. */
export class Faults {
  readonly counts: Record<FaultKind, number> = { kill: 0, terminate: 0, restart: 0, crash: 0, pause: 0, cutOff: 0, cutLines: 0, freezeLines: 0 };
  readonly lines = { cut: 0, frozen: 0 };
  #storeAway = false;
  #storeBackAt = -Infinity;

  /** Whether the store is away, or was a moment ago. */
  get storeTroubled(): boolean {
    return this.#storeAway || systemClock.now() - this.#storeBackAt < AFTERMATH_MS;
  }

  /** Resolves when all are done, or as soon as it was told to stop and nothing is away any more. */
  async run(plan: readonly Fault[], parts: FaultParts): Promise<void> {
    const startMs = systemClock.now();
    const of = (part: ReturnType<typeof partOf>) => plan.filter(({ kind }) => partOf(kind) === part);
    await Promise.all(
      (['gateway', 'store', 'lines'] as const).map(async (part) => {
        for (const fault of of(part)) {
          await parts.stop.pause(startMs + fault.atMs - systemClock.now());
          if (parts.stop.stopped) return;
          this.counts[fault.kind] += 1;
          await this.#do(fault, parts);
        }
      }),
    );
  }

  async #do({ kind, size }: Fault, parts: FaultParts): Promise<void> {
    switch (kind) {
      case 'kill':
        return parts.gateway.end('SIGKILL', parts.stop);
      case 'terminate':
        return parts.gateway.end('SIGTERM', parts.stop);
      case 'restart':
        return this.#store(parts, size, () => parts.server?.tell('stop'), () => parts.server?.tell('start'));
      case 'crash':
        return this.#store(parts, size, () => parts.server?.tell('crash'), () => parts.server?.tell('start'));
      case 'pause':
        return this.#store(parts, size, () => parts.server?.tell('pause'), () => parts.server?.tell('resume'));
      case 'cutOff':
        return this.#cutOff(parts, size);
      case 'cutLines':
        for (const line of await this.#some(parts, size * CUT_SHARE)) {
          this.lines.cut += 1;
          line.cut();
        }
        return;
      case 'freezeLines':
        return this.#freeze(parts, size);
    }
  }

  async #store({ stop }: FaultParts, size: number, begin: () => Promise<void> | void, end: () => Promise<void> | void): Promise<void> {
    this.#storeAway = true;
    try {
      await begin();
      await stop.pause(size * STORE_AWAY_MS);
    } finally {
      await end();
      this.#storeAway = false;
      this.#storeBackAt = systemClock.now();
    }
  }

  #cutOff(parts: FaultParts, size: number): Promise<void> {
    const { toStore } = parts;
    const { target } = toStore;
    return this.#store(
      parts,
      size * size,
      () => {
        toStore.target = 1;
        toStore.cut();
      },
      () => void (toStore.target = target),
    );
  }

  async #freeze(parts: FaultParts, size: number): Promise<void> {
    const frozen = await this.#some(parts, FROZEN_SHARE);
    this.lines.frozen += frozen.length;
    for (const line of frozen) line.freeze();
    await parts.stop.pause(size * FROZEN_MS);
    for (const line of frozen) line.thaw();
  }

  /** One line at least, as soon as there is any. */
  async #some({ toDesktops, random, stop }: FaultParts, share: number): Promise<ProxyLine[]> {
    while (toDesktops.lines.length === 0 && !stop.stopped) await stop.pause(LOOK_MS);
    const lines = [...toDesktops.lines];
    const count = Math.ceil(lines.length * share);
    return Array.from({ length: count }, () => lines.splice(Math.floor(random() * lines.length), 1)).flat();
  }
}
