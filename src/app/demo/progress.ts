import cliProgress from 'cli-progress';
import type { Clock } from '../../util/clock.js';
import { Moment } from '../../util/moment.js';

/** What a campaign that is being dialed looks like at a moment. */
export interface Look {
  /** Records that are final. */
  readonly final: number;
  /** Calls that no agent has yet. */
  readonly dialing: number;
  /** What each agent does. */
  readonly agents: readonly string[];
}

/** Shows how far the campaign is. */
export interface Progress {
  /** Leaves what is shown as it is at the end. Rejects where looking has failed. */
  stop(): Promise<void>;
}

/** How often it looks. */
const INTERVAL_MS = 150;

/** A line on a terminal that moves with the campaign; nothing elsewhere: a log has the report behind it. */
export function showProgress(
  { stdout, clock }: { readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }; readonly clock: Clock },
  total: number,
  look: () => Promise<Look>,
): Progress {
  if (stdout.isTTY !== true) return { stop: () => Promise.resolve() };
  const bar = new cliProgress.SingleBar({
    stream: stdout,
    // fits into 80 columns
    format: '   {bar} {value} of {total} final | {dialing} dialing | {agents}',
    barsize: 8,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    // signals are the demo's own business
    gracefulExit: false,
  });
  bar.start(total, 0, { dialing: 0, agents: '' });
  const show = async (): Promise<void> => {
    const { final, dialing, agents } = await look();
    bar.update(final, { dialing, agents: agents.join(', ') });
  };
  const stopped = new Moment();
  const watching = watch(show, stopped, clock);
  // `stop` says so; the campaign goes on meanwhile
  watching.catch(() => undefined);
  return {
    async stop() {
      stopped.come();
      try {
        await watching;
        await show();
      } finally {
        bar.stop();
      }
    },
  };
}

async function watch(show: () => Promise<void>, stopped: Moment, clock: Clock): Promise<void> {
  const ended = stopped.came.then(() => true);
  do {
    await show();
  } while (!(await Promise.race([ended, later(clock)])));
}

/** Resolves with false after a while. */
function later(clock: Clock): Promise<boolean> {
  return new Promise((resolve) => void clock.after(INTERVAL_MS, () => resolve(false)));
}
