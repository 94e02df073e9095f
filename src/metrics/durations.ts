import { Histogram, type Registry } from 'prom-client';
import type { CommitOf, Measures, Step } from '../service/measures.js';

/** Seconds. From what an embedded store needs for one row to what makes people ask. */
const BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** What the `of` of a commit says. */
const COMMITS: Readonly<Record<CommitOf, string>> = {
  handOut: 'hand_out',
  result: 'result',
  report: 'report',
  call: 'call',
  change: 'change',
  completion: 'completion',
};

/** The way from the last result to the last desktop, in its order. */
const STAGES = { result: 'result_commit', probe: 'probe', completion: 'completion_commit', fanOut: 'fan_out' } as const satisfies Partial<Record<Step, string>>;

/** How long the engine takes for what somebody waits for. */
export class Durations implements Measures {
  readonly #retrieval: Histogram;
  readonly #probe: Histogram;
  readonly #fanOut: Histogram;
  readonly #commit: Histogram<'of'>;
  readonly #stage: Histogram<'stage'>;
  /** Campaign group -> its last step of each kind, in milliseconds. */
  readonly #last = new Map<number, Map<Step, number>>();

  constructor(registry: Registry) {
    const seconds = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Histogram<Label> =>
      new Histogram<Label>({ name, help, labelNames, buckets: BUCKETS, registers: [registry] });
    this.#retrieval = seconds('ocm_retrieval_duration_seconds', 'How long one retrieval of records into the buffer of a campaign group took, over all its lists.');
    this.#probe = seconds('ocm_probe_duration_seconds', 'How long it took to ask the lists of a campaign group whether anything is left to dial.');
    this.#fanOut = seconds(
      'ocm_fan_out_duration_seconds',
      'From the commit of a change of a campaign group until its events are on their way to every client and desktop that is told.',
    );
    this.#commit = seconds(
      'ocm_commit_duration_seconds',
      'Until what was asked for was durable. hand_out, result, report, call: from the request of one record, with the wait for the commit before; ' +
        'change, completion: the transaction of a campaign group.',
      ['of'],
    );
    this.#stage = seconds(
      'ocm_completion_stage_duration_seconds',
      'The way from the last result to the last desktop, for campaign groups that completed by themselves: result_commit, probe, completion_commit (which probes again), fan_out.',
      ['stage'],
    );
  }

  took(step: Step, groupDbid: number, ms: number): void {
    const last = this.#last.get(groupDbid) ?? new Map<Step, number>();
    this.#last.set(groupDbid, last.set(step, ms));
    const took = toSeconds(ms);
    switch (step) {
      case 'retrieval':
        return this.#retrieval.observe(took);
      case 'probe':
        return this.#probe.observe(took);
      case 'fanOut':
        return this.#fanOut.observe(took);
      default:
        return this.#commit.observe({ of: COMMITS[step] }, took);
    }
  }

  unloaded(groupDbid: number, completed: boolean): void {
    const last = this.#last.get(groupDbid);
    this.#last.delete(groupDbid);
    if (!completed) return;
    for (const [step, stage] of Object.entries(STAGES)) {
      // a list that was empty has had no result
      const ms = last?.get(step as Step);
      if (ms !== undefined) this.#stage.observe({ stage }, toSeconds(ms));
    }
  }
}

/** The machine's clock may be set back between two looks at it. */
function toSeconds(ms: number): number {
  return Math.max(0, ms) / 1000;
}
