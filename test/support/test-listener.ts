import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { ProtocolError } from '../../protocol/codec/errors.js';
import type { CloseReason } from '../../src/net/close-reason.js';
import { ConnectionGate } from '../../src/net/connection-gate.js';
import type { Connection, ConnectionHandlers } from '../../src/net/connection.js';
import { HeldBytes } from '../../src/net/held-bytes.js';
import { Listener } from '../../src/net/listener.js';
import type { ListenerOptions } from '../../src/net/listener.js';
import { createNetCounters } from '../../src/net/net-counters.js';
import type { NetCounters } from '../../src/net/net-counters.js';
import { WriteScheduler } from '../../src/net/write-scheduler.js';
import { framePayload, lengthSource } from './length-source.js';
import { ManualClock } from './manual-clock.js';

/** What one line's session was told, in order, and a way to wait for it. */
export class RecordedLine {
  readonly log: string[] = [];
  readonly failures: unknown[] = [];
  readonly closed: Promise<CloseReason>;
  readonly connection: Connection;
  closeCount = 0;
  malformed: ProtocolError | undefined;
  #closed: (reason: CloseReason) => void = () => undefined;
  #watchers: (() => void)[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
    this.closed = new Promise((resolve) => (this.#closed = resolve));
  }

  note(entry: string): void {
    this.log.push(entry);
    for (const watcher of this.#watchers.splice(0)) watcher();
  }

  close(reason: CloseReason): void {
    this.closeCount += 1;
    this.note(`close ${reason}`);
    this.#closed(reason);
  }

  /** Resolves when the log holds `entry`. */
  async until(entry: string): Promise<void> {
    while (!this.log.includes(entry)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
}

export interface TestListener {
  readonly listener: Listener;
  readonly port: number;
  readonly clock: ManualClock;
  readonly counters: NetCounters;
  readonly heldBytes: HeldBytes;
  readonly gate: ConnectionGate;
  readonly lines: RecordedLine[];
  /** A client socket that does not read until it is told to. */
  client(): Promise<Socket>;
  /** A client and its line on the other side. */
  pair(): Promise<{ client: Socket; line: RecordedLine }>;
  /** Closes everything; resolves when no line is left. */
  close(): Promise<void>;
}

export interface TestListenerOptions extends Partial<Omit<ListenerOptions, 'accept' | 'heldBytes' | 'gate'>> {
  readonly heldBytes?: number;
  readonly connections?: number;
  readonly connectionsPerAddress?: number;
  /** What a session does beside recording. */
  readonly session?: (line: RecordedLine) => Partial<ConnectionHandlers>;
}

/** A listener of toy frames on 127.0.0.1 whose sessions record what they are told. */
export async function openTestListener(options: TestListenerOptions = {}): Promise<TestListener> {
  const { heldBytes = 2 ** 30, connections = 1000, connectionsPerAddress = 1000, session, ...overrides } = options;
  const clock = new ManualClock();
  const lines: RecordedLine[] = [];
  const arrivals: ((line: RecordedLine) => void)[] = [];
  const clients = new Set<Socket>();
  let number = 0;
  const shared = {
    clock,
    counters: createNetCounters(),
    heldBytes: new HeldBytes(heldBytes),
    gate: new ConnectionGate({ connections, connectionsPerAddress }),
  };
  const listener = new Listener({
    ...shared,
    scheduler: new WriteScheduler(),
    host: '127.0.0.1',
    port: 0,
    loopbackOnly: false,
    handshakeTimeoutMs: 10_000,
    source: lengthSource,
    frameLimits: { frameBytes: 1024 * 1024, listDepth: 16, entries: 1000 },
    outboxLimits: { outboxBytes: 1024 * 1024, drainTimeoutMs: 10_000 },
    nextNumber: () => (number += 1),
    onError: (error) => {
      throw error;
    },
    ...overrides,
    accept: (connection) => {
      const line = new RecordedLine(connection);
      lines.push(line);
      arrivals.shift()?.(line);
      return {
        onFrame: (frame) => line.note(framePayload(frame)),
        onMalformed: (error) => {
          line.malformed = error;
          line.note('malformed');
        },
        onEnd: () => line.note('end'),
        onFailure: (error) => {
          line.failures.push(error);
          line.note('failure');
        },
        ...session?.(line),
        onClose: (reason) => line.close(reason),
      };
    },
  });
  const { port } = await listener.listen();
  const client = async (): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    clients.add(socket);
    // A line that the gateway cuts may end in a reset; the tests look at the gateway's side.
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return {
    ...shared,
    listener,
    port,
    lines,
    client,
    async pair() {
      const arrival = new Promise<RecordedLine>((resolve) => arrivals.push(resolve));
      return { client: await client(), line: await arrival };
    },
    async close() {
      for (const socket of clients) socket.destroy();
      await listener.close();
    },
  };
}

/** Everything that a socket receives until its peer ends the stream or the line breaks. */
export function readToEnd(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', () => resolve(Buffer.concat(chunks)));
    socket.once('close', () => resolve(Buffer.concat(chunks)));
  });
}

/** One round of the event loop: sockets are read, immediates run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets the event loop turn until `condition` holds. */
export async function turnUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}
