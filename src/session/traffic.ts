import { attributeId, type Dialect, ErrorCode, EventErrorCode, findMessage, type Message, messageType, nameOf } from '../../protocol/index.js';

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

  refusals(): { readonly dialect: Refuser; readonly code: string; readonly count: number }[] {
    return Object.entries(this.#refusals).flatMap(([dialect, counts]) => [...counts].map(([code, count]) => ({ dialect: dialect as Refuser, code, count })));
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
