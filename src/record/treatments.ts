import { RecordStatus, RecordType } from '../../protocol/dictionary/enumerations.js';
import { instantOf, offsetSeconds } from '../util/time-zone.js';
import { type Chain, nextInChain, type RecordData } from './chain.js';
import type { Ending, Written } from './hand-out.js';

/** What a list's configuration says is to be done about a call result. */
export type Treatment = { readonly dbid: number; readonly callResult: number } & TreatmentRule;

export type TreatmentRule =
  /** Dialed again up to `attempts` times, after `intervalMs`, which grows by `incrementMs` each time. */
  | { readonly action: 'Cycle'; readonly attempts: number; readonly intervalMs: number; readonly incrementMs: number }
  /** Dialed again once, on the same day; or the next of the chain is. After an interval. */
  | { readonly action: 'RetryIn' | 'NextInChainAfter'; readonly intervalMs: number }
  /** Dialed again once, when the clocks of the record's zone show this (milliseconds as if it were UTC). */
  | { readonly action: 'RetryAtDate'; readonly localMs: number }
  /** The next of the chain at once; the result for every row of it; AgentError; a callback for the group, due at once. */
  | { readonly action: 'NextInChain' | 'MarkAllChain' | 'MarkAsAgentError' | 'AssignToGroup' };

export interface ToTreat {
  /** Of the record's list, in its order. */
  readonly treatments: readonly Treatment[];
  /** As it is in hand: its first record is the one that was tried. */
  readonly chain: Chain;
  /** What any end of this attempt writes. */
  readonly written: Written & { readonly callResult: number };
  readonly nowMs: number;
  /** The record's zone. */
  readonly zone: string;
  /** A redial is for the agent who has the record, also where the record was nobody's. */
  readonly personal?: boolean;
}

/** Where a record stands in the treatments of its last result. */
interface Place {
  /** Of the treatment among those of the same result, from 1. */
  readonly sequence: number;
  /** Redials that the treatment has already ordered in a row. */
  readonly cycle: number;
}

const DAY_MS = 86_400_000;
const READ_BACK: ReadonlySet<number> = new Set([
  RecordType.CampaignRescheduled,
  RecordType.PersonalRescheduled,
  RecordType.PersonalCallBack,
  RecordType.CampaignCallBack,
]);
const PERSONAL: ReadonlySet<number> = new Set([RecordType.PersonalRescheduled, RecordType.PersonalCallBack]);

/**
 * What becomes of a record whose attempt ended with a call result. The treatments of a list for one result
 * are a sequence: each is used until it is used up (a Cycle after its attempts, any other after once),
 * then the next; another result begins with its own first. Where the record stands is kept in its field
 * `treatments`, `<DBID>@<cycle attempt>@<chain number>@<sequence number>`, both counts from 1, which is
 * believed only for rescheduled records and callbacks. Without a treatment that is left the record is
 * final (Updated), and the others of its chain are ChainUpdated.
 */
export function applyTreatment(of: ToTreat): Ending {
  const [record] = of.chain.records;
  const sequence = of.treatments.filter(({ callResult }) => callResult === of.written.callResult);
  let place = placeOf(record, sequence);
  for (const [index, treatment] of sequence.entries()) {
    const number = index + 1;
    if (number < place.sequence) continue;
    if (number > place.sequence) place = { sequence: number, cycle: 0 };
    const ending = treat(of, treatment, place);
    if (ending !== undefined) return ending;
  }
  return { kind: 'final', status: RecordStatus.Updated, ...of.written };
}

/** What one treatment makes of it; undefined where it is used up or does not fit. */
function treat(of: ToTreat, treatment: Treatment, place: Place): Ending | undefined {
  const { written, nowMs, chain } = of;
  const redial = (dueAtMs: number): Ending => putOff(of, treatment, place, redialType(of), dueAtMs);
  switch (treatment.action) {
    case 'Cycle':
      return place.cycle < treatment.attempts ? redial(nowMs + treatment.intervalMs + place.cycle * treatment.incrementMs) : undefined;
    case 'RetryIn': {
      const dueAtMs = nowMs + treatment.intervalMs;
      return place.cycle === 0 && sameDay(of.zone, nowMs, dueAtMs) ? redial(dueAtMs) : undefined;
    }
    case 'RetryAtDate': {
      const dueAtMs = instantOf(of.zone, treatment.localMs);
      return place.cycle === 0 && dueAtMs > nowMs ? redial(dueAtMs) : undefined;
    }
    case 'NextInChain':
      return nextInChain(chain) && { kind: 'next', status: RecordStatus.Updated, dueAtSeconds: null, ...written };
    case 'NextInChainAfter':
      return nextInChain(chain) && { kind: 'next', status: RecordStatus.Updated, dueAtSeconds: seconds(nowMs + treatment.intervalMs), ...written };
    case 'MarkAllChain':
      return { kind: 'final', status: RecordStatus.Updated, marksChain: true, ...written };
    case 'MarkAsAgentError':
      return { kind: 'final', status: RecordStatus.AgentError, ...written };
    case 'AssignToGroup':
      return place.cycle === 0 ? putOff(of, treatment, place, RecordType.CampaignCallBack, nowMs) : undefined;
  }
}

function putOff({ written, chain }: ToTreat, { dbid }: Treatment, { cycle, sequence }: Place, recordType: number, dueAtMs: number): Ending {
  const treatments = [dbid, cycle + 1, chain.records[0].chainN, sequence].join('@');
  return { kind: 'later', recordType, dueAtSeconds: seconds(dueAtMs), treatments, retry: true, ...written };
}

/** What was personal stays so. */
function redialType({ chain, personal }: ToTreat): number {
  return personal === true || PERSONAL.has(chain.records[0].recordType) ? RecordType.PersonalRescheduled : RecordType.CampaignRescheduled;
}

/** Where the record's field says it stands in this sequence; at its beginning where the field is of something else. */
function placeOf(record: RecordData, sequence: readonly Treatment[]): Place {
  const beginning = { sequence: 1, cycle: 0 };
  if (record.treatments === null || !READ_BACK.has(record.recordType)) return beginning;
  const found = /^(\d+)@(\d+)@(\d+)@(\d+)$/.exec(record.treatments.trim());
  if (found === null) return beginning;
  const [dbid = 0, cycle = 0, chainN = 0, number = 0] = found.slice(1).map(Number);
  if (chainN !== record.chainN || sequence[number - 1]?.dbid !== dbid) return beginning;
  return { sequence: number, cycle };
}

/** Rounded up: a redial never comes early. */
const seconds = (ms: number): number => Math.ceil(ms / 1000);

function sameDay(zone: string, aMs: number, bMs: number): boolean {
  const day = (ms: number): number => Math.floor((ms + offsetSeconds(zone, ms) * 1000) / DAY_MS);
  return day(aMs) === day(bMs);
}
