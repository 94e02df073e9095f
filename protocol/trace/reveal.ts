import type { Message } from '../codec/message.js';
import type { KvList, Value } from '../codec/value.js';
import { findAttribute } from '../dictionary/dictionary.js';

/**
 * The message with `value` in the place of every masked value of that key, in lists at any depth. The
 * name of an attribute (a masked password's) is taken as a key too.
 */
export function reveal(message: Message, key: string, value: Value): Message {
  const attributes = message.attributes.map((attribute) => {
    const name = findAttribute(message.dialect, attribute.id)?.name;
    return { id: attribute.id, value: revealValue(attribute.value, name === key, key, value) };
  });
  return { ...message, attributes };
}

function revealValue(held: Value, named: boolean, key: string, value: Value): Value {
  if (held.type === 'kvlist') return { type: 'kvlist', value: revealPairs(held.value, key, value) };
  return named && held.type === 'masked' ? value : held;
}

function revealPairs(list: KvList, key: string, value: Value): KvList {
  return list.map((pair) => ({ key: pair.key, value: revealValue(pair.value, pair.key === key, key, value) }));
}
