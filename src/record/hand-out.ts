import type { Chain } from './chain.js';

/** A record that is with an agent. Its row in the store was committed before the agent heard of it. */
export interface HandOut {
  readonly handle: number;
  readonly groupDbid: number;
  readonly session: string;
  readonly chain: Chain;
  readonly agentId: string;
  /** Attempts before this one. */
  readonly attempt: number;
  readonly attemptGuid: string;
  /** A call result that was reported before the end: with one, the record is never dialed again. */
  readonly callResult: number | null;
  readonly handedAt: number;
}

/** How a record in hand ends. */
export type Ending =
  | {
      readonly kind: 'final';
      /** A final record_status. */
      readonly status: number;
      readonly callResult: number | null;
      /** Attempts that this end adds. */
      readonly attempts: number;
      readonly calledAt: number | null;
      readonly customFields: Readonly<Record<string, string | number | null>>;
    }
  | { readonly kind: 'ready' };

const AGENT_ERROR = 6;

/**
 * What becomes of a record whose agent did not end it (completion.md 4): not dialed, it is Ready
 * again; answered, or with a result reported, it is final (AgentError) and never dialed again.
 */
export function endingOfAbandoned(handOut: HandOut): Ending {
  if (handOut.callResult === null) return { kind: 'ready' };
  return { kind: 'final', status: AGENT_ERROR, callResult: handOut.callResult, attempts: 0, calledAt: null, customFields: {} };
}
