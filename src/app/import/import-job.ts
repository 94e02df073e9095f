import type { CallingList, Deployment } from '../../config/deployment.js';

/** One file on its way into one list, whichever way it takes. */
export interface ImportJob {
  readonly deployment: Deployment;
  readonly list: CallingList;
  readonly source: AsyncGenerator<Uint8Array>;
  readonly skipBad: boolean;
}

export interface ImportDone {
  readonly loaded: number;
  /** Lines of the rows that were not taken. */
  readonly rejected: ReadonlySet<number>;
}
