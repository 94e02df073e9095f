import type { RecordField } from '../lists/record-fields.js';
import type { RecordData } from '../record/chain.js';
import type { Ending, HandOut, RecordReport } from '../record/hand-out.js';
import type { CampaignGroup } from '../config/deployment.js';
import type { EndOutcome, UserEventRefusal } from './ports.js';

/** A record as a request about it sees it. */
export interface RecordInHand {
  readonly handOut: HandOut;
  /** Of its list. */
  readonly customFields: readonly RecordField[];
}

interface AboutRecord<Outcome> {
  readonly handle: number;
  readonly agentId: string;
  /** Called once. */
  answer(outcome: Outcome | UserEventRefusal): void;
}

/** A desktop's request that ends a record. */
export interface EndRequest extends AboutRecord<EndOutcome> {
  readonly kind: 'end';
  /** How the record ends, or why it cannot end so. */
  readonly ending: (record: RecordInHand) => Ending | UserEventRefusal;
  /** The event that acknowledges it. */
  readonly acknowledgment: (record: HandOut) => string;
  /** The request in a form that can be compared, so that the same one sent again is known. */
  readonly content: string;
}

/** A desktop's request that reports of a record and leaves it in hand. */
export interface ReportRequest extends AboutRecord<{ readonly kind: 'reported'; readonly handOut: HandOut; readonly group: CampaignGroup }> {
  readonly kind: 'report';
  readonly report: (record: RecordInHand) => RecordReport | UserEventRefusal;
}

/** A desktop's question for the other records of the chain of a record in hand. */
export interface ChainRequest
  extends AboutRecord<{
    readonly kind: 'chain';
    readonly handOut: HandOut;
    readonly group: CampaignGroup;
    /** As the store has them at this moment, final ones too, in the order of their places. */
    readonly others: readonly RecordData[];
  }> {
  readonly kind: 'chain';
}

export type RecordRequest = EndRequest | ReportRequest | ChainRequest;
