import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** One connection through a proxy. */
export interface ProxyLine {
  /** Ends it without a word. */
  cut(): void;
  /** Nothing passes any more, in either direction. */
  freeze(): void;
  /** What has come meanwhile passes, and all that follows. */
  thaw(): void;
}

/** A way to a listener that can be cut, and led elsewhere. */
export class Proxy {
  readonly #lines = new Set<ProxyLine>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    /** The port on 127.0.0.1 to which new connections lead. */
    public target: number,
  ) {
    server.on('connection', (client) => {
      const line = lineBetween(client, connect({ host: '127.0.0.1', port: this.target, noDelay: true }), () => this.#lines.delete(line));
      this.#lines.add(line);
    });
  }

  static async open(target: number): Promise<Proxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return new Proxy(server, typeof address === 'object' && address !== null ? address.port : 0, target);
  }

  /** Those that are there now, the oldest first. */
  get lines(): readonly ProxyLine[] {
    return [...this.#lines];
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const line of this.#lines) line.cut();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}

function lineBetween(client: Socket, gateway: Socket, over: () => void): ProxyLine {
  const ways = [
    [client, gateway],
    [gateway, client],
  ] as const;
  const thaw = (): void => {
    for (const [from, to] of ways) from.pipe(to);
  };
  for (const [from, to] of ways) {
    from.on('error', () => to.destroy());
    from.on('close', () => {
      to.destroy();
      over();
    });
  }
  thaw();
  return {
    cut: () => {
      for (const [from] of ways) from.destroy();
    },
    freeze: () => {
      for (const [from, to] of ways) from.unpipe(to).pause();
    },
    thaw,
  };
}
