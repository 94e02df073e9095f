import type { CallingList, Deployment } from '../../config/deployment.js';

/** One file on its way into one list, whichever way it takes. */
export interface ImportJob {
  readonly deployment: Deployment;
  readonly list: CallingList;
  readonly source: AsyncGenerator<Uint8Array>;
  readonly skipBad: boolean;
  /** SHA-256 of the file, in hex. */
  readonly file: string;
}

export interface ImportDone {
  readonly loaded: number;
  /** The whole file was in the list already. */
  readonly before: boolean;
  /** Whoever imports has been told. */
  readonly told: () => Promise<void>;
  /** Lines of the rows that were not taken. */
  readonly rejected: ReadonlySet<number>;
}
