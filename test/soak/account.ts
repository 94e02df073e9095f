import type { SoakOptions } from './options.js';
import { type Breach, INVARIANTS, type Invariant } from './invariants/verdicts.js';

/** What a soak has done and found. */
export interface SoakOutcome {
  readonly options: SoakOptions;
  readonly seconds: number;
  /** What happened, by subject: numbers with their names. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly checks: Readonly<Record<Invariant, number>>;
  readonly breaches: readonly Breach[];
  /** What ended it early, where that was no breach. */
  readonly failure: Error | undefined;
  /** What could not be judged, and why. */
  readonly notJudged: readonly string[];
  readonly logs: string;
}

export const isClean = ({ breaches, failure }: SoakOutcome): boolean => breaches.length === 0 && failure === undefined;

/** One thing that is wrong may break an invariant for a thousand desktops. */
const SHOWN = 10;

const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** The account that is printed at the end. */
export function describeOutcome(outcome: SoakOutcome): string {
  const { options, seconds, counts, checks, breaches, failure, notJudged, logs } = outcome;
  const lines = [`Soak of ${options.desktops} desktops and ${options.groups} campaign groups, seed ${options.seed}: ${seconds.toFixed(0)} s`];
  for (const [subject, numbers] of Object.entries(counts)) {
    lines.push(`  ${subject.padEnd(10)} ${Object.entries(numbers).map(([name, count]) => `${words(name)} ${count}`).join(', ')}`);
  }
  lines.push('Invariants:');
  for (const [name, text] of Object.entries(INVARIANTS) as [Invariant, string][]) {
    const broken = breaches.filter(({ invariant }) => invariant === name).length;
    lines.push(`  ${broken === 0 ? 'holds ' : 'BROKEN'}  ${text}: ${checks[name]} checks`);
  }
  for (const what of notJudged) lines.push(`  not judged: ${what}`);
  for (const { invariant, what } of breaches.slice(0, SHOWN)) lines.push(`Breach (${INVARIANTS[invariant]}): ${what}`);
  if (breaches.length > SHOWN) lines.push(`and ${breaches.length - SHOWN} more`);
  if (failure !== undefined) lines.push(`Failed: ${failure.stack ?? failure.message}`);
  if (!isClean(outcome)) lines.push(`Seed ${options.seed}; logs and deployment are in ${logs}`);
  return `${lines.join('\n')}\n`;
}
