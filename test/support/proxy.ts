import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a listener that can be cut, and led elsewhere. */
export class Proxy {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    /** The port on 127.0.0.1 to which new connections lead. */
    public target: number,
  ) {
    server.on('connection', (client) => {
      const gateway = connect({ host: '127.0.0.1', port: this.target, noDelay: true });
      for (const [from, to] of [[client, gateway], [gateway, client]] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  static async open(target: number): Promise<Proxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return new Proxy(server, typeof address === 'object' && address !== null ? address.port : 0, target);
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}
