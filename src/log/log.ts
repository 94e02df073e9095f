import { Writable } from 'node:stream';
import winston from 'winston';
import { lineTarget, LineSink } from './line-sink.js';
import type { LineTarget } from './line-sink.js';
import { describeFields, oneLine } from './log-fields.js';
import type { LogFields } from './log-fields.js';
import type { Clock } from '../util/clock.js';
import { isoTime } from '../util/clock.js';

export type LogMethod = (message: string, fields?: LogFields) => void;

/**
 * The program's own log. A call below the level costs nothing but its arguments; where these cost
 * something, ask the boolean first.
 */
export interface Log {
  readonly error: LogMethod;
  readonly warn: LogMethod;
  readonly info: LogMethod;
  readonly debug: LogMethod;
  readonly infoEnabled: boolean;
  readonly debugEnabled: boolean;
  /** Writes what is queued. Later calls are lost. */
  close(): Promise<void>;
}

export interface LogOptions {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  /** Absent: stdout. */
  readonly file?: string;
}

const LEVELS = { error: 0, warn: 1, info: 2, debug: 3 } as const;
type Level = keyof typeof LEVELS;

const MESSAGE = Symbol.for('message');

/**
 * Hands every line to a bounded sink at once. Winston's file transport, and winston itself in front of
 * a slow one, queue without bound.
 */
function sinkTransport(sink: LineSink): winston.transports.StreamTransportInstance {
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      sink.write(line);
      done();
    },
  });
  return new winston.transports.Stream({ stream, eol: '' });
}

/** `2026-11-22T14:52:01.123Z info message key=value`, from the clock rather than from winston's own time. */
function lineFormat(clock: Clock): winston.Logform.Format {
  return winston.format((info) => {
    const fields = describeFields(info['fields'] as LogFields | undefined);
    info[MESSAGE] = `${isoTime(clock.now())} ${info.level} ${oneLine(`${String(info.message)}${fields}`)}`;
    return info;
  })();
}

const silent = (): void => {
  // A level that is switched off: nothing is formatted, nothing is asked.
};

/** Opens the log. Throws the system's error where the file cannot be opened. */
export function createLog({ level, file }: LogOptions, clock: Clock, target: LineTarget = lineTarget(file)): Log {
  const lostLine = (lines: number, reason: string | undefined): string =>
    `${isoTime(clock.now())} warn log lines were lost${describeFields({ lines, reason })}`;
  const sink = new LineSink(target, { lostLine });
  const transport = sinkTransport(sink);
  const logger = winston.createLogger({ level, levels: LEVELS, format: lineFormat(clock), transports: [transport] });
  const enabled = (name: Level): boolean => LEVELS[name] <= LEVELS[level];
  const method = (name: Level): LogMethod =>
    enabled(name)
      ? (message, fields) => {
          logger.log({ level: name, message, fields });
        }
      : silent;
  return {
    error: method('error'),
    warn: method('warn'),
    info: method('info'),
    debug: method('debug'),
    infoEnabled: enabled('info'),
    debugEnabled: enabled('debug'),
    async close() {
      const flushed = new Promise<void>((resolve) => {
        transport.once('finish', resolve);
      });
      logger.end();
      await flushed;
      await sink.close();
    },
  };
}
