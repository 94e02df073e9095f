import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunDemo } from '../../cli/demo.js';
import { UserError } from '../../cli/errors.js';
import type { Clock } from '../../util/clock.js';
import { unmetExpectations } from './expectations.js';
import type { Observed } from './observed.js';
import { showProgress } from './progress.js';
import { deskTable, firstCall, notificationTable, resultTable } from './report.js';
import { groupOf, listOf, playScenario, type ScenarioParts } from './scenario.js';
import { openStage, type Stage } from './stage.js';
import { traceEntries, traceExcerpt } from './trace-excerpt.js';

export interface DemoOptions {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly clock: Clock;
  /** The deployment; by default that of the README. */
  readonly config?: string;
  /** The file of records; by default 200 of them. */
  readonly records?: string;
  /** How long all of it may take. */
  readonly deadlineMs?: number;
}

/** Of the package, beside dist/. */
const FIXTURES = new URL('../../../../fixtures/', import.meta.url);
/** Several times what it takes: a machine that is busy with other work is no fault of the demo. */
const DEADLINE_MS = 60_000;
/** What a shell expects of a program that Ctrl-C has ended. */
const EXIT_INTERRUPTED = 130;

/** The body of `demo`: fails, after what it has shown, where anything did not happen as it should. */
export function createDemo(options: DemoOptions): RunDemo {
  return async () => {
    const undo: (() => Promise<void>)[] = [];
    try {
      await unlessEnded(options, undo, (fail) => demo(options, (job) => undo.push(job), fail));
    } finally {
      for (const job of undo.toReversed()) await job();
    }
  };
}

async function demo(options: DemoOptions, defer: (job: () => Promise<void>) => void, fail: (error: Error) => void): Promise<void> {
  const { stdout, clock } = options;
  const startedAt = clock.now();
  const say = (what: string): void => void stdout.write(`${((clock.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${what}\n`);
  const records = await readRecords(options.records ?? fileURLToPath(new URL('lists/spring-200.csv', FIXTURES)));
  const directory = await mkdtemp(join(tmpdir(), 'ocm-gateway-demo-'));
  defer(() => rm(directory, { recursive: true, force: true }));

  say('starting a gateway on an empty store');
  const config = options.config ?? fileURLToPath(new URL('configs/demo.yaml', FIXTURES));
  const stage = await openOnce(openStage({ config, directory, clock, onFatal: fail }), defer);
  const { direct, tevents, http } = stage.ports;
  say(`serving GSW_CM on port ${direct}, T-Events on ${tevents}, HTTP on ${http}`);

  const progress: ScenarioParts['progress'] = (total, look) => showProgress({ stdout, clock }, total, look);
  const seen = await playScenario({ stage, records, clock, say, progress, defer });
  await stage.close();
  const observed = { ...seen, results: await stage.results(listOf(groupOf(stage))) };
  const entries = traceEntries(await stage.trace());
  show(stdout, observed, entries, clock);
  const unmet = unmetExpectations(observed, entries);
  if (unmet.length > 0) {
    for (const complaint of await stage.complaints()) stdout.write(`${complaint}\n`);
    throw new UserError(`the demo did not go as it should: ${unmet.join('; ')}`);
  }
  say('everything happened as it should');
}

async function readRecords(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UserError(`the records cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The gateway is stopped at the end even where the end comes while it starts; twice does no harm. */
async function openOnce(opening: Promise<Stage>, defer: (job: () => Promise<void>) => void): Promise<Stage> {
  defer(async () => {
    const opened = await opening.catch(() => undefined);
    await opened?.close();
  });
  return opening;
}

function show(stdout: NodeJS.WritableStream, observed: Observed, entries: readonly string[], clock: Clock): void {
  const { ready, retrieved, final } = observed.group.records;
  const time = (atMs: number): string => clock.timeOfDay(atMs);
  const parts = [
    `From the trace:\n\n${traceExcerpt(entries).join('\n')}`,
    `The first call that was answered: ${firstCall(observed, time)}`,
    `What each agent did:\n${deskTable(observed)}`,
    `What each desktop was told of the campaign (GSW_EVENT_NUMBER: time):\n${notificationTable(observed, time)}`,
    `How the records ended, as the calling list has it (a busy number is called once more):\n${resultTable(observed)}`,
    `Records final: ${final}, left: ${ready + retrieved}`,
  ];
  stdout.write(`\n${parts.join('\n\n')}\n\n`);
}

/** Runs `job` until it is done, the deadline has passed, a signal comes, or it is told that something has failed for good. */
async function unlessEnded(
  { clock, deadlineMs = DEADLINE_MS }: DemoOptions,
  undo: (() => Promise<void>)[],
  job: (fail: (error: Error) => void) => Promise<void>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const interrupted = (): void => reject(new UserError('the demo was interrupted', EXIT_INTERRUPTED));
    const late = clock.after(deadlineMs, () => reject(new UserError(`the demo did not end within ${deadlineMs / 1000} s; what it was doing stands in its last line`)), {
      keepAlive: true,
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
    undo.push(async () => {
      late.cancel();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    });
    job(reject).then(resolve, reject);
  });
}
