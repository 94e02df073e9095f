import type { JournalRow } from '../../src/journal/row.js';
import { JournalTail } from '../../src/journal/tail.js';
import { Durations } from '../../src/metrics/durations.js';
import type { Step } from '../../src/service/measures.js';
import { answers, now } from './peer.js';

/** Loaded into the gateway: when a change of a campaign group was committed, which nobody outside can see to the microsecond. */

interface Committed {
  readonly groupDbid: number;
  readonly at: number;
  /** Milliseconds of processor time so far. */
  readonly cpuMs: number;
}

let committed: Committed[] = [];
const steps: [step: string, ms: number][] = [];

/** Has a look at the arguments of a method before it runs. */
function before<T extends object>(prototype: T, name: keyof T, look: (...args: never[]) => void): void {
  const method = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
  Reflect.set(prototype, name, function (this: unknown, ...args: unknown[]) {
    look(...(args as never[]));
    return Reflect.apply(method, this, args);
  });
}

// the first thing that a committed row meets is the tail of the journal, in the turn in which the commit was heard of
before(JournalTail.prototype, 'append', (row: JournalRow) => {
  if (row.kind !== 'Stopped') return;
  const { user, system } = process.cpuUsage();
  committed.push({ groupDbid: row.groupDbid, at: now(), cpuMs: (user + system) / 1000 });
});

before(Durations.prototype, 'took', (step: Step, _groupDbid: number, ms: number) => steps.push([step, ms]));

/** What was stopped since the last question. */
answers('stopped', (): Committed[] => {
  const answer = committed;
  committed = [];
  return answer;
});

/** What the engine has measured since the last question: the steps and their milliseconds. */
answers('steps', () => steps.splice(0));
