import { writeFileSync } from 'node:fs';

/**
 * Loaded into a gateway's process before its program (`--import`): counts the timers that are pending, also those that
 * do not keep the process alive, and writes their number to a file when it is sent SIGUSR2.
 */

/** The variable that names the file. */
export const TIMERS_FILE = 'OCM_TEST_TIMERS';

const file = process.env[TIMERS_FILE];

function watch(into: string): void {
  const pending = new Set<NodeJS.Timeout>();
  const { setTimeout: begin, clearTimeout: end } = globalThis;
  const counted = (fn: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): NodeJS.Timeout => {
    const timer = begin(
      (...given: unknown[]) => {
        pending.delete(timer);
        fn(...given);
      },
      ms,
      ...args,
    );
    pending.add(timer);
    return timer;
  };
  // with what else it has, such as the way in which it is made a promise
  globalThis.setTimeout = Object.assign(counted, begin);
  globalThis.clearTimeout = (timer) => {
    if (typeof timer === 'object') pending.delete(timer);
    end(timer);
  };
  process.on('SIGUSR2', () => writeFileSync(into, String(pending.size)));
}

if (file !== undefined) watch(file);
