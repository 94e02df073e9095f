import { messageEntry } from '../dictionary/dictionary.js';
import type { MessageName } from '../dictionary/dictionary.js';
import type { Attribute, Message } from './message.js';
import { wrap } from './typed.js';
import type { AnyAttributeValue, AttributesOf } from './typed.js';

/**
 * A message of the dictionary, its attributes in the order in which encoders write them. Attributes
 * that are undefined are left out. Values are checked against their types when compiled, and against
 * their ranges when encoded.
 */
export function makeMessage<N extends MessageName>(name: N, attributes: AttributesOf<N>): Message {
  const entry = messageEntry(name);
  const given = attributes as Readonly<Record<string, AnyAttributeValue | undefined>>;
  const written: Attribute[] = [];
  for (const attribute of entry.attributes) {
    const value = given[attribute.name];
    if (value !== undefined) written.push({ id: attribute.id, value: wrap(value, attribute.type) });
  }
  return { dialect: entry.dialect, type: entry.type, attributes: written };
}
