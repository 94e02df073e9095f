import { expect } from 'chai';
import { FinalRecords, type RecordState } from './invariants/final-records.js';
import { judgeListening } from './invariants/heard-once.js';
import { type JournalEntry, JournalFold } from './invariants/journal-fold.js';
import { GROWTH, type Holding, judgeHolding, judgeMemory, type MemorySample, TREND_MS } from './invariants/leaks.js';
import { RecordsKept } from './invariants/records-kept.js';
import { judgeTenure, type Stay, type ToldRow } from './invariants/told-once.js';
import { type Invariant, Verdicts } from './invariants/verdicts.js';

const READY: RecordState = { status: 1, result: 28, attempt: 0 };
const OUT: RecordState = { status: 2, result: 28, attempt: 1 };
const DONE: RecordState = { status: 3, result: 33, attempt: 1 };
const GROUP = 1001;

let verdicts: Verdicts;
beforeEach(() => (verdicts = new Verdicts()));

function expectHolds(invariant: Invariant): void {
  expect(verdicts.breaches).to.deep.equal([]);
  expect(verdicts.checks[invariant], 'checks').to.be.at.least(1);
}

function expectBroken(invariant: Invariant, what: RegExp): void {
  expect(verdicts.breaches.map((breach) => breach.invariant)).to.deep.equal([invariant]);
  expect(verdicts.breaches[0]?.what).to.match(what);
}

describe('no record lost', () => {
  const PATIENCE_MS = 1000;
  let kept: RecordsKept;
  beforeEach(() => (kept = new RecordsKept(verdicts, PATIENCE_MS)));

  it('holds where every row is there, whether or not it was told so', () => {
    kept.counted('cl', 15, { asked: 20, sure: 10 }, { asked: 20, sure: 20 });
    kept.stranded([], 0, 0);
    kept.acknowledged({ phone: '1', acknowledged: 33, found: DONE });
    kept.atRest([]);
    expectHolds('kept');
  });

  it('is broken by a row too few, or one too many', () => {
    kept.counted('cl', 9, { asked: 20, sure: 10 }, { asked: 20, sure: 20 });
    expectBroken('kept', /cl has 9 rows/);
    kept.counted('cl', 21, { asked: 10, sure: 10 }, { asked: 20, sure: 20 });
    expect(verdicts.breaches).to.have.length(2);
  });

  it('is broken by a row that stays with nobody while the gateway serves', () => {
    const rows = [{ table: 'cl', recordId: 7 }];
    kept.stranded(rows, 0, 0);
    kept.stranded(rows, PATIENCE_MS, 0);
    expectHolds('kept');
    kept.stranded(rows, PATIENCE_MS + 1, 0);
    expectBroken('kept', /cl\/7/);
  });

  it('is not by one that is put back, or whose gateway has just come back', () => {
    const rows = [{ table: 'cl', recordId: 7 }];
    kept.stranded(rows, 0, 0);
    kept.stranded([], PATIENCE_MS, 0);
    kept.stranded(rows, PATIENCE_MS + 1, 0);
    kept.stranded(rows, 3 * PATIENCE_MS, 3 * PATIENCE_MS - 1);
    kept.stranded(rows, 9 * PATIENCE_MS, undefined);
    expectHolds('kept');
  });

  for (const found of [undefined, OUT, { ...DONE, result: 6 }]) {
    it(`is broken by an acknowledged result whose row is ${JSON.stringify(found)}`, () => {
      kept.acknowledged({ phone: '1', acknowledged: 33, found });
      expectBroken('kept', /1 was acknowledged with result 33/);
    });
  }

  for (const row of [{ status: 1, handedOut: false }, { status: 2, handedOut: true }, { status: 3, handedOut: true }, { status: 0, handedOut: false }]) {
    it(`is broken by ${JSON.stringify(row)} at the end`, () => {
      kept.atRest([{ table: 'cl', recordId: 7, ...row }]);
      expectBroken('kept', /cl\/7/);
    });
  }

  it('is broken by a row that is deleted', () => {
    new FinalRecords(verdicts).changed({ table: 'cl', recordId: 7, phone: '1', was: READY, now: undefined, at: 5 });
    expectBroken('kept', /record 7 of cl \(1\) was deleted/);
  });
});

describe('none final twice, none dialed after', () => {
  const row = { table: 'cl', recordId: 7, phone: '1' };
  let records: FinalRecords;
  beforeEach(() => (records = new FinalRecords(verdicts)));

  it('hold where a record goes out, becomes final, and is written again as it is', () => {
    records.wentOut('1', 3);
    records.changed({ ...row, was: OUT, now: DONE, at: 5 });
    records.changed({ ...row, was: DONE, now: DONE, at: 6 });
    expectHolds('finalOnce');
    expectHolds('notDialedAgain');
    expect(records.count).to.equal(1);
  });

  for (const now of [READY, OUT, { ...DONE, result: 6 }, { ...DONE, attempt: 2 }, { ...DONE, status: 6 }]) {
    it(`none final twice is broken by a final record that becomes ${JSON.stringify(now)}`, () => {
      records.changed({ ...row, was: OUT, now: DONE, at: 5 });
      records.changed({ ...row, was: DONE, now, at: 6 });
      expectBroken('finalOnce', /was final and was changed/);
    });
  }

  it('none final twice is broken by a second end, however it came to be open again', () => {
    records.changed({ ...row, was: OUT, now: DONE, at: 5 });
    records.changed({ ...row, was: OUT, now: DONE, at: 6 });
    expectBroken('finalOnce', /final for the second time/);
  });

  it('none dialed after is broken by a call after the end, whichever is told first', () => {
    records.changed({ ...row, was: OUT, now: DONE, at: 5 });
    records.wentOut('1', 6);
    expectBroken('notDialedAgain', /final at 5 and went out again at 6/);
    records.wentOut('2', 6);
    records.changed({ ...row, phone: '2', was: OUT, now: DONE, at: 5 });
    expect(verdicts.breaches).to.have.length(2);
  });
});

const entry = (position: number, kind: string, number: number | null, status: number, session = 's1'): JournalEntry => ({
  position,
  group_dbid: GROUP,
  session,
  number,
  kind,
  status,
  at: position * 100,
  cause: kind === 'Unloaded' ? 'auto completion' : 'test',
});
const CYCLE = [entry(1, 'Loaded', 1, 4), entry(2, 'Started', 2, 5), entry(3, 'Stopped', 3, 4), entry(4, 'Unloaded', 4, 0)];

describe('the journal', () => {
  let journal: JournalFold;
  beforeEach(() => (journal = new JournalFold(verdicts)));

  it('holds where sessions follow one another, with what nobody is told of', () => {
    journal.read([...CYCLE, entry(5, 'Loaded', 1, 4, 's2'), entry(6, 'ModeChanged', 2, 4, 's2'), entry(7, 'WaitingUnload', null, 1, 's2'), entry(8, 'Unloaded', 3, 0, 's2')]);
    expectHolds('asJournal');
    expectHolds('toldOnce');
    expect([journal.completions, journal.lastPosition]).to.deep.equal([2, 8]);
  });

  const [loaded, started, stopped, unloaded] = CYCLE as [JournalEntry, JournalEntry, JournalEntry, JournalEntry];
  const BROKEN: Readonly<Record<string, readonly JournalEntry[]>> = {
    'a completion that is there twice': [...CYCLE, { ...unloaded, position: 5, number: 5 }],
    'an unload without its stop': [loaded, started, { ...unloaded, number: 3 }],
    'a start of what was not loaded': [started],
    'a status that is not what the row leads to': [loaded, { ...started, status: 4 }],
    'a number that is left out': [loaded, started, { ...stopped, number: 4 }],
    'a number that is there twice': [loaded, { ...started, number: 1 }],
    'a session that is loaded twice': [...CYCLE, { ...loaded, position: 5 }],
    'a row of another session': [loaded, { ...started, session: 's2' }],
    'a kind that there is not': [loaded, { ...started, kind: 'Paused' }],
  };
  for (const [what, entries] of Object.entries(BROKEN)) {
    it(`is broken by ${what}`, () => {
      journal.read(entries);
      expect(verdicts.breaches).to.have.length.at.least(1);
    });
  }

  it('is compared with the store and with HTTP', () => {
    journal.read(CYCLE.slice(0, 2));
    const stored = { dbid: GROUP, status: 5, session: 's1', lastNumber: 2 };
    journal.compare(stored);
    journal.compareReport(GROUP, 'Running');
    journal.compare({ dbid: 1002, status: 0, session: null, lastNumber: 0 });
    expectHolds('asJournal');
    for (const wrong of [{ status: 4 }, { session: 's2' }, { lastNumber: 3 }, { status: 0 }]) journal.compare({ ...stored, ...wrong });
    journal.compareReport(GROUP, 'Active');
    expect(verdicts.breaches.map(({ invariant }) => invariant)).to.deep.equal(Array(5).fill('asJournal'));
  });
});

const told = (...numbers: number[]): ToldRow[] => numbers.map((number) => ({ session: 's1', number, name: `Campaign${CYCLE[number - 1]?.kind}` }));

describe('told once on each living connection', () => {
  const REPLAY_MS = 60_000;
  function judge(...stays: Stay[]): ReturnType<typeof judgeTenure> {
    const journal = new JournalFold(verdicts);
    journal.read(CYCLE);
    return judgeTenure({ agentId: '1', group: GROUP, stays }, { journal, verdicts, replayMs: REPLAY_MS });
  }

  it('holds where a line has brought all of its time', () => {
    expect(judge({ startMs: 0, told: told(1, 2, 3, 4), sureUntilMs: 1000 })).to.deep.equal({ notifications: 4, lostOnTheWay: 0 });
    expectHolds('toldOnce');
  });

  it('holds where the agent came in the middle, or nothing is sure of the end', () => {
    judge({ startMs: 250, told: told(3, 4), sureUntilMs: 1000 });
    judge({ startMs: 0, told: told(1, 2), sureUntilMs: 250 });
    judge({ startMs: 0, told: [] });
    expectHolds('toldOnce');
  });

  const BROKEN: Readonly<Record<string, Stay>> = {
    'one that came twice': { startMs: 0, told: told(1, 2, 2, 3, 4), sureUntilMs: 1000 },
    'one that did not come': { startMs: 0, told: told(1, 2, 4), sureUntilMs: 1000 },
    'the first that did not come': { startMs: 0, told: told(2, 3, 4), sureUntilMs: 1000 },
    'the last that did not come': { startMs: 0, told: told(1, 2, 3), sureUntilMs: 1000 },
    'an order that is another': { startMs: 0, told: told(1, 3, 2, 4), sureUntilMs: 1000 },
    'one that is not in the journal': { startMs: 0, told: [...told(1, 2, 3, 4), { session: 's1', number: 5, name: 'CampaignLoaded' }], sureUntilMs: 1000 },
    'one by another name': { startMs: 0, told: [...told(1, 2, 3), { session: 's1', number: 4, name: 'CampaignStopped' }], sureUntilMs: 1000 },
  };
  for (const [what, stay] of Object.entries(BROKEN)) {
    it(`is broken by ${what}`, () => {
      judge(stay);
      expect(verdicts.breaches).to.have.length.at.least(1);
      expect(new Set(verdicts.breaches.map(({ invariant }) => invariant))).to.deep.equal(new Set(['toldOnce']));
    });
  }

  it('wants what happened between two lines on the second', () => {
    const first: Stay = { startMs: -9000, endMs: -5000, told: [] };
    judge(first, { startMs: 1000, told: told(1, 2, 3, 4), sureUntilMs: 2000 });
    expectHolds('toldOnce');
    judge(first, { startMs: 1000, told: told(3, 4), sureUntilMs: 2000 });
    expectBroken('toldOnce', /away from -5000 to 1000, was not told after it: Loaded 1 of s1, at 100; Started 2/);
  });

  it('does not want again what a line was given that was lost before it had brought the answer to its login', () => {
    const first: Stay = { startMs: -9000, endMs: -5000, told: [] };
    judge(first, { startMs: 1000, givenUntilMs: 300, told: told(3, 4), sureUntilMs: 2000 });
    expectHolds('toldOnce');
    judge(first, { startMs: 9000, givenUntilMs: -3000, told: told(3, 4), sureUntilMs: 10_000 });
    expectBroken('toldOnce', /Loaded 1 of s1, at 100; Started 2/);
  });

  it('counts what a line was given when it was cut, and lets go of what is older than the window', () => {
    const lost = judge({ startMs: 0, endMs: 250, told: told(1) }, { startMs: 350, told: told(4), sureUntilMs: 1000 });
    expect(lost).to.deep.equal({ notifications: 2, lostOnTheWay: 2 });
    judge({ startMs: -9000, endMs: -5000, told: [] }, { startMs: 10 * REPLAY_MS, told: [], sureUntilMs: 11 * REPLAY_MS });
    expectHolds('toldOnce');
  });
});

describe('told once to direct clients', () => {
  function listen(startMs: number, sureUntilMs: number, kinds: readonly string[]): number {
    const journal = new JournalFold(verdicts);
    journal.read([...CYCLE, ...CYCLE.map((row) => ({ ...row, position: row.position + 4, at: row.at + 400, session: 's2' }))]);
    return judgeListening({ startMs, sureUntilMs, heard: new Map([[GROUP, kinds]]) }, [GROUP], journal, verdicts);
  }
  const KINDS = CYCLE.map(({ kind }) => kind);

  it('holds where a line has brought a piece of the journal, as long as it has to be', () => {
    expect(listen(0, 900, [...KINDS, ...KINDS])).to.equal(8);
    listen(0, 400, KINDS);
    listen(0, 350, KINDS);
    listen(450, 900, KINDS);
    listen(450, 900, ['Unloaded', ...KINDS]);
    listen(0, -1, []);
    listen(900, 950, []);
    expectHolds('toldOnce');
  });

  const BROKEN: Readonly<Record<string, readonly string[]>> = {
    'nothing': [],
    'one too few at the end': [...KINDS, ...KINDS.slice(0, 3)],
    'one too few at the start': [...KINDS.slice(1), ...KINDS],
    'one too few in the middle': [...KINDS.slice(0, 3), ...KINDS],
    'a whole session too few': KINDS,
    'one twice': [...KINDS, 'Unloaded', ...KINDS],
    'more than there is': [...KINDS, ...KINDS, 'Loaded'],
  };
  for (const [what, kinds] of Object.entries(BROKEN)) {
    it(`is broken by ${what}`, () => {
      listen(0, 900, kinds);
      expectBroken('toldOnce', /was told of group 1001/);
    });
  }
});

const samples = (count: number, bytesAt: (index: number) => number): MemorySample[] =>
  Array.from({ length: count }, (_, index) => ({ atMs: (index * TREND_MS) / 10, pid: 7, bytes: bytesAt(index) }));

describe('no leak', () => {
  const base: Holding = { connections: 0, agents: 0, openFiles: 30, handles: 10, timers: 8 };

  it('holds where the store has opened a few sessions more', () => {
    judgeHolding(base, { ...base, openFiles: 40, handles: 20, timers: 15 }, verdicts);
    expectHolds('noLeak');
  });

  for (const [what, count] of Object.entries({ connections: 1, agents: 1, openFiles: 60, handles: 40, timers: 40 })) {
    it(`is broken by ${count} ${what}`, () => {
      judgeHolding(base, { ...base, [what]: count }, verdicts);
      expect(verdicts.breaches.map(({ invariant }) => invariant)).to.deep.equal(['noLeak']);
    });
  }

  const MIB = 1024 * 1024;

  it('judges the memory of the last life, where that was long enough', () => {
    expect(judgeMemory([], verdicts)).to.equal(false);
    expect(judgeMemory(samples(10, () => MIB), verdicts)).to.equal(false);
    expect(judgeMemory([{ atMs: 0, pid: 6, bytes: 1 }, ...samples(10, () => MIB)], verdicts)).to.equal(false);
    expect(verdicts.checks.noLeak).to.equal(0);
    expect(judgeMemory(samples(20, (index) => 200 * MIB + (index % 5) * MIB), verdicts)).to.equal(true);
    expectHolds('noLeak');
  });

  it('is broken by memory that grows', () => {
    const step = (200 * MIB * GROWTH.share + GROWTH.bytes) / 5;
    judgeMemory(samples(20, (index) => 200 * MIB + index * step), verdicts);
    expectBroken('noLeak', /resident memory has grown/);
  });
});
