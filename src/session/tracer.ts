import type { KvList, Message } from '../../protocol/index.js';
import { describeEntry, describeHttpEntry } from '../../protocol/index.js';
import type { TraceWriter } from '../log/trace-writer.js';
import type { Clock } from '../util/clock.js';

/** Writes messages into the trace as they pass. Where the trace is off it costs one look at a boolean. */
export class Tracer {
  readonly enabled: boolean;
  readonly #writer: TraceWriter;
  readonly #clock: Clock;
  readonly #showValues: boolean;

  constructor(writer: TraceWriter, clock: Clock, showValues: boolean) {
    this.enabled = writer.enabled;
    this.#writer = writer;
    this.#clock = clock;
    this.#showValues = showValues;
  }

  message(connection: number, direction: 'received' | 'sent', message: Message): void {
    if (!this.enabled) return;
    const head = { time: this.#time(), connection, direction };
    this.#writer.write(describeEntry(head, message, { showValues: this.#showValues }));
  }

  /** A request or answer of HTTP's native family. */
  http(connection: number, direction: 'received' | 'sent', pairs: KvList): void {
    if (!this.enabled) return;
    const head = { time: this.#time(), connection, direction };
    this.#writer.write(describeHttpEntry(head, pairs, { showValues: this.#showValues }));
  }

  /** A change of a campaign group, as the standard log has it. */
  standard(number: number, text: string): void {
    if (this.enabled) this.#writer.write(`${this.#time()} Trc ${number} ${text}`);
  }

  #time(): string {
    return this.#clock.timeOfDay(this.#clock.now());
  }
}
