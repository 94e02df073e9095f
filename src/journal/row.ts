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

/** A row that this process has announced, or takes over from an earlier life. */
export interface AnnouncedRow extends JournalRow {
  /** Rises in the order of announcing, which is what a line was written in; a row that was found late has a lower position than others before it. */
  readonly place: number;
}
