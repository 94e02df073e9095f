import type { CampaignGroup } from '../config/deployment.js';
import type { GroupStatus } from '../campaign/group-state.js';
import type { Refusal } from '../campaign/requests.js';
import type { AnnouncedRow, JournalRow } from '../journal/row.js';
import type { HandOut } from '../record/hand-out.js';

/** What the service needs of the world above it, and how it answers. Sessions and HTTP implement these. */

/** What a question to the store is answered with while the store cannot be reached. */
export { StoreAway } from '../store/client.js';

/** Tells clients what has happened. Everything it is told is committed. */
export interface Announcer {
  /**
   * One journal row, to everyone whom it concerns at this moment, before this call returns. `except`
   * has its answer instead of a copy; those of `also` get one even if they did not subscribe.
   */
  announce(row: AnnouncedRow, to: { readonly except?: object; readonly also?: readonly object[] }): void;
  /**
   * Place of the last journal row that was handed to the socket of an agent's line; undefined
   * where none was.
   */
  lastWritten(line: object): number | undefined;
  /** What a DN is told of the call that is connected to it for an agent. */
  call(kind: 'ringing' | 'established' | 'released', handOut: HandOut, dn: string): void;
  /** A personal callback is due and was handed to its agent, who has not asked for it. */
  scheduledCall(handOut: HandOut): void;
  /** A record was taken from the agent that had it. */
  recordCancelled(handOut: HandOut): void;
}

/** A campaign group at a moment. */
export interface GroupSnapshot {
  readonly group: CampaignGroup;
  readonly status: GroupStatus;
  /** The mode running or last started since the load; 0 before. */
  readonly dialMode: number;
  readonly optimizeBy: number;
  readonly optimizeGoal: number | null;
  readonly autoCompletion: boolean;
}

/** What became of a campaign request. */
export type CampaignOutcome =
  /** Done and committed: the event that answers. */
  | { readonly kind: 'done'; readonly event: JournalRow; readonly snapshot: GroupSnapshot }
  /** An Unload or Complete that waits for records that are out. */
  | { readonly kind: 'waiting'; readonly snapshot: GroupSnapshot }
  | { readonly kind: 'status'; readonly snapshot: GroupSnapshot }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly group: CampaignGroup | undefined };

/** Who sent a campaign request. `answer` is called once, in order with what is announced about the group. */
export interface Asker {
  /** What the announcer knows the asker by, where it can be announced to. */
  readonly origin?: object;
  answer(outcome: CampaignOutcome): void;
  /** After a `waiting` answer: the group is unloaded now. Not called across a restart. */
  unloaded?(event: JournalRow, snapshot: GroupSnapshot): void;
}

/** A refusal of a desktop's request: a number of UserEventError and words that name the key. */
export interface UserEventRefusal {
  readonly kind: 'refused';
  readonly number: number;
  readonly message: string;
  readonly handle?: number;
}

export type PreviewOutcome =
  | { readonly kind: 'record'; readonly handOut: HandOut; readonly group: CampaignGroup }
  | { readonly kind: 'empty'; readonly group: CampaignGroup }
  | UserEventRefusal;

/** What an ended record is acknowledged with. */
export type EndOutcome =
  | {
      readonly kind: 'ended';
      readonly handle: number;
      readonly listDbid: number;
      readonly callResult: number | null;
      /** The event that says so. */
      readonly acknowledgment: string;
      readonly group: CampaignGroup;
    }
  | UserEventRefusal;
