import { isLoopbackHost } from '../util/loopback.js';
import type { RefusalReason } from './close-reason.js';

export interface ConnectionLimits {
  /** limits.connections: how many lines in all, over every listener. */
  readonly connections: number;
  /** limits.connectionsPerAddress: how many lines from one address, over every listener. */
  readonly connectionsPerAddress: number;
}

/** Counts the lines of all listeners and says who may still come in. */
export class ConnectionGate {
  readonly #limits: ConnectionLimits;
  readonly #perAddress = new Map<string, number>();
  #open = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  /**
   * Counts a line in and answers undefined, or says why not. Every line let in is given back by `leave`,
   * once. `address` is a plain one (see plainAddress); `loopbackOnly` is a rule of the listener it came to.
   */
  enter(address: string, loopbackOnly: boolean): RefusalReason | undefined {
    const fromAddress = this.#perAddress.get(address) ?? 0;
    if (loopbackOnly && !isLoopbackHost(address)) return 'notLoopback';
    if (this.#open >= this.#limits.connections) return 'connectionLimit';
    if (fromAddress >= this.#limits.connectionsPerAddress) return 'addressLimit';
    this.#open += 1;
    this.#perAddress.set(address, fromAddress + 1);
    return undefined;
  }

  leave(address: string): void {
    const fromAddress = this.#perAddress.get(address) ?? 0;
    this.#open -= 1;
    if (fromAddress > 1) this.#perAddress.set(address, fromAddress - 1);
    else this.#perAddress.delete(address);
  }
}
