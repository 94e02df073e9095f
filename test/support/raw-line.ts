import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DEFAULT_LIMITS, type Dialect, type Message, ocm1, type ReadMessage, readMessage } from '../../protocol/index.js';
import { HOST } from './gateway.js';

/** How a line came to its end: the other side ended its stream, or it broke. */
export type LineEnd = 'fin' | 'reset';

/** A client's line byte by byte: what is sent is sent as it is, what comes is kept frame by frame. */
export class RawLine {
  /** Whether the line was broken, told when it is closed in both directions. */
  readonly broken: Promise<boolean>;
  readonly #frames: Uint8Array[] = [];
  readonly #end: Promise<LineEnd>;
  #over = false;
  #wake: (() => void)[] = [];

  private constructor(
    readonly socket: Socket,
    readonly dialect: Dialect,
  ) {
    const splitter = ocm1.splitter(DEFAULT_LIMITS, (frame) => this.#frames.push(Uint8Array.from(frame)));
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
      this.#awake();
    });
    this.broken = new Promise((resolve) => socket.once('close', resolve));
    this.#end = new Promise((resolve) => {
      socket.once('end', () => resolve('fin'));
      socket.once('error', () => resolve('reset'));
      socket.once('close', () => resolve('reset'));
    });
    void this.#end.then(() => {
      this.#over = true;
      this.#awake();
    });
  }

  /** The client's side stays open when the gateway ends its own, until `destroy`. */
  static async open(port: number, dialect: Dialect): Promise<RawLine> {
    const socket = connect({ host: HOST, port, allowHalfOpen: true, noDelay: true });
    await once(socket, 'connect');
    return new RawLine(socket, dialect);
  }

  send(...bytes: readonly Uint8Array[]): void {
    for (const one of bytes) this.socket.write(one);
  }

  sendMessage(...messages: readonly Message[]): void {
    this.send(...messages.map((message) => ocm1.encode(message)));
  }

  /** The next frame. Rejects where the line ends before. */
  async frame(): Promise<Uint8Array> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame !== undefined) return frame;
      if (this.#over) throw new Error('the line has ended');
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** The next message. */
  async message(): Promise<ReadMessage> {
    return this.#read(await this.frame());
  }

  /** What else comes until the line ends, and how it ends. */
  async rest(): Promise<{ readonly messages: readonly ReadMessage[]; readonly end: LineEnd }> {
    const end = await this.#end;
    return { messages: this.#frames.splice(0).map((frame) => this.#read(frame)), end };
  }

  /** Cuts the line. */
  destroy(): void {
    this.socket.destroy();
  }

  #read(frame: Uint8Array): ReadMessage {
    const read = readMessage(ocm1.decode(frame, this.dialect, DEFAULT_LIMITS));
    if (read.kind === 'wrong') throw new Error(`the gateway sent what is wrong: ${read.what}`);
    return read;
  }

  #awake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
