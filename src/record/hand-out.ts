import type { Chain } from './chain.js';

/**
 * A record that is out: with an agent, or on a call that the gateway has placed. Its row in the store
 * was committed before the agent, or the dialer, heard of it.
 */
export interface RecordOut {
  readonly handle: number;
  readonly groupDbid: number;
  readonly session: string;
  readonly chain: Chain;
  /** Null: a call that has no agent yet. */
  readonly agentId: string | null;
  /** Attempts before this one. */
  readonly attempt: number;
  readonly attemptGuid: string;
  /** A call result that was reported before the end: with one, the record is never dialed again. */
  readonly callResult: number | null;
  readonly handedAt: number;
  /** The gateway's own call about it: none in Preview. */
  readonly call: CallState;
}

/** `answered`: the customer is, or was, on the line, so the record is never dialed again. */
export type CallState = 'none' | 'placed' | 'answered' | 'released';

/** A record that is with an agent. */
export interface HandOut extends RecordOut {
  readonly agentId: string;
}

/** A record that is out, and how its call has ended, where that is known and not written yet. */
export interface KnownOut {
  readonly record: RecordOut;
  readonly ending: Ending | undefined;
}

/** What an end writes into the record's row. */
export interface Written {
  readonly callResult: number | null;
  /** Attempts that this end adds. */
  readonly attempts: number;
  readonly calledAt: number | null;
  readonly customFields: Readonly<Record<string, string | number | null>>;
}

/** What an end puts on the do-not-call list, in the same commit. */
export interface Forbidden {
  /** Every number of the chain, or the record's alone. */
  readonly wholeChain: boolean;
  /** Its customer too: the one that is named, or, for a whole chain, the one that the record's own field names. */
  readonly customerId: string | null;
  /** Kept with the entry. */
  readonly campaignId: number | null;
}

/** Ends that are the last word on the record itself. */
interface Closed extends Written {
  readonly status: number;
  /** Absent: the row keeps its record_type. */
  readonly recordType?: number;
  readonly forbids?: Forbidden;
}

/** How a record in hand ends. */
export type Ending =
  /** With a final record_status; the others of its chain are ChainUpdated, or marked like it (MarkAllChain). */
  | (Closed & { readonly kind: 'final'; readonly marksChain?: true })
  /** The record alone is final, and the next of its chain is the one to dial: at once, or from a time on. */
  | (Closed & { readonly kind: 'next'; readonly dueAtSeconds: number | null })
  /** To be dialed again at a time. */
  | (Written & {
      readonly kind: 'later';
      readonly recordType: number;
      readonly dueAtSeconds: number;
      /** The field `treatments`; null clears it. */
      readonly treatments: string | null;
      /** A treatment's redial, which holds the completion of its session (completion.md 2.3). */
      readonly retry: boolean;
    })
  | { readonly kind: 'ready' };

const UPDATED = 3;
const AGENT_ERROR = 6;
/** CallResult of a call that nobody took in time. */
const ABANDONED = 21;

/** What is reported of a record that stays in hand. */
export interface RecordReport {
  readonly callResult: number | null;
  readonly calledAt: number | null;
  readonly customFields: Readonly<Record<string, string | number | null>>;
}

/** The hand-out after a report. */
export function withReport(handOut: HandOut, { callResult, customFields }: RecordReport): HandOut {
  const [record, ...others] = handOut.chain.records;
  const reported = { ...record, callResult: callResult ?? record.callResult, customFields: { ...record.customFields, ...customFields } };
  return { ...handOut, callResult: callResult ?? handOut.callResult, chain: { ...handOut.chain, records: [reported, ...others] } };
}

/**
 * Attempts that a result adds when it is the agent who reports it: a Preview attempt counts once, with its
 * first result; that of a call was counted before it was placed (completion.md 4).
 */
export function attemptsToCount(handOut: HandOut): number {
  return handOut.call === 'none' && handOut.callResult === null ? 1 : 0;
}

/** What its agent says of a record, without the time of a call that the gateway has placed itself: that is written already. */
export function besidesOwnCall<T extends Ending | RecordReport>(handOut: HandOut, said: T): T {
  return handOut.call === 'none' || !('calledAt' in said) ? said : { ...said, calledAt: null };
}

/**
 * What becomes of a record that nobody ended (completion.md 4): not answered, it is Ready again; answered, or
 * with a result reported, it is final and never dialed again: AgentError, or Abandoned where no agent had it.
 */
export function endingOfAbandoned(record: RecordOut): Ending {
  const answered = record.call === 'answered' || record.call === 'released';
  if (record.callResult === null && !answered) return { kind: 'ready' };
  const written = { attempts: 0, calledAt: null, customFields: {} };
  if (record.agentId === null) return { kind: 'final', status: UPDATED, callResult: ABANDONED, ...written };
  return { kind: 'final', status: AGENT_ERROR, callResult: record.callResult, ...written };
}

/** The call result that a record has after its end, where one is known. */
export function resultOf(handOut: RecordOut, ending: Ending): number | null {
  return ending.kind === 'ready' ? handOut.callResult : (ending.callResult ?? handOut.callResult);
}
