import type { Clock } from '../util/clock.js';

/** Rows of the first step, before anything is known of the machine, and of any at least and at most. */
const FIRST_ROWS = 200;
const FEWEST_ROWS = 25;
const MOST_ROWS = 1000;
/** How long a step is to take, in milliseconds, while agents work: on the embedded store they wait that long for it, and some have to wait twice. */
const STEP_MS = 15;
/** While none does. It is short enough for the first agent who comes in the middle of one. */
const STEP_ALONE_MS = 40;
/** One measurement changes the size of a step by no more: it may have been the machine, and not the rows. */
const SHRINKS_TO = 1 / 4;
const GROWS_TO = 2;
/**
 * Of the time of a step, how long the next waits while agents work: else they would find the store, and its disk, at a step each
 * time. The longer they have had to wait, the longer, but for the bounds: they may wait for something else.
 */
const PAUSE_SHARE = { least: 1 / 4, most: 2 };
/** Agents who wait that long make the next step wait for as long as the last has taken. */
const LONG_WAIT_MS = 40;
const PAUSE_AT_MOST_MS = 100;

/** How many rows the next step takes, so that it lasts about `aimMs`, when one of `rows` has taken `tookMs`. */
export function nextRows(rows: number, tookMs: number, aimMs: number): number {
  const factor = Math.min(GROWS_TO, Math.max(SHRINKS_TO, aimMs / Math.max(tookMs, 1)));
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.round(rows * factor)));
}

/** How long the next step waits for agents, who waited `waitMs` for theirs, when one has taken `tookMs`; milliseconds. */
export function pauseAfter(tookMs: number, waitMs: number): number {
  const share = Math.min(PAUSE_SHARE.most, Math.max(PAUSE_SHARE.least, waitMs / LONG_WAIT_MS));
  return Math.min(PAUSE_AT_MOST_MS, Math.round(tookMs * share));
}

/**
 * The pace of the steps of one kind. A row of one file costs ten times what one of another does, and a machine is busier at one
 * moment than at the next: so a step is measured by its time, and not by its rows.
 */
export class ImportPace {
  #rows = FIRST_ROWS;

  constructor(
    private readonly clock: Clock,
    /** How long agents who work waited last, in milliseconds; undefined: none works. */
    private readonly agentsWait: () => number | undefined,
  ) {}

  /** Rows of the next step. */
  get rows(): number {
    return this.#rows;
  }

  /** A step of that many rows has taken so long. Resolves when the next may begin. */
  async took(rows: number, tookMs: number): Promise<void> {
    const waitMs = this.agentsWait();
    this.#rows = nextRows(rows, tookMs, waitMs === undefined ? STEP_ALONE_MS : STEP_MS);
    const pauseMs = waitMs === undefined ? 0 : pauseAfter(tookMs, waitMs);
    if (pauseMs > 0) await new Promise<void>((resolve) => void this.clock.after(pauseMs, resolve, { keepAlive: true }));
  }
}
