import type { Message, ProtocolError, ReadMessage, Wrong } from '../../protocol/index.js';
import { ProtocolError as MalformedError, readMessage } from '../../protocol/index.js';
import type { Limits } from '../config/deployment.js';
import type { CloseReason } from '../net/close-reason.js';
import type { Connection, ConnectionHandlers } from '../net/connection.js';
import { Heartbeat } from '../net/heartbeat.js';
import { RegisterTimeout } from '../net/register-timeout.js';
import type { Clock } from '../util/clock.js';
import type { Line } from './line.js';
import type { Tracer } from './tracer.js';
import type { Traffic } from './traffic.js';

/** What a dialect makes of its messages. Each connection has one of its own. */
export interface DialectSession {
  readonly registered: boolean;
  /** Serves a message that is as the dictionary says. What it answers delays the next message of the line. */
  handle(message: ReadMessage): void | Promise<void>;
  /** Answers a message that is well formed but wrong. */
  wrong(wrong: Wrong): void;
  /** The last message of a line that cannot be read on. */
  malformed(error: ProtocolError): Message;
  /** The gateway's own question whether the client is there. */
  heartbeat(): Message;
  closed(reason: CloseReason): void;
}

export interface SessionParts {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly traffic: Traffic;
  readonly log: { error(message: string, fields?: Record<string, unknown>): void; info(message: string, fields?: Record<string, unknown>): void };
}

/** Ties a connection to its dialect: decodes, serves one message at a time, watches that the client lives. */
export function openSession(connection: Connection, line: Line, dialect: DialectSession, parts: SessionParts): ConnectionHandlers {
  const { limits, clock, log } = parts;
  const registerTimeout = new RegisterTimeout(clock, limits.registerTimeoutMs, () => {
    if (!dialect.registered) line.close('registerTimeout');
  });
  let heartbeat: Heartbeat | undefined;

  const finishMalformed = async (error: ProtocolError): Promise<void> => {
    line.malformed(error.code);
    await line.idle();
    line.finish('malformed', dialect.malformed(error));
  };

  const serve = async (frame: Uint8Array): Promise<void> => {
    const message = decode(frame);
    if (message instanceof MalformedError) return finishMalformed(message);
    line.received(message, frame.byteLength);
    const read = readMessage(message);
    if (read.kind === 'wrong') dialect.wrong(read);
    else await unhurried(dialect.handle(read));
    if (dialect.registered) watch();
    await line.room(limits.requestsInFlight, limits.frameBytes);
  };

  /** The time that the door takes is not the client's: what it decides registers the client or ends the line. */
  const unhurried = (served: void | Promise<void>): void | Promise<void> => {
    if (served instanceof Promise) registerTimeout.cancel();
    return served;
  };

  const decode = (frame: Uint8Array): Message | ProtocolError => {
    try {
      return line.profile.decode(frame, line.dialect, limits);
    } catch (error) {
      if (error instanceof MalformedError) return error;
      throw error;
    }
  };

  const watch = (): void => {
    registerTimeout.cancel();
    heartbeat ??= new Heartbeat({
      clock,
      intervalMs: limits.heartbeatIntervalMs,
      timeoutMs: limits.heartbeatTimeoutMs,
      reading: () => connection.reading,
      ask: () => line.send(dialect.heartbeat()),
      dead: () => line.close('heartbeatTimeout'),
    });
  };

  return {
    onBytes: () => heartbeat?.heard(),
    onPeerEnd: () => line.peerEnded(),
    onFrame: serve,
    onMalformed: finishMalformed,
    onEnd: () => line.idle(),
    onFailure(error) {
      log.error(`connection ${line.number} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      line.close('failure');
    },
    onClose(reason) {
      registerTimeout.cancel();
      heartbeat?.stop();
      dialect.closed(reason);
      log.info(`connection ${line.number} closed: ${reason}`, { from: line.remoteAddress });
    },
  };
}
