import type { GroupEvent } from '../campaign/group-state.js';

/** A committed change of a campaign group. */
export interface JournalRow extends GroupEvent {
  /** Rises over all groups. */
  readonly position: number;
  readonly groupDbid: number;
  readonly session: string;
  /** Milliseconds. */
  readonly at: number;
  /** Who or what caused it, in words. */
  readonly cause: string;
}
