/**
 * The only door to time: everything else takes a Clock (completion.md 1), so that tests can move it
 * and no rule can ask the system behind the caller's back.
 */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /**
   * Calls `fn` once after `delayMs`; the handle cancels it. A pending timer does not keep the process
   * alive, unless it is told to: a client that waits to reconnect has nothing else that would.
   */
  after(delayMs: number, fn: () => void, options?: { readonly keepAlive?: boolean }): TimerHandle;
  /** `hh:mm:ss.mmm` in the local zone (`TZ`), as the trace writes it. */
  timeOfDay(atMs: number): string;
}

export interface TimerHandle {
  cancel(): void;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, fn, { keepAlive = false } = {}) {
    const timer = setTimeout(fn, delayMs);
    if (!keepAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  timeOfDay(atMs) {
    const at = new Date(atMs);
    return `${pad(at.getHours(), 2)}:${pad(at.getMinutes(), 2)}:${pad(at.getSeconds(), 2)}.${pad(at.getMilliseconds(), 3)}`;
  },
};

/** `2026-11-22T14:52:01.123Z`: for logs that are read far from the machine that wrote them. */
export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
