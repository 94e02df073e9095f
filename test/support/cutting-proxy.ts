import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { HOST } from './gateway.js';

/** Stands between clients and a gateway, and cuts each line when so many bytes have passed, wherever that is in a frame. */
export class CuttingProxy {
  /** Lines that were cut. */
  cuts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly port: number,
    /** Bytes, of both directions together, that the next line may pass. */
    private readonly nextBudget: () => number,
  ) {
    this.#server = createServer({ noDelay: true }, (client) => this.#join(client));
  }

  static async open(port: number, nextBudget: () => number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(port, nextBudget);
    proxy.#server.listen(0, HOST);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get clientPort(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const gateway = connect({ host: HOST, port: this.port, noDelay: true });
    let left = this.nextBudget();
    const cut = (): void => {
      client.destroy();
      gateway.destroy();
    };
    for (const [from, to] of [
      [client, gateway],
      [gateway, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        if (left === 0) return;
        const part = chunk.subarray(0, left);
        left -= part.length;
        if (left > 0) return void to.write(part);
        this.cuts += 1;
        // what is to pass arrives, the rest never does
        to.write(part, cut);
      });
      from.on('error', cut);
      from.on('close', () => {
        this.#sockets.delete(from);
        cut();
      });
    }
  }
}
