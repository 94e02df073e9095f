import { JournalTail } from '../../src/journal/tail.js';
import { Durations } from '../../src/metrics/durations.js';
import { answers, now } from './peer.js';
import './probe.js';

/** Loaded into the gateway: when a change of a campaign group was committed, which nobody outside can see to the microsecond. */

interface Committed {
  readonly groupDbid: number;
  readonly at: number;
  /** Milliseconds of processor time so far. */
  readonly cpuMs: number;
}

let committed: Committed[] = [];
const steps: [step: string, ms: number][] = [];

// the first thing that a committed row meets is the tail of the journal, in the turn in which the commit was heard of
const append = JournalTail.prototype.append;
JournalTail.prototype.append = function (row) {
  if (row.kind === 'Stopped') {
    const { user, system } = process.cpuUsage();
    committed.push({ groupDbid: row.groupDbid, at: now(), cpuMs: (user + system) / 1000 });
  }
  return append.call(this, row);
};

const took = Durations.prototype.took;
Durations.prototype.took = function (step, groupDbid, ms) {
  steps.push([step, ms]);
  took.call(this, step, groupDbid, ms);
};

/** What was stopped since the last question. */
answers('stopped', (): Committed[] => {
  const answer = committed;
  committed = [];
  return answer;
});

/** What the engine has measured since the last question: the steps and their milliseconds. */
answers('steps', () => steps.splice(0));
