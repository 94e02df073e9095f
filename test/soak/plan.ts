import { momentsOf } from '../faults/kill-run.js';
import { seededRandom } from '../support/random.js';
import type { SoakOptions } from './options.js';

export type FaultKind = 'kill' | 'terminate' | 'restart' | 'crash' | 'pause' | 'cutOff' | 'cutLines' | 'freezeLines';

export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  /** In [0, 1): how long it lasts, or how many it meets. */
  readonly size: number;
}

interface Rate {
  /** One in so many seconds. */
  readonly everyS: number;
  /** At least, however short the soak is. */
  readonly atLeast: number;
  /** Up to which part of the time: the last part belongs to one life of the gateway, whose memory is watched. */
  readonly upTo: number;
}

const RATES: Readonly<Record<FaultKind, Rate>> = {
  kill: { everyS: 40, atLeast: 2, upTo: 0.65 },
  terminate: { everyS: 150, atLeast: 0, upTo: 0.65 },
  restart: { everyS: 120, atLeast: 1, upTo: 0.95 },
  crash: { everyS: 180, atLeast: 0, upTo: 0.95 },
  pause: { everyS: 90, atLeast: 0, upTo: 0.95 },
  cutOff: { everyS: 75, atLeast: 1, upTo: 0.95 },
  cutLines: { everyS: 10, atLeast: 1, upTo: 1 },
  freezeLines: { everyS: 12, atLeast: 1, upTo: 1 },
};

const GATEWAY: readonly FaultKind[] = ['kill', 'terminate'];
const STORE: readonly FaultKind[] = ['restart', 'crash', 'pause', 'cutOff'];
/** What can be done to a server that is not ours. */
const ANY_STORE: readonly FaultKind[] = ['cutOff'];
const LINES: readonly FaultKind[] = ['cutLines', 'freezeLines'];

/** Which part of a gateway's surroundings a fault meets: those of one part follow one another. */
export function partOf(kind: FaultKind): 'gateway' | 'store' | 'lines' {
  if (GATEWAY.includes(kind)) return 'gateway';
  return STORE.includes(kind) ? 'store' : 'lines';
}

/** The faults of a soak, in order: they follow from its seed alone. */
export function planFaults({ minutes, seed, kill, cut, storeFaults, store }: Pick<SoakOptions, 'minutes' | 'seed' | 'kill' | 'cut' | 'storeFaults' | 'store'>): Fault[] {
  const random = seededRandom(seed);
  const durationMs = minutes * 60_000;
  const kinds = [...(kill ? GATEWAY : []), ...(storeFaults ? (store === undefined ? STORE : ANY_STORE) : []), ...(cut ? LINES : [])];
  return kinds
    .flatMap((kind) => {
      const { everyS, atLeast, upTo } = RATES[kind];
      const spanMs = durationMs * upTo;
      const count = Math.max(atLeast, Math.floor(spanMs / 1000 / everyS));
      return momentsOf(random, count, spanMs).map((atMs) => ({ atMs, kind, size: random() }));
    })
    .toSorted((one, other) => one.atMs - other.atMs);
}
