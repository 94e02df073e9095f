import { RecordStatus } from '../../../protocol/index.js';
import type { Verdicts } from './verdicts.js';

/** What is compared of a record before and after it was written. */
export interface RecordState {
  readonly status: number;
  readonly result: number | null;
  readonly attempt: number | null;
}

/** A row of a calling list that was, or became, final; `now` undefined: it was deleted. Times in milliseconds since the epoch. */
export interface FinalChange {
  readonly table: string;
  readonly recordId: number;
  readonly phone: string;
  readonly was: RecordState;
  readonly now: RecordState | undefined;
  readonly at: number;
}

const { Updated, Stale, Cancelled, AgentError, ChainUpdated, MissedCallBack } = RecordStatus;
const FINAL: ReadonlySet<number> = new Set([Updated, Stale, Cancelled, AgentError, ChainUpdated, MissedCallBack]);

/** Whether a status, as a number of RecordStatus, ends a record. */
export const isFinal = (status: number): boolean => FINAL.has(status);

/**
 * Records that are final, and since when: none becomes so twice or is changed after, and none is handed out or called after. What
 * is told of one record may come in any order: times decide.
 */
export class FinalRecords {
  readonly #finalAt = new Map<string, number>();
  readonly #lastOut = new Map<string, number>();

  constructor(private readonly verdicts: Verdicts) {}

  get count(): number {
    return this.#finalAt.size;
  }

  changed({ table, recordId, phone, was, now, at }: FinalChange): void {
    const name = `record ${recordId} of ${table} (${phone})`;
    this.verdicts.check('kept', now !== undefined, () => `${name} was deleted`);
    if (now === undefined) return;
    const same = was.status === now.status && was.result === now.result && was.attempt === now.attempt;
    const wasFinal = isFinal(was.status);
    this.verdicts.check('finalOnce', !wasFinal || same, () => `${name} was final and was changed: ${JSON.stringify(was)} to ${JSON.stringify(now)}`);
    if (wasFinal || !isFinal(now.status)) return;
    this.verdicts.check('finalOnce', !this.#finalAt.has(phone), () => `${name} is final for the second time`);
    this.#finalAt.set(phone, at);
    this.#compare(phone);
  }

  /** It was handed out, or its number was called. */
  wentOut(phone: string, at: number): void {
    this.#lastOut.set(phone, Math.max(at, this.#lastOut.get(phone) ?? 0));
    this.#compare(phone);
  }

  #compare(phone: string): void {
    const finalAt = this.#finalAt.get(phone);
    const outAt = this.#lastOut.get(phone);
    if (finalAt === undefined || outAt === undefined) return;
    this.verdicts.check('notDialedAgain', outAt <= finalAt, () => `${phone} was final at ${finalAt} and went out again at ${outAt}`);
  }
}
