import type { Clock, TimerHandle } from '../util/clock.js';

/**
 * Like `clock.after`, but once the time is over the sockets are read once more before `fn` is called.
 * After a pause of the whole process (a moved virtual machine, a debugger) its timers run before what
 * the clients have sent meanwhile is read; without this the gateway would take its own pause for theirs.
 */
export function afterLastLook(clock: Clock, delayMs: number, fn: () => void): TimerHandle {
  let timer = clock.after(delayMs, () => {
    timer = clock.after(0, fn);
  });
  return { cancel: () => timer.cancel() };
}
