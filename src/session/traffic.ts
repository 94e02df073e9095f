import { attributeId, type Dialect, ErrorCode, EventErrorCode, findMessage, type Message, messageType, nameOf, type ProtocolErrorCode } from '../../protocol/index.js';

/** Where requests are refused. */
export type Refuser = Dialect | 'HTTP';

export type Direction = 'received' | 'sent';

/** What stands for every number that is no message: a client could send each of them. */
const NO_MESSAGE = -1;

const REFUSALS = {
  GSW_CM: { type: messageType('GSW_CM_EvError'), code: attributeId('GSW_CM_AttrErrorCode'), names: ErrorCode },
  T: { type: messageType('EventError'), code: attributeId('AttributeErrorCode'), names: EventErrorCode },
} as const satisfies Record<Dialect, { type: number; code: number; names: Readonly<Record<string, number>> }>;

export interface MessageCount {
  readonly dialect: Dialect;
  readonly direction: Direction;
  /** Its name; `unknown` for numbers that the dialect does not have. */
  readonly type: string;
  readonly count: number;
}

/**
 * Messages of the frame dialects and refusals since the start: plain numbers, since they are counted in the loop that tells
 * thousands of desktops, and read when somebody looks.
 */
export class Traffic {
  readonly #messages: Readonly<Record<Dialect, Readonly<Record<Direction, Map<number, number>>>>> = {
    GSW_CM: { received: new Map(), sent: new Map() },
    T: { received: new Map(), sent: new Map() },
  };
  readonly #refusals: Readonly<Record<Refuser, Map<string, number>>> = { GSW_CM: new Map(), T: new Map(), HTTP: new Map() };

  readonly #malformed: Readonly<Record<Dialect, Map<ProtocolErrorCode, number>>> = { GSW_CM: new Map(), T: new Map() };
  /** Requests under way, and how often a line had to wait because it had as many as it may. */
  readonly #requests: Readonly<Record<Dialect, { inFlight: number; heldBack: number }>> = { GSW_CM: { inFlight: 0, heldBack: 0 }, T: { inFlight: 0, heldBack: 0 } };

  received({ dialect, type }: Message): void {
    increment(this.#messages[dialect].received, findMessage(dialect, type) === undefined ? NO_MESSAGE : type);
  }

  sent(message: Message): void {
    this.sentShared(message.dialect, message.type);
    const { type, code, names } = REFUSALS[message.dialect];
    if (message.type !== type) return;
    const value = message.attributes.find(({ id }) => id === code)?.value;
    if (value?.type === 'int') this.refused(message.dialect, nameOf<string>(names, value.value) ?? String(value.value));
  }

  /** One of many alike: no refusal. */
  sentShared(dialect: Dialect, type: number): void {
    increment(this.#messages[dialect].sent, type);
  }

  /** A request was refused by other means than an error message. `code` is of a closed set. */
  refused(dialect: Refuser, code: string): void {
    increment(this.#refusals[dialect], code);
  }

  /** A line came to its end by what cannot be read on. */
  malformed(dialect: Dialect, code: ProtocolErrorCode): void {
    increment(this.#malformed[dialect], code);
  }

  /** A request has begun, or was answered. */
  underWay(dialect: Dialect, change: 1 | -1): void {
    this.#requests[dialect].inFlight += change;
  }

  /** A line is read no further until one of its requests is answered. */
  heldBack(dialect: Dialect): void {
    this.#requests[dialect].heldBack += 1;
  }

  messages(): MessageCount[] {
    return Object.entries(this.#messages).flatMap(([dialect, directions]) =>
      Object.entries(directions).flatMap(([direction, counts]) =>
        [...counts].map(([type, count]) => ({
          dialect: dialect as Dialect,
          direction: direction as Direction,
          type: findMessage(dialect as Dialect, type)?.name ?? 'unknown',
          count,
        })),
      ),
    );
  }

  malformedFrames(): { readonly dialect: Dialect; readonly code: ProtocolErrorCode; readonly count: number }[] {
    return Object.entries(this.#malformed).flatMap(([dialect, counts]) => [...counts].map(([code, count]) => ({ dialect: dialect as Dialect, code, count })));
  }

  requests(): { readonly dialect: Dialect; readonly inFlight: number; readonly heldBack: number }[] {
    return Object.entries(this.#requests).map(([dialect, counts]) => ({ dialect: dialect as Dialect, ...counts }));
  }

  refusals(): { readonly dialect: Refuser; readonly code: string; readonly count: number }[] {
    return Object.entries(this.#refusals).flatMap(([dialect, counts]) => [...counts].map(([code, count]) => ({ dialect: dialect as Refuser, code, count })));
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
