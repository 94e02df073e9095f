import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { type AttributesOf, DEFAULT_LIMITS, type Dialect, makeMessage, type MessageName, ocm1, type ReadMessage, readMessage } from '../../protocol/index.js';

/** One client's connection, seen from a gateway that does what the test says. */
export class FakeLine {
  readonly received: ReadMessage[] = [];
  readonly closed: Promise<void>;
  #taken = 0;
  #watchers: (() => void)[] = [];

  constructor(
    readonly socket: Socket,
    dialect: Dialect,
  ) {
    const splitter = ocm1.splitter(DEFAULT_LIMITS, (frame) => {
      const read = readMessage(ocm1.decode(frame, dialect, DEFAULT_LIMITS));
      if (read.kind === 'wrong') throw new Error(`the client sent a wrong message: ${read.what}`);
      this.received.push(read);
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
    socket.on('data', (chunk) => splitter.push(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** The next message that the client has sent, which must be this one. */
  async next<N extends MessageName>(name: N): Promise<ReadMessage<N>> {
    while (this.received.length <= this.#taken) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    const read = this.received[this.#taken++];
    if (read?.name !== name) throw new Error(`expected ${name}, the client sent ${read?.name}`);
    return read as ReadMessage<N>;
  }

  send<N extends MessageName>(name: N, attributes: AttributesOf<N>): void {
    this.socket.write(ocm1.encode(makeMessage(name, attributes)));
  }
}

/** A listener that takes clients in and leaves the talking to the test. */
export class FakeGateway {
  readonly lines: FakeLine[] = [];
  #watchers: (() => void)[] = [];
  #taken = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    dialect: Dialect,
  ) {
    server.on('connection', (socket) => {
      this.lines.push(new FakeLine(socket, dialect));
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  }

  static async open(dialect: Dialect): Promise<FakeGateway> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return new FakeGateway(server, typeof address === 'object' && address !== null ? address.port : 0, dialect);
  }

  /** The next connection. */
  async line(): Promise<FakeLine> {
    while (this.lines.length <= this.#taken) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    const line = this.lines[this.#taken++];
    if (line === undefined) throw new Error('no line');
    return line;
  }

  async close(): Promise<void> {
    for (const { socket } of this.lines) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
