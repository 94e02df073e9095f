import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { answers } from './peer.js';

/** Loaded into every server that is compared (`--import`, with `--expose-gc`): what it costs, asked from outside. */

/** Bytes of a process when its garbage is gone. */
export interface Memory {
  readonly rss: number;
  /** On the heap of JavaScript and in buffers beside it. */
  readonly used: number;
}

/** How late timers were, in milliseconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds between two looks at how late the loop is. */
const LOOK_EVERY_MS = 1;

const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
delay.enable();

/** The histogram has the time between two looks, which is never less than a millisecond. */
const late = (ns: number): number => Math.max(0, ns / 1e6 - LOOK_EVERY_MS);

answers('memory', async (): Promise<Memory> => {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await turn();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, used: heapUsed + external };
});

/** Milliseconds of processor time so far, all threads. */
answers('cpu', (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
});

answers('watchLoop', () => delay.reset());

answers('loopDelay', (): LoopDelay => {
  return { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
});
