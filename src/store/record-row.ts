/** The place in its chain of a row that says none: behind the others. */
export const LAST_PLACE = 2_147_483_647;

/** Below every id, for those that read a list in the order of its ids. */
export const BEFORE_ALL = -2_147_483_649;

/** A retrieved row, as the statements answer it. */
export interface RecordRow {
  readonly list_dbid: number;
  /** 0 callback, 1 rescheduled, 2 general. */
  readonly urgency: number;
  readonly record_id: number;
  readonly chain_id: number;
  readonly chain_n: number;
  readonly record_type: number;
  readonly contact_info: string;
  readonly contact_info_type: number | null;
  readonly call_result: number | null;
  readonly attempt: number | null;
  readonly tz_dbid: number | null;
  readonly dial_sched_time: number | null;
  readonly treatments: string | null;
  readonly agent_id: string | null;
  readonly custom: Readonly<Record<string, string | number | null>>;
}
