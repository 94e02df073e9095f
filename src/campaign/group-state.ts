
/** What a group remembers from its Load to its Unload. */
export interface Load {
  /** UUID of the session that the Load began. */
  readonly session: string;
  /** Number of the last event of this session that clients were told of. */
  readonly lastNumber: number;
  readonly autoCompletion: AutoCompletion;
  /** The mode running or last started since the load; 0 before the first start. */
  readonly dialMode: number;
  /** What SetDialingMode kept for the next start; 0: nothing. */
  readonly keptMode: number;
  /** A number of the OptimizeBy enumeration; 0: none set. */
  readonly optimizeBy: number;
  readonly optimizeGoal: number | null;
}

export interface AutoCompletion {
  readonly on: boolean;
  /** Who set it last, in words. */
  readonly by: string;
  /** When, in milliseconds. */
  readonly at: number;
}

/**
 * The states of a campaign group. UnloadInProgress and InActive of the published enumeration never
 * occur: an unload is one transaction.
 */
export type GroupState =
  | { readonly status: 'NotLoaded' }
  | { readonly status: 'Active'; readonly load: Load }
  | { readonly status: 'Running'; readonly load: Load }
  | { readonly status: 'WaitingUnload'; readonly load: Load; readonly deadlineMs: number };

export type GroupStatus = GroupState['status'];

/** What happens to a group, as the journal and everyone who reads it names it. */
export type GroupEventKind = 'Loaded' | 'Started' | 'ModeChanged' | 'Stopped' | 'Unloaded' | 'WaitingUnload';

/** One change of a group, before it is committed. */
export interface GroupEvent {
  readonly kind: GroupEventKind;
  /** GSW_EVENT_NUMBER; null for WaitingUnload, which no client is told of, so that what they see has no gap. */
  readonly number: number | null;
  /** The group's status behind the event. */
  readonly status: GroupStatus;
  readonly dialMode: number;
  readonly optimizeBy: number;
  readonly optimizeGoal: number | null;
  /** An Unloaded that did not wait for the records that were out. */
  readonly forced: boolean;
}
