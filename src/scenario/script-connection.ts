import type { Duplex } from 'node:stream';
import { DEFAULT_LIMITS } from '../../protocol/index.js';
import type { Dialect, Message, WireProfile } from '../../protocol/index.js';
import type { Clock } from '../util/clock.js';
import { Fifo } from '../util/fifo.js';
import type { Role } from './check-script.js';
import { answerHeartbeat } from './heartbeats.js';
import { withSequenceNumber } from './sequence.js';

/** What comes from the other side. `ended` and `broken` are the last. */
export type Arrival =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'ended' }
  | { readonly kind: 'broken'; readonly error: Error };

export interface ScriptConnectionOptions {
  readonly stream: Duplex;
  readonly dialect: Dialect;
  readonly profile: WireProfile;
  readonly role: Role;
  readonly clock: Clock;
}

/** One connection of a script: keeps what arrives in order until a step takes it, and answers heartbeats meanwhile. */
export class ScriptConnection {
  readonly dialect: Dialect;
  readonly #options: ScriptConnectionOptions;
  readonly #arrivals = new Fifo<Arrival>();
  #wake: (() => void) | undefined;
  #over = false;
  #sent = 0n;

  constructor(options: ScriptConnectionOptions) {
    this.#options = options;
    this.dialect = options.dialect;
    const { stream, profile } = options;
    const splitter = profile.splitter(DEFAULT_LIMITS, (frame) => this.#take(profile.decode(frame, options.dialect, DEFAULT_LIMITS)));
    stream.on('data', (chunk: Uint8Array) => {
      try {
        if (!this.#over) splitter.push(chunk);
      } catch (error) {
        this.#last({ kind: 'broken', error: error instanceof Error ? error : new Error(String(error)) });
      }
    });
    stream.on('error', (error: Error) => this.#last({ kind: 'broken', error }));
    stream.on('end', () => this.#last({ kind: 'ended' }));
    stream.on('close', () => this.#last({ kind: 'ended' }));
  }

  /**
   * Sends a message; as the gateway, a T-Event that says no sequence number gets the next one. Answers
   * false when the line takes nothing any more. Throws ProtocolError when a value cannot be encoded.
   */
  send(message: Message): boolean {
    const { profile, stream, role } = this.#options;
    if (!stream.writable) return false;
    const sent = role === 'gateway' && message.dialect === 'T' ? withSequenceNumber(message, this.#sent) : message;
    stream.write(profile.encode(sent));
    this.#sent += 1n;
    return true;
  }

  /** Ends our stream; what the other side still sends is taken. */
  end(): void {
    this.#options.stream.end();
  }

  /** Ends our stream and waits, at most `timeoutMs` milliseconds, until the system has taken what was sent; then cuts the line. */
  async leave(timeoutMs: number): Promise<void> {
    const { stream, clock } = this.#options;
    // A line that is cut already has nobody left to call back.
    if (stream.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = clock.after(timeoutMs, resolve);
      stream.end(() => {
        timer.cancel();
        resolve();
      });
    });
    this.destroy();
  }

  /** Cuts the line. */
  destroy(): void {
    this.#over = true;
    this.#options.stream.destroy();
  }

  /** The next arrival, or undefined when there is none within `timeoutMs` milliseconds. The last one is answered again and again. */
  async next(timeoutMs: number): Promise<Arrival | undefined> {
    if (this.#arrivals.length === 0) await this.#arrival(timeoutMs);
    const arrival = this.#arrivals.peek();
    if (arrival?.kind === 'message') this.#arrivals.shift();
    return arrival;
  }

  #arrival(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(timeoutMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #take(message: Message): void {
    const answer = answerHeartbeat(message);
    if (answer !== undefined) this.send(answer);
    this.#push({ kind: 'message', message });
  }

  #last(arrival: Arrival): void {
    this.#over = true;
    this.#push(arrival);
  }

  #push(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#wake?.();
    this.#wake = undefined;
  }
}
