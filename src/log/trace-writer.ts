import { lineTarget, LineSink } from './line-sink.js';
import type { LineTarget } from './line-sink.js';
import type { Clock } from '../util/clock.js';

export interface TraceOptions {
  readonly trace: boolean;
  /** Absent: stdout. */
  readonly traceFile?: string;
}

/** The OCS-style trace: raw entries, as other tools parse them, in the order of the calls. */
export interface TraceWriter {
  /** Ask before an entry is rendered: rendering costs more than encoding the message. */
  readonly enabled: boolean;
  /** Takes one entry, with line ends between its lines and none behind the last. */
  write(entry: string): void;
  /** Writes what is queued. Later entries are lost. */
  close(): Promise<void>;
}

const OFF: TraceWriter = {
  enabled: false,
  write() {
    // Nobody wants a trace.
  },
  close: () => Promise.resolve(),
};

/** Opens the trace. Throws the system's error where the file cannot be opened. */
export function traceWriter({ trace, traceFile }: TraceOptions, clock: Clock, target?: LineTarget): TraceWriter {
  if (!trace) return OFF;
  const lostLine = (lines: number, reason: string | undefined): string =>
    `${clock.timeOfDay(clock.now())} TraceWriter::${lines} lines lost${reason === undefined ? '' : ` (${reason})`}`;
  const sink = new LineSink(target ?? lineTarget(traceFile), { lostLine });
  return { enabled: true, write: (entry) => sink.write(entry), close: () => sink.close() };
}
