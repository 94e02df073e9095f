import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DEFAULT_LIMITS, type Dialect, EventErrorCode, makeMessage, type Message, ocm1, type ReadMessage, readMessage } from '../../protocol/index.js';
import { systemClock } from '../../src/util/clock.js';
import { HOST } from '../support/gateway.js';
import type { Dice } from './dice.js';
import { type Expected, expectedOf } from './expected.js';

/** Whatever is sent, the gateway has said or done something about it by then. */
const PATIENCE_MS = 20_000;
const FIRST_SENTINEL = 1_000_000_000;

/** The gateway did not do what it has to. */
export class Finding extends Error {
  constructor(
    what: string,
    readonly dialect: Dialect | 'HTTP',
    /** What had been sent over the connection, from its beginning. */
    readonly bytes: Uint8Array,
  ) {
    super(what);
    this.name = 'Finding';
  }
}

/** One connection to a listener of frames, and what is held against the gateway on it. */
export class FuzzLine {
  registered = false;
  readonly #sent: Uint8Array[] = [];
  readonly #heard: ReadMessage[] = [];
  #sequence = 0n;
  #end: 'fin' | 'reset' | undefined;
  #problem: string | undefined;
  #wake: () => void = () => undefined;
  #sentinel = FIRST_SENTINEL;

  private constructor(
    readonly socket: Socket,
    readonly dialect: Dialect,
  ) {
    const splitter = ocm1.splitter(DEFAULT_LIMITS, (frame) => this.#take(readMessage(ocm1.decode(frame, dialect, DEFAULT_LIMITS))));
    socket.on('data', (chunk: Buffer) => {
      try {
        splitter.push(chunk);
      } catch (error) {
        this.#problem ??= `the gateway sent what cannot be read: ${String(error)}`;
      }
      this.#wake();
    });
    const ended = (end: 'fin' | 'reset'): void => {
      this.#end ??= end;
      this.#wake();
    };
    socket.once('end', () => ended('fin'));
    socket.once('error', () => ended('reset'));
    socket.once('close', () => ended('reset'));
  }

  /** `from` is an address of this machine: each has as many ports as there are. */
  static async open(port: number, dialect: Dialect, from: string): Promise<FuzzLine> {
    const socket = connect({ host: HOST, port, localAddress: from, allowHalfOpen: true, noDelay: true });
    await once(socket, 'connect');
    return new FuzzLine(socket, dialect);
  }

  /**
   * Sends a stream, in pieces where it is told to, and waits until the gateway has done what it has to: goes on serving, or says one
   * Error and ends the connection. Answers how many frames it has read, and whether the connection lives. Throws Finding.
   */
  async play(bytes: Uint8Array, dice: Dice): Promise<{ readonly frames: number; readonly lives: boolean }> {
    const expected = expectedOf(bytes, this.dialect, this.registered);
    const { served, end } = expected;
    this.#heard.length = 0;
    await this.#send(bytes, dice);
    this.registered = expected.registers;
    switch (end.kind) {
      case 'whole':
        return { frames: served.length, lives: await this.#goesOn(expected) };
      case 'cut':
        this.socket.end();
        await this.#untilEnd();
        if (this.#heard.some((message) => this.#isMalformedError(message))) this.#fail('an Error for a stream that was only cut');
        return { frames: served.length, lives: false };
      case 'malformed':
        await this.#untilEnd();
        this.#checkError(end.error.code === 'FrameTooLong' ? undefined : end.error.message);
        return { frames: served.length + 1, lives: false };
      case 'either':
        this.socket.end();
        await this.#untilEnd();
        return { frames: served.length, lives: false };
    }
  }

  /** Leaves in one of the ways in which clients leave; a line that was left in the middle may tell nothing any more. */
  leave(dice: Dice): void {
    this.socket.removeAllListeners('error').on('error', () => undefined);
    if (this.#end === undefined && dice.oneIn(3)) this.socket.end(() => this.socket.destroy());
    else if (dice.oneIn(2)) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  async #send(bytes: Uint8Array, dice: Dice): Promise<void> {
    this.#sent.push(bytes);
    let from = 0;
    while (dice.oneIn(4) && from < bytes.length) {
      const to = from + 1 + dice.below(bytes.length - from);
      this.socket.write(bytes.subarray(from, to));
      from = to;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (from < bytes.length) this.socket.write(bytes.subarray(from));
  }

  /** What is behind the stream is answered, and every request in it was. */
  async #goesOn({ served }: Expected): Promise<boolean> {
    const reference = (this.#sentinel += 1);
    const sentinel = ocm1.encode(heartbeatOf(this.dialect, reference));
    this.#sent.push(sentinel);
    this.socket.write(sentinel);
    await this.#until(() => this.#end !== undefined || this.#heard.some((message) => answers(message, reference)), 'no answer to what came behind the stream');
    if (this.#end !== undefined) {
      if (!this.#isTakenOver()) this.#fail(`the connection of a stream that is well formed was ended (${this.#end}) behind ${this.#heard.at(-1)?.name}`);
      return false;
    }
    if (this.dialect === 'T') return true;
    // every request of this dialect has exactly one answer; those about campaigns may come behind the sentinel's
    const wanted = served.filter((read) => read.kind === 'wrong' || read.name !== 'GSW_CM_EvHeartbeat').length + 1;
    await this.#until(() => this.#end !== undefined || this.#answers() >= wanted, () => `${this.#answers()} answers to ${wanted} requests`);
    if (this.#answers() !== wanted) this.#fail(`${this.#answers()} answers to ${wanted} requests`);
    return true;
  }

  #answers(): number {
    return this.#heard.filter((message) => message.name === 'GSW_CM_EvError' || ('GSW_CM_AttrRequestID' in message.attributes && message.attributes.GSW_CM_AttrRequestID !== 0)).length;
  }

  /** Another lane has logged the same agent in on the same DN. */
  #isTakenOver(): boolean {
    const last = this.#heard.at(-1);
    return last?.name === 'EventError' && last.attributes.AttributeErrorCode === EventErrorCode.AgentAlreadyLoggedIn;
  }

  #checkError(text: string | undefined): void {
    if (this.#isTakenOver()) return;
    const [error, ...more] = this.#heard.filter((message) => this.#isMalformedError(message));
    if (error === undefined || more.length > 0) this.#fail(`${(error === undefined ? 0 : 1) + more.length} Errors for what is malformed, expected one: ${text}`);
    if (error !== this.#heard.at(-1)) this.#fail('the Error was not the last message');
    const said = Object.values(error?.attributes ?? {}).find((value) => typeof value === 'string');
    if (text !== undefined && said !== text) this.#fail(`the Error says '${String(said)}', expected '${text}'`);
    if (this.#end !== 'fin') this.#fail('the connection broke before its end');
  }

  #isMalformedError(message: ReadMessage): boolean {
    if (message.name === 'EventError') return message.attributes.AttributeErrorCode === EventErrorCode.Malformed;
    return message.name === 'GSW_CM_EvError' && message.attributes.GSW_CM_AttrRequestID === 0 && /at byte offset \d+$/.test(message.attributes.GSW_CM_AttrErrorMessage);
  }

  #take(read: ReturnType<typeof readMessage>): void {
    if (read.kind === 'wrong') {
      this.#problem ??= `the gateway sent what is wrong: ${read.what}`;
      return;
    }
    this.#heard.push(read);
    if (this.dialect !== 'T') return;
    this.#sequence += 1n;
    const number = 'AttributeEventSequenceNumber' in read.attributes ? read.attributes.AttributeEventSequenceNumber : undefined;
    if (number !== this.#sequence) this.#problem ??= `${read.name} has the sequence number ${String(number)}, expected ${this.#sequence}`;
  }

  #untilEnd(): Promise<void> {
    return this.#until(() => this.#end !== undefined, 'the connection was not ended');
  }

  async #until(holds: () => boolean, otherwise: string | (() => string)): Promise<void> {
    let isLate = false;
    const timer = systemClock.after(PATIENCE_MS, () => {
      isLate = true;
      this.#wake();
    }, { keepAlive: true });
    try {
      while (!holds()) {
        if (this.#problem !== undefined) this.#fail(this.#problem);
        if (isLate) this.#fail(typeof otherwise === 'string' ? otherwise : otherwise());
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      timer.cancel();
    }
    if (this.#problem !== undefined) this.#fail(this.#problem);
  }

  #fail(what: string): never {
    throw new Finding(what, this.dialect, Buffer.concat(this.#sent));
  }
}

function heartbeatOf(dialect: Dialect, reference: number): Message {
  return dialect === 'T' ? makeMessage('RequestHeartbeat', { AttributeReferenceID: reference }) : makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: reference });
}

/** Registered or not: the heartbeat is answered, or refused. */
function answers({ attributes }: ReadMessage, reference: number): boolean {
  if ('GSW_CM_AttrRequestID' in attributes) return attributes.GSW_CM_AttrRequestID === reference;
  return 'AttributeReferenceID' in attributes && attributes.AttributeReferenceID === reference;
}
