import { GSW_CM_ATTRIBUTES, GSW_CM_MESSAGES } from './gsw-cm.js';
import type { AttributeSpec, MessageSpec } from './spec.js';
import { T_ATTRIBUTES, T_MESSAGES } from './t-events.js';

/** The one interpreter of the dictionaries: numbers to names and back, per dialect. */

interface Tables {
  readonly GSW_CM: { readonly attributes: typeof GSW_CM_ATTRIBUTES; readonly messages: typeof GSW_CM_MESSAGES };
  readonly T: { readonly attributes: typeof T_ATTRIBUTES; readonly messages: typeof T_MESSAGES };
}
const TABLES: Tables = {
  GSW_CM: { attributes: GSW_CM_ATTRIBUTES, messages: GSW_CM_MESSAGES },
  T: { attributes: T_ATTRIBUTES, messages: T_MESSAGES },
};

export type DialectName = keyof Tables;
type Attributes<D extends DialectName> = Tables[D]['attributes'][number];
type Messages<D extends DialectName> = Tables[D]['messages'][number];

/** Names are unique over both dialects, so a name alone says which dialect is spoken. */
export type MessageName<D extends DialectName = DialectName> = Messages<D>['name'];
export type AttributeName<D extends DialectName = DialectName> = Attributes<D>['name'];

/** The row of a message or an attribute, found by its name, as a type. */
export type MessageRow<N extends MessageName> = Extract<Messages<DialectName>, { readonly name: N }>;
export type AttributeRow<N extends AttributeName> = Extract<Attributes<DialectName>, { readonly name: N }>;

/** A message of the dictionary with its attributes looked up. */
export interface MessageEntry extends MessageSpec {
  readonly name: MessageName;
  readonly dialect: DialectName;
  /** The attributes of `carries`, in the order in which they are written. */
  readonly attributes: readonly AttributeEntry[];
  readonly requiredIds: ReadonlySet<number>;
}

export interface AttributeEntry extends AttributeSpec {
  readonly name: AttributeName;
}

interface Index {
  readonly attributes: readonly AttributeEntry[];
  readonly messages: readonly MessageEntry[];
  readonly attributeById: ReadonlyMap<number, AttributeEntry>;
  readonly messageByType: ReadonlyMap<number, MessageEntry>;
}

function indexOf(dialect: DialectName): Index {
  const attributes: readonly AttributeEntry[] = TABLES[dialect].attributes;
  const byName = new Map<string, AttributeEntry>(attributes.map((attribute) => [attribute.name, attribute]));
  const lookUp = (names: readonly string[]): AttributeEntry[] =>
    names.flatMap((name) => byName.get(name) ?? []);
  const messages = TABLES[dialect].messages.map((message): MessageEntry => ({
    ...message,
    dialect,
    attributes: lookUp(message.carries),
    requiredIds: new Set(lookUp(message.required).map((attribute) => attribute.id)),
  }));
  return {
    attributes,
    messages,
    attributeById: new Map(attributes.map((attribute) => [attribute.id, attribute])),
    messageByType: new Map(messages.map((message) => [message.type, message])),
  };
}

const INDEX: Readonly<Record<DialectName, Index>> = { GSW_CM: indexOf('GSW_CM'), T: indexOf('T') };
const DIALECTS: readonly DialectName[] = ['GSW_CM', 'T'];
const ATTRIBUTE_BY_NAME = new Map<string, AttributeEntry>(
  DIALECTS.flatMap((dialect) => INDEX[dialect].attributes.map((attribute) => [attribute.name, attribute] as const)),
);
const MESSAGE_BY_NAME = new Map<string, MessageEntry>(
  DIALECTS.flatMap((dialect) => INDEX[dialect].messages.map((message) => [message.name, message] as const)),
);

/** Every message of a dialect, by number. */
export function messagesOf(dialect: DialectName): readonly MessageEntry[] {
  return INDEX[dialect].messages;
}

/** Every attribute of a dialect, by id. */
export function attributesOf(dialect: DialectName): readonly AttributeEntry[] {
  return INDEX[dialect].attributes;
}

/** The message with that number; undefined for an unknown one. */
export function findMessage(dialect: DialectName, type: number): MessageEntry | undefined {
  return INDEX[dialect].messageByType.get(type);
}

/** The attribute with that id; undefined for an unknown one. */
export function findAttribute(dialect: DialectName, id: number): AttributeEntry | undefined {
  return INDEX[dialect].attributeById.get(id);
}

/** The message with that name, of either dialect; undefined for a name that is none. */
export function findMessageByName(name: string): MessageEntry | undefined {
  return MESSAGE_BY_NAME.get(name);
}

/** The attribute with that name, of either dialect; undefined for a name that is none. */
export function findAttributeByName(name: string): AttributeEntry | undefined {
  return ATTRIBUTE_BY_NAME.get(name);
}

/** The number of a message. */
export function messageType(name: MessageName): number {
  return messageEntry(name).type;
}

/** The id of an attribute. */
export function attributeId(name: AttributeName): number {
  const attribute = ATTRIBUTE_BY_NAME.get(name);
  if (attribute === undefined) throw new TypeError(`${name} is not in the dictionary`);
  return attribute.id;
}

/** The dictionary's row of a message. */
export function messageEntry(name: MessageName): MessageEntry {
  const message = MESSAGE_BY_NAME.get(name);
  if (message === undefined) throw new TypeError(`${name} is not in the dictionary`);
  return message;
}
