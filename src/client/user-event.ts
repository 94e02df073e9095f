import { findValue, int, type KeyName, keys, type KvList, long, type ReadMessage, string, textOf, type Value } from '../../protocol/index.js';

/** Pairs of user data, as a list or, where order and types say themselves, as an object: text, int, and long for a bigint. */
export type Pairs = KvList | Readonly<Record<string, string | number | bigint | Value>>;

export function toKvList(pairs: Pairs): KvList {
  if (Array.isArray(pairs)) return pairs as KvList;
  return Object.entries(pairs).map(([key, value]) => ({ key, value: toValue(value as string | number | bigint | Value) }));
}

function toValue(value: string | number | bigint | Value): Value {
  if (typeof value === 'string') return string(value);
  if (typeof value === 'bigint') return long(value);
  return typeof value === 'number' ? int(value) : value;
}

/** User data that came, by key. Of a key that is there more than once the first counts. */
export class ReceivedData {
  constructor(readonly data: KvList) {}

  /** The text of a key; undefined where it is absent or no text. */
  text(key: KeyName | (string & {})): string | undefined {
    return textOf(findValue(this.data, key));
  }

  /** The int of a key, also where it came as decimal text; undefined where it is absent or neither. */
  integer(key: KeyName | (string & {})): number | undefined {
    const value = findValue(this.data, key);
    if (value?.type === 'int') return value.value;
    const text = this.text(key) ?? '';
    return /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
  }

  /** What names the record of this event in a request about it: its campaign, list and handle, as they came. */
  recordKeys(): KvList {
    return this.data.filter(({ key }, index) => NAMES_RECORD.has(key) && this.data.findIndex((pair) => pair.key === key) === index);
  }
}

const NAMES_RECORD: ReadonlySet<string> = new Set([keys.GSW_CAMPAIGN_NAME, keys.GSW_CALLING_LIST, keys.GSW_RECORD_HANDLE]);

/** What the gateway says in user data. */
export class UserEvent extends ReceivedData {
  /** The DN on which it was said. */
  readonly dn: string;
  /** GSW_USER_EVENT. */
  readonly name: string;

  constructor(readonly message: ReadMessage<'EventUserEvent'>) {
    super(message.attributes.AttributeUserData);
    this.dn = message.attributes.AttributeThisDN ?? '';
    this.name = this.text(keys.GSW_USER_EVENT) ?? '';
  }
}

/** What a campaign group did. A group's notifications have rising numbers, from each load on. */
export interface Notification {
  readonly name: string;
  /** GSW_SESSION_UUID: the load of the campaign group. */
  readonly session: string;
  /** GSW_EVENT_NUMBER. */
  readonly number: bigint;
  readonly event: UserEvent;
}

/** The event as a notification; undefined where it is none. */
export function notificationOf(event: UserEvent): Notification | undefined {
  const extensions = event.message.attributes.AttributeExtensions ?? [];
  const session = findValue(extensions, keys.GSW_SESSION_UUID);
  const number = findValue(extensions, keys.GSW_EVENT_NUMBER);
  if (session?.type !== 'string' || number?.type !== 'long') return undefined;
  return { name: event.name, session: session.value, number: number.value, event };
}
