import { GroupCampaignStatus, nameOf } from '../../../protocol/index.js';
import type { JournalRecord } from '../../../src/store/statements/journal.js';
import type { Verdicts } from './verdicts.js';

export type JournalEntry = Pick<JournalRecord, 'position' | 'group_dbid' | 'session' | 'number' | 'kind' | 'status' | 'at' | 'cause'>;

/** What a row of the journal may follow, and leads to: written by hand, not taken from the machine. */
const STEPS: Readonly<Record<string, { readonly from: readonly number[]; readonly to?: number }>> = {
  Loaded: { from: [0], to: 4 },
  Started: { from: [4], to: 5 },
  ModeChanged: { from: [4, 5] },
  Stopped: { from: [5], to: 4 },
  WaitingUnload: { from: [4, 1], to: 1 },
  Unloaded: { from: [4, 1], to: 0 },
};

/** A campaign group as its rows in the store say. */
export interface StoredGroup {
  readonly dbid: number;
  readonly status: number;
  readonly session: string | null;
  readonly lastNumber: number;
}

interface Folded {
  status: number;
  session: string | undefined;
  number: number;
  /** Rows that clients are told of, in order. */
  readonly told: JournalEntry[];
  /** By session and number, the place among them. */
  readonly places: Map<string, number>;
}

const placeName = (session: string, number: number): string => `${session} ${number}`;

/** The journal, row by row: what became of each campaign group. A session is loaded once and ends once, its numbers rise by one. */
export class JournalFold {
  readonly #groups = new Map<number, Folded>();
  readonly #sessions = new Set<string>();
  lastPosition = 0;
  completions = 0;
  unloads = 0;

  constructor(private readonly verdicts: Verdicts) {}

  /** The next rows, in the order of their positions. */
  read(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#read(entry);
  }

  /** Rows of a group that clients are told of, in order. */
  told(group: number): readonly JournalEntry[] {
    return this.#groups.get(group)?.told ?? [];
  }

  /** The place of a row among these; undefined where the journal has no such row. */
  placeOf(group: number, session: string, number: number): number | undefined {
    return this.#groups.get(group)?.places.get(placeName(session, number));
  }

  /** What the store says of a group, read in one with the journal up to here. */
  compare({ dbid, status, session, lastNumber }: StoredGroup): void {
    const { status: folded, session: foldedSession, number } = this.#of(dbid);
    const same = status === folded && (status === 0 || (session === foldedSession && lastNumber === number));
    this.verdicts.check('asJournal', same, () => `group ${dbid} is ${String(status)} in session ${session}, event ${lastNumber}; the journal says ${folded} in session ${foldedSession}, event ${number}`);
  }

  /** Whether the journal says so of a group, too. */
  agrees(dbid: number, state: string): boolean {
    return state === nameOf(GroupCampaignStatus, this.#of(dbid).status);
  }

  /** What HTTP says of a group while the journal said nothing new of it. */
  compareReport(dbid: number, state: string): void {
    this.verdicts.check('asJournal', this.agrees(dbid, state), () => `HTTP says that group ${dbid} is ${state}, the journal says status ${this.#of(dbid).status}`);
  }

  #of(dbid: number): Folded {
    let group = this.#groups.get(dbid);
    if (group === undefined) this.#groups.set(dbid, (group = { status: 0, session: undefined, number: 0, told: [], places: new Map() }));
    return group;
  }

  #read(entry: JournalEntry): void {
    const { position, group_dbid: dbid, session, number, kind, status, cause } = entry;
    const group = this.#of(dbid);
    const name = `row ${position} of the journal (group ${dbid}, ${kind} ${number ?? '-'} of session ${session}, ${cause})`;
    const step = STEPS[kind];
    const fits = step?.from.includes(group.status) === true && status === (step.to ?? group.status);
    this.verdicts.check('asJournal', fits, () => `${name} cannot follow status ${group.status}`);
    const isLoad = kind === 'Loaded';
    this.verdicts.check('toldOnce', isLoad ? !this.#sessions.has(session) : session === group.session, () => `${name}: the session ${isLoad ? 'was loaded before' : `is not ${group.session}`}`);
    this.#sessions.add(session);
    if (isLoad) group.number = 0;
    if (number !== null) {
      this.verdicts.check('toldOnce', number === group.number + 1, () => `${name} follows event ${group.number}`);
      group.number = number;
      group.places.set(placeName(session, number), group.told.length);
      group.told.push(entry);
    }
    group.session = session;
    group.status = status;
    this.lastPosition = position;
    if (kind !== 'Unloaded') return;
    this.unloads += 1;
    if (cause === COMPLETION) this.completions += 1;
  }
}

/** The cause of what a group does by itself when it is depleted. */
export const COMPLETION = 'auto completion';
