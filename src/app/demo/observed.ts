import type { CallResultName } from '../../../protocol/index.js';

/** One notification as a desktop got it. */
export interface Told {
  readonly name: string;
  readonly campaignGroup: string;
  readonly session: string;
  readonly number: bigint;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A record as an agent worked it. */
export interface Worked {
  readonly handle: number;
  readonly phone: string;
  readonly customer: string;
  readonly result: CallResultName;
  /** When its end was acknowledged; milliseconds since the epoch. */
  readonly at: number;
}

export interface DeskAccount {
  readonly agentId: string;
  readonly name: string;
  readonly dn: string;
  readonly group: string;
  readonly worked: readonly Worked[];
  readonly told: readonly Told[];
}

/** What the supervisor's client was told unasked. */
export interface SupervisorEvent {
  readonly name: string;
  readonly status: number;
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
  readonly group: {
    readonly state: string;
    readonly records: { readonly ready: number; readonly retrieved: number; readonly final: number; readonly total: number };
  };
}
