/** One row of a calling list, as the engine holds it. */
export interface RecordData {
  readonly recordId: number;
  readonly chainN: number;
  readonly recordType: number;
  readonly phone: string;
  readonly callResult: number | null;
  readonly attempt: number;
  readonly zoneDbid: number | null;
  /** Seconds since the epoch. */
  readonly dialSchedTime: number | null;
  /** `<treatment DBID>@<cycle attempt>@<chain number>@<sequence number>`, where a treatment put it back. */
  readonly treatments: string | null;
  /** Last agent; for a personal callback the only one who may have it. */
  readonly agentId: string | null;
  readonly customFields: Readonly<Record<string, string | number | null>>;
}

/** A chain: the records of one person, taken and ended together. The first is the one to dial. */
export interface Chain {
  readonly listDbid: number;
  readonly chainId: number;
  /** 0 callback, 1 rescheduled, 2 general. */
  readonly urgency: number;
  readonly records: readonly [RecordData, ...RecordData[]];
}

/** The record that is dialed when the first is done with: the lowest place of the others. */
export function nextInChain({ records: [, ...others] }: Chain): RecordData | undefined {
  return others.toSorted((a, b) => a.chainN - b.chainN)[0];
}

/** What tells one chain of all lists from another. */
export function chainKey(chain: { readonly listDbid: number; readonly chainId: number }): string {
  return `${chain.listDbid}/${chain.chainId}`;
}
