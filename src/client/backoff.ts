/** How a client comes back after its connection was lost. */
export interface ReconnectOptions {
  /** Before the first try, in milliseconds. */
  readonly firstDelayMs: number;
  /** The longest pause; also how long a connection must have lived for the pauses to begin anew. */
  readonly maxDelayMs: number;
}

export const DEFAULT_RECONNECT: ReconnectOptions = { firstDelayMs: 200, maxDelayMs: 10_000 };

/**
 * The pause before try `attempt` (from 0), in milliseconds: doubled each time, capped, and drawn from its
 * upper half, so that the clients of a gateway that restarts do not all come back at the same moment.
 * `random` is in [0, 1).
 */
export function reconnectDelayMs(attempt: number, { firstDelayMs, maxDelayMs }: ReconnectOptions, random: number): number {
  const fullMs = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(attempt, 30));
  return fullMs / 2 + (fullMs / 2) * random;
}
