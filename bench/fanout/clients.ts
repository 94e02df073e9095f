import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { LengthSplitter } from '../../protocol/framing/length-splitter.js';
import { DEFAULT_LIMITS, makeMessage, type Message, ocm1 } from '../../protocol/index.js';
import { CONNACK_BYTES, connectPacket, SUBACK_BYTES, subscribePacket } from './mqtt.js';
import { answers, now } from './peer.js';

/**
 * Thousands of light clients in one process: they log in as their server wants it, and from then on count bytes.
 * Reading is the same for all of them: one buffer for all sockets, one addition for each read.
 */

/** One exchange of the login: what is sent, and how many bytes or frames of answer end it. */
interface Exchange {
  readonly send: Uint8Array;
  readonly until: { readonly bytes: number } | { readonly frames: number };
}

interface Client {
  socket: Socket;
  received: number;
  /** While it logs in. */
  onBytes: ((bytes: Buffer) => void) | undefined;
}

export interface Plan {
  readonly kind: 'desktop' | 'mqtt' | 'bare';
  readonly port: number;
  readonly names: readonly string[];
}

/** Logins at a time. */
const AT_ONCE = 32;
/** Nothing for so long: nothing more is under way. */
const QUIET_MS = 150;

const buffer = Buffer.allocUnsafe(64 * 1024);

const desktopRequest = (message: Message): Exchange => ({ send: ocm1.encode(message), until: { frames: 1 } });

function login({ kind }: Plan, name: string): readonly Exchange[] {
  if (kind === 'bare') return [];
  if (kind === 'mqtt') {
    return [
      { send: connectPacket(name), until: { bytes: CONNACK_BYTES } },
      { send: subscribePacket(), until: { bytes: SUBACK_BYTES } },
    ];
  }
  return [
    desktopRequest(makeMessage('RequestRegisterClient', { AttributeApplicationName: name, AttributeReferenceID: 1 })),
    desktopRequest(makeMessage('RequestRegisterAddress', { AttributeThisDN: name, AttributeReferenceID: 2 })),
    desktopRequest(makeMessage('RequestAgentLogin', { AttributeThisDN: name, AttributeAgentID: name, AttributeReferenceID: 3 })),
    desktopRequest(makeMessage('RequestAgentReady', { AttributeThisDN: name, AttributeReferenceID: 4 })),
  ];
}

/** The clients of one server. */
class Crowd {
  readonly #clients: Client[] = [];
  #target = Number.POSITIVE_INFINITY;
  #left = 0;
  #last = 0;
  #lastByteAt = 0;
  #arrived: ((last: number) => void) | undefined;
  #sample: Buffer[] = [];
  #sampling = false;

  async connect(plan: Plan): Promise<void> {
    const names = [...plan.names];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let name = names.pop(); name !== undefined; name = names.pop()) this.#clients.push(await this.#open(plan, name));
      }),
    );
  }

  /** Counts from 0 again, and notes when everybody has had so many bytes; `sampling`: keeps what the first has. */
  arm(bytes: number, sampling = false): void {
    for (const client of this.#clients) client.received = 0;
    this.#target = bytes;
    this.#left = this.#clients.filter(({ socket }) => !socket.isPaused()).length;
    this.#sample = [];
    this.#sampling = sampling;
  }

  /** When the last of those who read had it. */
  arrived(): Promise<number> {
    if (this.#left === 0) return Promise.resolve(this.#last);
    return new Promise((resolve) => (this.#arrived = resolve));
  }

  /** Resolves when nothing has come for a while. */
  async settled(): Promise<void> {
    do await pause(QUIET_MS);
    while (now() - this.#lastByteAt < QUIET_MS);
  }

  counts(): readonly number[] {
    return this.#clients.map(({ received }) => received);
  }

  /** What the first client has had since, where that was asked for. */
  sample(): string {
    return Buffer.concat(this.#sample).toString('base64');
  }

  /** The last client reads no more: whoever writes to it has to hold it or to give up. */
  freeze(): void {
    this.#clients.at(-1)?.socket.pause();
  }

  close(): void {
    for (const { socket } of this.#clients.splice(0)) socket.destroy();
  }

  async #open(plan: Plan, name: string): Promise<Client> {
    const client = await this.#dial(plan.port);
    const splitter = new LengthSplitter(DEFAULT_LIMITS, () => (frames += 1));
    let frames = 0;
    let bytes = 0;
    for (const { send, until } of login(plan, name)) {
      [frames, bytes] = [0, 0];
      await new Promise<void>((resolve) => {
        client.onBytes = (chunk) => {
          bytes += chunk.length;
          if ('frames' in until) splitter.push(chunk);
          if ('frames' in until ? frames >= until.frames : bytes >= until.bytes) resolve();
        };
        client.socket.write(send);
      });
    }
    client.onBytes = undefined;
    return client;
  }

  #dial(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer, callback: (length, bytes) => this.#read(client, length, bytes) } });
      const client: Client = { socket, received: 0, onBytes: undefined };
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.on('error', () => socket.destroy());
        resolve(client);
      });
    });
  }

  #read(client: Client, length: number, bytes: Uint8Array): boolean {
    const before = client.received;
    client.received = before + length;
    client.onBytes?.(Buffer.from(bytes.subarray(0, length)));
    if (this.#sampling && client === this.#clients[0]) this.#sample.push(Buffer.from(bytes.subarray(0, length)));
    this.#lastByteAt = now();
    if (before < this.#target && client.received >= this.#target) this.#complete();
    return true;
  }

  #complete(): void {
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#last = this.#lastByteAt;
    this.#arrived?.(this.#last);
    this.#arrived = undefined;
  }
}

const crowds = new Map<string, Crowd>();

function crowd(name: string): Crowd {
  const found = crowds.get(name) ?? new Crowd();
  crowds.set(name, found);
  return found;
}

answers('connect', (name: string, plan: Plan) => crowd(name).connect(plan));
answers('arm', (name: string, bytes: number) => crowd(name).arm(bytes));
answers('learn', (name: string) => crowd(name).arm(1, true));
answers('arrived', (name: string) => crowd(name).arrived());
answers('settled', (name: string) => crowd(name).settled());
answers('counts', (name: string) => crowd(name).counts());
answers('sample', (name: string) => crowd(name).sample());
answers('freeze', (name: string) => crowd(name).freeze());
answers('close', (name: string) => crowd(name).close());
