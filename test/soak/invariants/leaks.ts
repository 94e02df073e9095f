import type { Verdicts } from './verdicts.js';

/** What a process holds. */
export interface Holding {
  readonly connections: number;
  /** Agents that are logged in, or expected back. */
  readonly agents: number;
  readonly openFiles: number;
  readonly handles: number;
  readonly timers: number;
}

/** Resident memory, in bytes, of one process. */
export interface MemorySample {
  readonly atMs: number;
  readonly pid: number;
  readonly bytes: number;
}

/** What may be more than at the start without a leak: sessions of the store that were opened since, with their time-outs. */
const ALLOWED = 16;
/** Shorter than that, memory says nothing: it is still being warmed up. */
export const TREND_MS = 90_000;
/** By how much the second half of the time may be above the first. */
export const GROWTH = { share: 0.15, bytes: 24 * 1024 * 1024 } as const;

/** When every client has left, a gateway holds no more than one that has just started. */
export function judgeHolding(base: Holding, end: Holding, verdicts: Verdicts): void {
  verdicts.check('noLeak', end.connections === 0, () => `${end.connections} connections are open after every client has left`);
  verdicts.check('noLeak', end.agents === 0, () => `${end.agents} agents are logged in after all have logged out`);
  for (const what of ['openFiles', 'handles', 'timers'] as const) {
    verdicts.check('noLeak', end[what] <= base[what] + ALLOWED, () => `${what}: ${end[what]} at the end, ${base[what]} at the start`);
  }
}

const meanOf = (samples: readonly MemorySample[]): number => samples.reduce((sum, { bytes }) => sum + bytes, 0) / samples.length;

/** Memory of the process that lived last, when its load did not change any more; answers whether it could be judged. */
export function judgeMemory(samples: readonly MemorySample[], verdicts: Verdicts): boolean {
  const pid = samples.at(-1)?.pid;
  const own = samples.filter((sample) => sample.pid === pid);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < TREND_MS) return false;
  const middle = (first.atMs + last.atMs) / 2;
  const before = meanOf(own.filter(({ atMs }) => atMs < middle));
  const after = meanOf(own.filter(({ atMs }) => atMs >= middle));
  const most = before * (1 + GROWTH.share) + GROWTH.bytes;
  verdicts.check('noLeak', after <= most, () => `resident memory has grown from ${Math.round(before)} to ${Math.round(after)} bytes in the last third`);
  return true;
}
