import * as fc from 'fast-check';

import { messagesOf } from '../../../protocol/index.js';
import type { Attribute, AttributeEntry, AttributeType, Dialect, KvList, Message, MessageEntry, Value } from '../../../protocol/index.js';

/** Text of every plane and of every control character, never a lone surrogate. */
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('*', "'", '\\', '\n', '\r', '\t', ' ', '[', ']', '\u2028', '\u202e', '\ufeff', 'L', '0', 'x'), maxLength: 8 }),
  fc.constantFrom('****', '', '{}', '5', '5L', "L'5'", '\ufffd'),
);

const key = text.filter((candidate) => candidate.length > 0);

const int = fc.oneof(fc.integer(), fc.constantFrom(-0x8000_0000, 0x7fff_ffff, 0));
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bytes = fc.uint8Array({ maxLength: 12 });

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>({ type: 'masked' }),
  fc.record({ type: fc.constant('int' as const), value: int }),
  fc.record({ type: fc.constant('string' as const), value: text }),
  fc.record({ type: fc.constant('wstring' as const), value: text }),
  fc.record({ type: fc.constant('long' as const), value: long }),
  fc.record({ type: fc.constant('float' as const), value: fc.double() }),
  fc.record({ type: fc.constant('binary' as const), value: bytes }),
);

const pairsOf = (value: fc.Arbitrary<Value>): fc.Arbitrary<KvList> => fc.array(fc.record({ key, value }), { maxLength: 4 });
const listOf = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  pairsOf(value).map((pairs): Value => ({ type: 'kvlist', value: pairs }));

const nested = (levels: number): fc.Arbitrary<Value> =>
  levels === 0 ? leaf : fc.oneof({ weight: 4, arbitrary: leaf }, { weight: 1, arbitrary: listOf(nested(levels - 1)) });

/** Lists up to four deep, of any type, keys repeated now and then. */
export const anyValue: fc.Arbitrary<Value> = nested(4);
const anyList = pairsOf(nested(3));

/** The natural TypeScript value of an attribute, as makeMessage takes it. */
export const naturalValue = {
  int,
  string: text,
  kvlist: anyList,
  long,
  binary: bytes,
} satisfies Record<AttributeType, fc.Arbitrary<unknown>>;

function attributeOf(entry: AttributeEntry): fc.Arbitrary<Attribute> {
  return naturalValue[entry.type].map((value: unknown) => ({ id: entry.id, value: { type: entry.type, value } as Value }));
}

/** Any message of the dictionary: what it requires, and some of what it may carry, in the order of the dictionary. */
export function messageOf(entry: MessageEntry): fc.Arbitrary<Message> {
  const attributes = entry.attributes.map((attribute) =>
    entry.requiredIds.has(attribute.id) ? attributeOf(attribute) : fc.option(attributeOf(attribute), { nil: undefined }));
  return fc.tuple(...attributes).map((given) => ({
    dialect: entry.dialect,
    type: entry.type,
    attributes: given.filter((attribute) => attribute !== undefined),
  }));
}

export const allMessages: readonly MessageEntry[] = [...messagesOf('GSW_CM'), ...messagesOf('T')];
export const dictionaryMessage: fc.Arbitrary<Message> = fc.constantFrom(...allMessages).chain(messageOf);

/** Anything that the frame layout can carry: any type, any attributes in any order, any values. */
export const anyMessage: fc.Arbitrary<Message> = fc.record({
  dialect: fc.constantFrom<Dialect>('GSW_CM', 'T'),
  type: fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 40 })),
  attributes: fc.array(
    fc.record({ id: fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 1, max: 18 })), value: anyValue }),
    { maxLength: 6 },
  ),
});
