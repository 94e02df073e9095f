import { fileURLToPath } from 'node:url';
import type { Plan } from './clients.js';
import { Peer } from './peer.js';

const CLIENTS = fileURLToPath(new URL('clients.js', import.meta.url));

/** The clients of all servers, in processes of their own. Each of them has an equal part of every crowd. */
export class Crowds {
  private constructor(private readonly processes: readonly Peer[]) {}

  static start(processes: number): Crowds {
    return new Crowds(Array.from({ length: processes }, (_, index) => Peer.start(`clients ${index + 1}`, CLIENTS)));
  }

  /** Connects and logs in; resolves when all are there. */
  async connect(crowd: string, { names, ...plan }: Plan): Promise<void> {
    await this.#each((peer, index) => peer.ask('connect', crowd, { ...plan, names: names.filter((_, at) => at % this.processes.length === index) }));
  }

  /** Counts from 0; `arrived` then says when everybody had so many bytes. */
  async arm(crowd: string, bytes: number): Promise<void> {
    await this.#each((peer) => peer.ask('arm', crowd, bytes));
  }

  /** As `arm` for the first byte; what comes is kept for `sample`. */
  async learn(crowd: string): Promise<void> {
    await this.#each((peer) => peer.ask('learn', crowd));
  }

  /** When the last of those who read had what `arm` was told, in milliseconds of the machine's clock. */
  async arrived(crowd: string): Promise<number> {
    return Math.max(...(await this.#each((peer) => peer.ask<number>('arrived', crowd))));
  }

  /** Resolves when nothing comes any more. */
  async settled(crowd: string): Promise<void> {
    await this.#each((peer) => peer.ask('settled', crowd));
  }

  /** The bytes that each has had since `arm`. */
  async counts(crowd: string): Promise<readonly number[]> {
    return (await this.#each((peer) => peer.ask<readonly number[]>('counts', crowd))).flat();
  }

  /** What one of them has had since `learn`. */
  async sample(crowd: string): Promise<Buffer> {
    const [sample = ''] = await this.#each((peer) => peer.ask<string>('sample', crowd));
    return Buffer.from(sample, 'base64');
  }

  /** One client stops reading. */
  async freeze(crowd: string): Promise<void> {
    await this.processes[0]?.ask('freeze', crowd);
  }

  async close(crowd: string): Promise<void> {
    await this.#each((peer) => peer.ask('close', crowd));
  }

  async end(): Promise<void> {
    await this.#each((peer) => peer.end());
  }

  #each<T>(job: (peer: Peer, index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.processes.map(job));
  }
}
