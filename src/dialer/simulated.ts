import { CallResult } from '../../protocol/dictionary/enumerations.js';
import type { Clock, TimerHandle } from '../util/clock.js';
import type { CallAttempt, CallEvent, Dialer } from './dialer.js';

export interface Range {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface SimulatedSettings {
  readonly seed: number;
  /** How long a number rings before something comes of it. */
  readonly ring: Range;
  /** How long an answered call that was connected lasts. */
  readonly talk: Range;
  /** Shares of the results, by number of the CallResult enumeration; they need not add up to 1. */
  readonly results: readonly { readonly result: number; readonly share: number }[];
}

/**
 * A switch that invents what comes of calls, for demos, tests and load. The same seed gives the same
 * results and times in the same order of placing. It remembers nothing over a restart: no call outlives it.
 */
export class SimulatedDialer implements Dialer {
  readonly #settings: SimulatedSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Of calls that ring or talk: what is to come next. */
  readonly #timers = new Map<number, TimerHandle>();
  /** Of calls that are not over: how long they last once they are connected. */
  readonly #talkMs = new Map<number, number>();
  #tell: (event: CallEvent) => void = () => undefined;

  constructor(settings: SimulatedSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = mulberry32(settings.seed);
  }

  onEvent(listener: (event: CallEvent) => void): void {
    this.#tell = listener;
  }

  place({ id }: CallAttempt): void {
    // all is drawn now, so that what becomes of a call does not depend on what others do meanwhile
    const result = this.#draw();
    const ringMs = this.#within(this.#settings.ring);
    this.#talkMs.set(id, this.#within(this.#settings.talk));
    this.#after(id, ringMs, () => {
      if (result === CallResult.Answer) return this.#tell({ kind: 'answered', attemptId: id });
      this.#talkMs.delete(id);
      this.#tell({ kind: 'failed', attemptId: id, result });
    });
  }

  cancel(attemptId: number): void {
    this.#timers.get(attemptId)?.cancel();
    this.#timers.delete(attemptId);
    this.#talkMs.delete(attemptId);
  }

  connect(attemptId: number): void {
    const talkMs = this.#talkMs.get(attemptId);
    if (talkMs === undefined) return;
    this.#after(attemptId, 0, () => {
      this.#tell({ kind: 'ringing', attemptId });
      this.#tell({ kind: 'established', attemptId });
      this.#after(attemptId, talkMs, () => {
        this.#talkMs.delete(attemptId);
        this.#tell({ kind: 'released', attemptId });
      });
    });
  }

  stillUp(): Promise<ReadonlySet<number>> {
    return Promise.resolve(new Set());
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#talkMs.clear();
  }

  #after(attemptId: number, delayMs: number, fn: () => void): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(attemptId);
      fn();
    });
    this.#timers.set(attemptId, timer);
  }

  #within({ minMs, maxMs }: Range): number {
    return minMs + Math.floor(this.#random() * (maxMs - minMs + 1));
  }

  #draw(): number {
    const { results } = this.#settings;
    let left = this.#random() * results.reduce((sum, { share }) => sum + share, 0);
    for (const { result, share } of results) {
      left -= share;
      if (left < 0) return result;
    }
    return results.at(-1)?.result ?? CallResult.Answer;
  }
}

/** A small seeded generator of numbers in [0, 1): good enough to invent call results, for nothing else. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
