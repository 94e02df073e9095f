import type { ReadMessage } from '../../protocol/index.js';
import type { TimerHandle } from '../util/clock.js';
import { ANSWERS, type Answer, type AnyRequest, type Given } from './answers.js';
import { reconnectDelayMs } from './backoff.js';
import type { DialectRules } from './dialect-rules.js';
import { ConnectionClosed, RequestRefused, UnexpectedAnswer } from './errors.js';
import { Line } from './line.js';
import type { Settings } from './options.js';
import { Pending } from './pending.js';

/** Sends a request and resolves with its answer. Rejects with RequestRefused, RequestTimedOut, ConnectionClosed or UnexpectedAnswer. */
export type Ask = <N extends AnyRequest>(name: N, attributes: Given<N>, timeoutMs?: number) => Promise<Answer<N>>;

export interface LinkParts {
  readonly settings: Settings;
  readonly rules: DialectRules;
  /** Brings a new connection to where the last one was: registers, and what else there is. */
  readonly restore: (ask: Ask) => Promise<void>;
  /** A message that answers no request. */
  readonly unsolicited: (read: ReadMessage) => void;
  /** The connection was lost; what has not been answered will not be. */
  readonly lost: (error: Error) => void;
  /** There will be no other connection. Without an error: `close` was called. */
  readonly ended: (error: Error | undefined) => void;
  /** Whether what refused a restoration may have passed by the next try. */
  readonly isTransient: (refusal: RequestRefused) => boolean;
}

type State =
  | { readonly kind: 'down' }
  | { readonly kind: 'restoring'; readonly line: Line }
  | { readonly kind: 'up'; readonly line: Line; readonly since: number }
  | { readonly kind: 'closed'; readonly error: Error };

const MAX_REFERENCE = 0x7fffffff;

/** A client's connection, which may be a new one after the last was lost: requests with their answers, and whatever comes unasked. */
export class Link {
  readonly counters = { lateAnswers: 0, wrongMessages: 0, reconnects: 0 };
  readonly #parts: LinkParts;
  readonly #pending: Pending<ReadMessage>;
  #state: State = { kind: 'down' };
  #reference = 0;
  #wasUp = false;
  /** Tries since the last connection that lived. */
  #attempt = 0;
  #retry: TimerHandle | undefined;
  #heartbeat: TimerHandle | undefined;
  /** Why there is to be no other connection, once that is known. */
  #final: Error | undefined;
  #waitingUp: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#pending = new Pending(parts.settings.clock);
  }

  /** The first connection: rejects where it cannot be made or is refused, without another try. */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#end(asError(error));
      throw error;
    }
  }

  request: Ask = async (name, attributes, timeoutMs) => {
    const state = this.#state;
    if (state.kind === 'closed') throw new ConnectionClosed(state.error.message, { cause: state.error });
    if (state.kind !== 'up') throw new ConnectionClosed(`${name} was not sent: the connection is being made again`);
    return this.#ask(state.line, name, attributes, timeoutMs);
  };

  /** Resolves when requests can be sent: at once, or after the connection was made again. Rejects when it never will be. */
  up(): Promise<void> {
    const state = this.#state;
    if (state.kind === 'up') return Promise.resolve();
    if (state.kind === 'closed') return Promise.reject(state.error);
    return new Promise((resolve, reject) => this.#waitingUp.push({ resolve, reject }));
  }

  /** When the connection that there is ends, no other is made. */
  giveUp(error: Error): void {
    this.#final = error;
  }

  async close(): Promise<void> {
    const line = this.#line;
    this.#end(undefined);
    await line?.close();
  }

  get #line(): Line | undefined {
    return 'line' in this.#state ? this.#state.line : undefined;
  }

  async #open(): Promise<void> {
    const { settings, rules, restore } = this.#parts;
    const line: Line = await Line.open(settings, rules.dialect, {
      message: (read) => this.#message(line, read),
      wrong: () => (this.counters.wrongMessages += 1),
      closed: (error) => this.#lineClosed(line, error),
    });
    if (this.#state.kind === 'closed') return line.destroy(this.#state.error);
    this.#state = { kind: 'restoring', line };
    try {
      await restore((name, attributes, timeoutMs) => this.#ask(line, name, attributes, timeoutMs));
      if (this.#line !== line) throw new ConnectionClosed('the connection was lost while it was being made');
    } catch (error) {
      if (this.#line === line) this.#state = { kind: 'down' };
      line.destroy(asError(error));
      throw error;
    }
    this.#state = { kind: 'up', line, since: settings.clock.now() };
    if (this.#wasUp) this.counters.reconnects += 1;
    this.#wasUp = true;
    this.#watch(line);
    for (const { resolve } of this.#waitingUp.splice(0)) resolve();
    if (this.counters.reconnects > 0) settings.onConnection({ kind: 'restored' });
  }

  async #ask<N extends AnyRequest>(line: Line, name: N, attributes: Given<N>, timeoutMs?: number): Promise<Answer<N>> {
    const { settings, rules } = this.#parts;
    const reference = (this.#reference = (this.#reference % MAX_REFERENCE) + 1);
    line.send(rules.make(name, attributes, reference));
    const read = await this.#pending.wait(reference, name, timeoutMs ?? settings.requestTimeoutMs);
    const refusal = rules.refusal(read, name);
    if (refusal !== undefined) throw refusal;
    if (!ANSWERS[name].some((answer) => answer === read.name)) throw new UnexpectedAnswer(name, read.name);
    return read as Answer<N>;
  }

  #message(line: Line, read: ReadMessage): void {
    if (this.#line !== line) return;
    const { rules, unsolicited } = this.#parts;
    const answer = rules.heartbeatAnswer(read);
    if (answer !== undefined) return line.send(answer);
    const reference = rules.answered(read);
    if (reference === undefined) unsolicited(read);
    else if (!this.#pending.resolve(reference, read)) this.counters.lateAnswers += 1;
  }

  #lineClosed(line: Line, error: ConnectionClosed): void {
    const state = this.#state;
    if (this.#line !== line) return;
    this.#heartbeat?.cancel();
    this.#state = { kind: 'down' };
    this.#pending.rejectAll(this.#final ?? error);
    // where it was still being restored, that fails now, and whoever began it goes on
    if (state.kind !== 'up') return;
    const { settings, lost } = this.#parts;
    lost(this.#final ?? error);
    settings.onConnection({ kind: 'lost', error: this.#final ?? error });
    if (settings.reconnect !== undefined && settings.clock.now() - state.since >= settings.reconnect.maxDelayMs) this.#attempt = 0;
    this.#comeBack(error);
  }

  /** After a failure that may pass: the next try, when its time has come. */
  #comeBack(error: Error): void {
    const { settings, isTransient } = this.#parts;
    const { reconnect, clock, random } = settings;
    if (this.#state.kind === 'closed') return;
    const passes = error instanceof RequestRefused ? isTransient(error) : !(error instanceof UnexpectedAnswer);
    if (reconnect === undefined || !passes || this.#final !== undefined) return this.#end(this.#final ?? error);
    const delayMs = reconnectDelayMs(this.#attempt, reconnect, random());
    this.#attempt += 1;
    this.#retry = clock.after(delayMs, () => void this.#tryAgain(), { keepAlive: true });
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      this.#comeBack(asError(error));
    }
  }

  #end(error: Error | undefined): void {
    if (this.#state.kind === 'closed') return;
    const closed = error ?? new ConnectionClosed('the client has closed the connection');
    this.#state = { kind: 'closed', error: closed };
    this.#retry?.cancel();
    this.#heartbeat?.cancel();
    this.#pending.rejectAll(closed);
    for (const { reject } of this.#waitingUp.splice(0)) reject(closed);
    this.#parts.lost(closed);
    this.#parts.ended(error);
  }

  /** A gateway that is silent is asked whether it is there; one that says nothing to that is not. */
  #watch(line: Line): void {
    const { clock, heartbeatMs } = this.#parts.settings;
    this.#heartbeat = clock.after(heartbeatMs, () => {
      if (clock.now() - line.lastHeardAt < heartbeatMs) this.#watch(line);
      else void this.#askWhetherThere(line);
    });
  }

  async #askWhetherThere(line: Line): Promise<void> {
    const { settings, rules } = this.#parts;
    const askedAt = settings.clock.now();
    try {
      await this.#ask(line, rules.heartbeat, {}, settings.heartbeatMs);
    } catch (error) {
      // anything that was heard meanwhile is as good as the answer
      if (this.#line === line && line.lastHeardAt <= askedAt) line.destroy(asError(error));
    }
    if (this.#line === line) this.#watch(line);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
