/** What one run of one contender has come to. */
export interface Result {
  readonly records: number;
  readonly seconds: number;
  /** Of the client's process, all its threads. */
  readonly cpuSeconds: number;
  /** How long results waited for their acknowledgments, in milliseconds; a contender that does not acknowledge each has none. */
  readonly waits?: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** The value that a share of the others does not exceed. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
