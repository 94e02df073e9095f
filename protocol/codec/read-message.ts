import { attributesOf, findAttributeByName, findMessage } from '../dictionary/dictionary.js';
import type { AttributeEntry, AttributeName, MessageEntry, MessageName } from '../dictionary/dictionary.js';
import type { Dialect, Message } from './message.js';
import { unwrap } from './typed.js';
import type { AnyAttributeValue, AttributesOf, AttributeValue } from './typed.js';
import type { Value } from './value.js';

/** A message that is as the dictionary says, its attributes by name. */
export type ReadMessage<N extends MessageName = MessageName> = {
  readonly [M in N]: {
    readonly kind: 'message';
    readonly name: M;
    readonly attributes: AttributesOf<M>;
    readonly entry: MessageEntry;
    /** What was read, with unknown and repeated attributes. */
    readonly message: Message;
  };
}[N];

export type WrongReason = 'UnknownMessage' | 'MissingAttribute' | 'WrongType';

/** A message that is wrong but well formed: it is answered with an error, and the connection goes on. */
export interface Wrong {
  readonly kind: 'wrong';
  readonly reason: WrongReason;
  readonly dialect: Dialect;
  readonly type: number;
  /** Absent where the type is unknown. */
  readonly name?: MessageName;
  /** The attribute that is missing or of another type. */
  readonly attribute?: AttributeName;
  /** ReferenceID of the message, where it has a usable one: what an error answers to. */
  readonly referenceId?: number;
  /** For the text of the error: names the message or the attribute and what is wrong with it. */
  readonly what: string;
  /** What was read. */
  readonly message: Message;
}

/** In both dialects. */
const REFERENCE_ID = 1;

/** ReferenceID of a message of either dialect, where it has one of the right type. */
export function referenceIdOf(message: Message): number | undefined {
  const value = firstValue(message, REFERENCE_ID);
  return value?.type === 'int' ? value.value : undefined;
}

/**
 * Checks a well-formed message against the dictionary (wire profile 1, "What is malformed, and what is
 * merely wrong"): its type is known, what it requires is there, every known attribute has its type.
 * Of a repeated attribute the first counts; unknown attributes are left alone; a masked value is of no
 * type that could be used. Rules that need a session (who may send it, ids, the state) are not checked.
 */
export function readMessage(message: Message): ReadMessage | Wrong {
  const entry = findMessage(message.dialect, message.type);
  if (entry === undefined) return wrong(message, { reason: 'UnknownMessage', what: `Unknown message type ${message.type}` });
  const found: Record<string, AnyAttributeValue> = {};
  for (const attribute of attributesOf(message.dialect)) {
    const value = firstValue(message, attribute.id);
    if (value === undefined) {
      if (entry.requiredIds.has(attribute.id)) return missing(message, entry, attribute);
      continue;
    }
    const unwrapped = unwrap(value, attribute.type);
    if (unwrapped === undefined) return wrongType(message, entry, attribute, value);
    if (entry.attributes.includes(attribute)) found[attribute.name] = unwrapped;
  }
  // The loop above is what the type says; TypeScript cannot follow it through the dictionary.
  return { kind: 'message', name: entry.name, attributes: found, entry, message } as unknown as ReadMessage;
}

function firstValue(message: Message, id: number): Value | undefined {
  return message.attributes.find((attribute) => attribute.id === id)?.value;
}

/** An attribute of a message that may be wrong elsewhere; undefined where it is absent, or of another type than the dictionary's. */
export function readAttribute<N extends AttributeName>(message: Message, name: N): AttributeValue<N> | undefined {
  const attribute = findAttributeByName(name);
  const value = attribute && firstValue(message, attribute.id);
  return value && (unwrap(value, attribute.type) as AttributeValue<N> | undefined);
}

function missing(message: Message, entry: MessageEntry, attribute: AttributeEntry): Wrong {
  return wrong(message, {
    reason: 'MissingAttribute',
    name: entry.name,
    attribute: attribute.name,
    what: `${attribute.name} is missing in ${entry.name}`,
  });
}

function wrongType(message: Message, entry: MessageEntry, attribute: AttributeEntry, value: Value): Wrong {
  const what = value.type === 'masked' ? 'is masked' : `is of type ${value.type}`;
  return wrong(message, {
    reason: 'WrongType',
    name: entry.name,
    attribute: attribute.name,
    what: `${attribute.name} ${what} where ${attribute.type} is wanted`,
  });
}

function wrong(message: Message, why: Pick<Wrong, 'reason' | 'what' | 'name' | 'attribute'>): Wrong {
  const referenceId = referenceIdOf(message);
  return {
    kind: 'wrong',
    dialect: message.dialect,
    type: message.type,
    ...why,
    message,
    ...(referenceId !== undefined && { referenceId }),
  };
}
