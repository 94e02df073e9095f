import cliProgress from 'cli-progress';

/** Shows how many records are final. */
export interface Progress {
  advance(): void;
  /** Leaves what is shown as it is. */
  stop(): void;
}

/** Lines that a log or a pipe gets instead of a bar. */
const LINES = 4;

/** A bar on a terminal, a few plain lines elsewhere. */
export function showProgress(total: number, stdout: NodeJS.WritableStream, isTerminal: boolean): Progress {
  return isTerminal ? bar(total, stdout) : lines(total, stdout);
}

function bar(total: number, stdout: NodeJS.WritableStream): Progress {
  const shown = new cliProgress.SingleBar({
    stream: stdout,
    format: '   {bar} {value} of {total} records final',
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    // signals are the demo's own business
    gracefulExit: false,
  });
  shown.start(total, 0);
  return { advance: () => shown.increment(), stop: () => shown.stop() };
}

function lines(total: number, stdout: NodeJS.WritableStream): Progress {
  const step = Math.max(1, Math.ceil(total / LINES));
  let done = 0;
  return {
    advance() {
      done += 1;
      if (done % step === 0 || done === total) stdout.write(`   ${done} of ${total} records final\n`);
    },
    stop() {
      // every line stands already
    },
  };
}
