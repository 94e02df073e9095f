import { Fifo } from '../util/fifo.js';

/** What the scheduler writes from; implemented by Outbox. */
export interface WriteSource {
  /** Hands a batch of what waits to the socket and answers how many bytes that were. Never throws. */
  writeBatch(): number;
}

export interface TurnBudget {
  /** Sockets written in one turn of the event loop. 5,000 writes take some 25 ms, so 256 take about 1.3 ms. */
  readonly sockets: number;
  /** Bytes after which a turn writes no further socket: copying them into the kernel takes time as well. */
  readonly bytes: number;
}

export const defaultTurnBudget: TurnBudget = { sockets: 256, bytes: 2 * 1024 * 1024 };

/**
 * Spreads the socket writes of all lines over turns of the event loop, so that a notification to
 * thousands never keeps requests waiting. While the turn has budget left a write happens in the microtask
 * after the code that asked for it (an answer on an idle system is not delayed); the rest waits in
 * order for the next turns. setImmediate is what marks a turn: it runs once per round of the loop,
 * after the sockets were read, and is no clock, which is why it may stand here and in Inbox.
 */
export class WriteScheduler {
  readonly #budget: TurnBudget;
  readonly #waiting = new Fifo<WriteSource>();
  #socketsLeft: number;
  #bytesLeft: number;
  #microtaskPending = false;
  #turnPending = false;

  constructor(budget: TurnBudget = defaultTurnBudget) {
    this.#budget = budget;
    this.#socketsLeft = budget.sockets;
    this.#bytesLeft = budget.bytes;
  }

  /** Asks for one `writeBatch` of `source`. A source asks again when it has more, which puts it behind the others. */
  request(source: WriteSource): void {
    this.#waiting.push(source);
    if (this.#microtaskPending) return;
    this.#microtaskPending = true;
    queueMicrotask(() => {
      this.#microtaskPending = false;
      this.#write();
    });
  }

  #hasBudget(): boolean {
    return this.#socketsLeft > 0 && this.#bytesLeft > 0;
  }

  #write(): void {
    while (this.#hasBudget()) {
      const source = this.#waiting.shift();
      if (source === undefined) break;
      this.#socketsLeft -= 1;
      this.#bytesLeft -= source.writeBatch();
    }
    this.#awaitNextTurn();
  }

  #awaitNextTurn(): void {
    if (this.#turnPending) return;
    this.#turnPending = true;
    setImmediate(() => {
      this.#turnPending = false;
      this.#socketsLeft = this.#budget.sockets;
      this.#bytesLeft = this.#budget.bytes;
      if (this.#waiting.length > 0) this.#write();
    });
  }
}
