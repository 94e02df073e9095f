import type { CallEventName } from '../../client/index.js';
import type { ResultCount } from '../../store/statements/count-results.js';

/** One notification as a desktop got it. */
export interface Told {
  readonly name: string;
  readonly campaignGroup: string;
  readonly session: string;
  readonly number: bigint;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One event of a call as a desktop got it. */
export interface CallStep {
  readonly name: CallEventName;
  /** GSW_RECORD_HANDLE of the record that is attached to it. */
  readonly handle: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A record that an agent has ended after its call. */
export interface Worked {
  readonly handle: number;
  readonly phone: string;
  readonly customer: string;
  /** When its end was acknowledged; milliseconds since the epoch. */
  readonly at: number;
}

export interface DeskAccount {
  readonly agentId: string;
  readonly name: string;
  readonly dn: string;
  readonly group: string;
  readonly steps: readonly CallStep[];
  readonly worked: readonly Worked[];
  readonly told: readonly Told[];
}

/** What the supervisor's client was told unasked. */
export interface SupervisorEvent {
  readonly name: string;
  readonly status: number;
}

/** What HTTP says of the campaign group. */
export interface GroupLook {
  readonly state: string;
  readonly records: { readonly ready: number; readonly retrieved: number; readonly final: number; readonly total: number };
  readonly why: { readonly recordsOut: readonly { readonly agentId: string | null }[] };
}

/** Everything that a run of the demo has seen, for the checks and the tables. */
export interface Observed {
  /** Name of the group of agents that works the campaign. */
  readonly agentGroup: string;
  /** Records in the file. */
  readonly records: number;
  readonly loadAnswer: { readonly httpStatus: number; readonly body: unknown };
  readonly desks: readonly DeskAccount[];
  readonly supervisor: readonly SupervisorEvent[];
  /** The campaign group at the end. */
  readonly group: Pick<GroupLook, 'state' | 'records'>;
  /** What stands in the calling list after the gateway has stopped. */
  readonly results: readonly ResultCount[];
}
