import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import type { FrameLimits } from '../../protocol/profile/profile.js';
import { describeAddress, plainAddress } from './address.js';
import { Connection } from './connection.js';
import type { ConnectionHandlers, NetShared } from './connection.js';
import type { ConnectionGate } from './connection-gate.js';
import type { FrameSource } from './inbox.js';
import type { OutboxLimits } from './outbox.js';
import type { TlsCredentials } from './tls-credentials.js';

export interface ListenerOptions extends NetShared {
  readonly host: string;
  /** 0 lets the system choose; `listen` answers which. */
  readonly port: number;
  /** Turns away every peer of another machine (no `clients` are configured). */
  readonly loopbackOnly: boolean;
  /** How long a TLS handshake may take: a peer that connects and says nothing would hold its place for ever. */
  readonly handshakeTimeoutMs: number;
  /** Absent: lines are not encrypted. */
  readonly tls?: TlsCredentials;
  readonly source: FrameSource;
  /** Of a line that has not registered; its session raises them with Connection.setFrameLimits. */
  readonly frameLimits: FrameLimits;
  readonly outboxLimits: OutboxLimits;
  /** Shared by all listeners. */
  readonly gate: ConnectionGate;
  /** The number of the next line; shared by all listeners, since the trace shows nothing else of it. */
  readonly nextNumber: () => number;
  readonly accept: (connection: Connection) => ConnectionHandlers;
  /** An error of the listening socket after it was opened. It goes on listening. */
  readonly onError: (error: Error) => void;
}

const explanations: Record<string, string> = {
  EADDRINUSE: 'another program has the port; stop it or configure another port',
  EADDRNOTAVAIL: 'this machine does not have the address; configure one of its own',
  EACCES: 'the system does not allow this port; configure one above 1023',
  ENOTFOUND: 'the host name is unknown',
};

/** The listening socket could not be opened. `code` is the system's, e.g. EADDRINUSE. */
export class ListenError extends Error {
  readonly code: string;

  constructor(address: string, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? 'UNKNOWN';
    super(`cannot listen on ${address}: ${explanations[code] ?? cause.message} (${code})`, { cause });
    this.name = 'ListenError';
    this.code = code;
  }
}

/** Takes the lines of one host and port in, or turns them away, counted by reason. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  /** Makes encrypted lines of those that the server has taken; listens on nothing itself. */
  readonly #tls: TlsServer | undefined;
  /** Lines that are in their handshake. */
  readonly #handshaking = new Set<Socket>();
  /** The open lines, and when their end was told to their sessions; the server itself is done earlier. */
  readonly #connections = new Map<Connection, Promise<void>>();
  #closed: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    // allowHalfOpen: a client that has ended its stream still gets its answers.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true });
    this.#server.on('connection', (socket) => this.#take(socket));
    this.#tls = options.tls && this.#openTls(options.tls);
  }

  /** Opens the socket. Rejects with ListenError, which names the address. */
  listen(): Promise<{ port: number }> {
    const { host, port, onError, counters } = this.#options;
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => reject(new ListenError(describeAddress(host, port), error));
      this.#server.once('error', refuse);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', refuse);
        this.#server.on('error', (error) => {
          counters.acceptErrors += 1;
          onError(error);
        });
        const address = this.#server.address();
        resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
      });
    });
  }

  /** Bytes sent on all lines that the kernel has not taken. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const connection of this.#connections.keys()) bytes += connection.waitingBytes;
    return bytes;
  }

  /** Takes no further lines in; those that are open live on. */
  stop(): void {
    this.#closed ??= new Promise((resolve) => {
      // An error here says that the server was not listening: it is closed all the same.
      this.#server.close(() => resolve());
    });
  }

  /** Stops, and finishes each line when everything is answered that had come on it; resolves when all are gone. */
  async drain(): Promise<void> {
    this.stop();
    for (const connection of this.#connections.keys()) connection.drain('shutdown');
    await Promise.all([this.#closed, ...this.#connections.values()]);
  }

  /** Stops, finishes every line (what was sent is delivered, see Connection.finish) and waits until all are gone. */
  async close(): Promise<void> {
    this.stop();
    for (const socket of this.#handshaking) socket.destroy();
    for (const connection of this.#connections.keys()) connection.finish('shutdown');
    await Promise.all([this.#closed, ...this.#connections.values()]);
  }

  /** Ends the lines that are still there, delivered or not. */
  cut(): void {
    for (const connection of this.#connections.keys()) connection.close('shutdown');
  }

  #take(socket: Socket): void {
    const { gate, counters, loopbackOnly } = this.#options;
    // A peer that has left again already has no address any more.
    const address = plainAddress(socket.remoteAddress ?? '');
    const refusal = address === '' ? 'peer' : gate.enter(address, loopbackOnly);
    if (refusal !== undefined) {
      counters.refused[refusal] += 1;
      socket.on('error', ignoreRefused);
      socket.destroy();
      return;
    }
    counters.accepted += 1;
    socket.once('close', () => gate.leave(address));
    if (this.#tls === undefined) return this.#open(socket, address);
    this.#handshaking.add(socket);
    socket.on('error', ignoreRefused);
    socket.once('close', () => this.#handshaking.delete(socket));
    this.#tls.emit('connection', socket);
  }

  #openTls(credentials: TlsCredentials): TlsServer {
    const { counters, handshakeTimeoutMs } = this.#options;
    const server = createTlsServer({ ...credentials.options, handshakeTimeout: handshakeTimeoutMs, allowHalfOpen: true });
    credentials.onChange((options) => server.setSecureContext(options));
    server.on('secureConnection', (socket) => this.#open(socket, plainAddress(socket.remoteAddress ?? '')));
    server.on('tlsClientError', (_error, socket) => {
      counters.handshakeErrors += 1;
      socket.destroy();
    });
    return server;
  }

  #open(socket: Socket, address: string): void {
    const { nextNumber } = this.#options;
    const connection = new Connection({ ...this.#options, socket, number: nextNumber(), remoteAddress: address });
    const gone = new Promise<void>((resolve) => {
      socket.once('close', () => {
        this.#connections.delete(connection);
        resolve();
      });
    });
    this.#connections.set(connection, gone);
  }
}

/** The line was turned away and counted; that its end fails as well says nothing more. */
const ignoreRefused = (): void => undefined;
