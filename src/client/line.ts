import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { DEFAULT_LIMITS, type Dialect, type Message, type ReadMessage, readMessage } from '../../protocol/index.js';
import { ConnectionClosed } from './errors.js';
import type { Settings } from './options.js';

export interface LineHandlers {
  /** A message that is as the dictionary says. */
  readonly message: (read: ReadMessage) => void;
  /** A message that is well formed but unknown or wrong: a gateway of a later version may send such. */
  readonly wrong: (what: string) => void;
  /** Called once, after the last message. */
  readonly closed: (error: ConnectionClosed) => void;
}

/** An address is no name that could be asked for; the certificate is compared with it all the same. */
const namedFor = (host: string): { servername?: string } => (isIP(host) === 0 ? { servername: host } : {});

/** How long a connection that we end may take to be closed from the other side. */
const CLOSE_TIMEOUT_MS = 2000;

/** One TCP connection to a gateway: messages instead of bytes. */
export class Line {
  readonly #socket: Socket;
  readonly #settings: Settings;
  readonly #closed: Promise<void>;
  #failure: Error | undefined;
  /** When bytes came last, in milliseconds since the epoch. */
  lastHeardAt: number;

  private constructor(socket: Socket, settings: Settings, dialect: Dialect, handlers: LineHandlers) {
    this.#socket = socket;
    this.#settings = settings;
    this.lastHeardAt = settings.clock.now();
    const { profile } = settings;
    const splitter = profile.splitter(DEFAULT_LIMITS, (frame) => {
      const read = readMessage(profile.decode(frame, dialect, DEFAULT_LIMITS));
      if (read.kind === 'wrong') handlers.wrong(read.what);
      else handlers.message(read);
    });
    socket.on('data', (chunk: Buffer) => {
      this.lastHeardAt = settings.clock.now();
      try {
        splitter.push(chunk);
      } catch (error) {
        this.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('error', (error) => (this.#failure ??= error));
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        resolve();
        const why = this.#failure === undefined ? 'the gateway has closed the connection' : `the connection was lost: ${this.#failure.message}`;
        handlers.closed(new ConnectionClosed(why, { cause: this.#failure }));
      });
    });
  }

  /** Connects. Rejects with ConnectionClosed where that fails, or takes too long. */
  static open(settings: Settings, dialect: Dialect, handlers: LineHandlers): Promise<Line> {
    const { host, port, tls, clock, connectTimeoutMs } = settings;
    return new Promise((resolve, reject) => {
      const socket = tls === undefined ? connect({ host, port, noDelay: true }) : connectTls({ ...namedFor(host), ...tls, host, port, minVersion: 'TLSv1.2' }).setNoDelay();
      const fail = (error: Error): void => {
        timer.cancel();
        reject(new ConnectionClosed(`${host}:${port} cannot be reached: ${error.message}`, { cause: error }));
      };
      const timer = clock.after(connectTimeoutMs, () => socket.destroy(new Error(`no connection within ${connectTimeoutMs} ms`)));
      socket.once('error', fail);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        timer.cancel();
        socket.off('error', fail);
        resolve(new Line(socket, settings, dialect, handlers));
      });
    });
  }

  send(message: Message): void {
    this.#socket.write(this.#settings.profile.encode(message));
  }

  /** Ends the connection so that what was sent arrives; resolves when it is closed. */
  async close(): Promise<void> {
    const timer = this.#settings.clock.after(CLOSE_TIMEOUT_MS, () => this.#socket.destroy());
    this.#socket.end();
    await this.#closed;
    timer.cancel();
  }

  /** Cuts the connection. */
  destroy(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
  }
}
