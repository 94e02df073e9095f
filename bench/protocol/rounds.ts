import { median } from '../median.js';

/** What is done again and again. Its answer is looked at, so that no work is left out because nobody wants it. */
export interface Job {
  readonly name: string;
  readonly run: () => unknown;
}

export interface Speed {
  readonly name: string;
  /** How often in a second of processor time; the median of the rounds. */
  readonly perSecond: number;
  /** Median of what each round says of this job and the first one: a slow minute of the machine slows both. */
  readonly toFirst: number;
}

/** Long enough that a clock tick or a garbage collection is lost in it, short enough that all of a round see the same machine. */
const TURN_MS = 60;

let seen: unknown;

/** How often it is done in a second of this process' time, whoever else wants the processors; measured over one turn of `times`. */
function turn(job: Job, times: number): number {
  const before = process.cpuUsage();
  for (let done = 0; done < times; done += 1) seen = job.run();
  const { user, system } = process.cpuUsage(before);
  if (seen === undefined) throw new Error(`${job.name} answers nothing`);
  return (1e6 * times) / Math.max(1, user + system);
}

/** How many make a turn, once the code is compiled. */
function timesPerTurn(job: Job): number {
  let times = 1;
  for (let warmed = 0; warmed < 10; warmed += 1) times = Math.max(1, Math.round((turn(job, times) * TURN_MS) / 1000));
  return times;
}

/** The jobs take turns, each once a round, every round in the other direction. */
export function interleave(jobs: readonly Job[], rounds: number): Speed[] {
  const turns = jobs.map((job) => ({ job, times: timesPerTurn(job), speeds: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { job, times, speeds } of round % 2 === 0 ? turns : turns.toReversed()) speeds.push(turn(job, times));
  }
  const first = turns[0]?.speeds ?? [];
  return turns.map(({ job, speeds }) => ({
    name: job.name,
    perSecond: median(speeds),
    toFirst: median(speeds.map((speed, round) => speed / (first[round] ?? Number.NaN))),
  }));
}
