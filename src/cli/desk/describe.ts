import { CallResult, describeLeaf, keys, nameOf, type Pair, type Value } from '../../../protocol/index.js';
import type { ReceivedData } from '../../client/index.js';

/** Said in words of their own, in this order, before the other pairs; or about nothing that an agent asks for. */
const IN_WORDS: ReadonlySet<string> = new Set([
  keys.GSW_RECORD_HANDLE, keys.GSW_CALLING_LIST, keys.GSW_CAMPAIGN_GROUP_NAME, keys.GSW_CAMPAIGN_NAME, keys.GSW_CAMPAIGN_MODE,
  keys.GSW_PHONE, keys.GSW_ATTEMPTS, keys.GSW_CALL_RESULT, keys.GSW_TZ_NAME, keys.GSW_ERROR,
]);
const LEFT_OUT: ReadonlySet<string> = new Set([
  keys.GSW_USER_EVENT, keys.GSW_APPLICATION_ID, keys.GSW_REFERENCE_ID, keys.GSW_CAMPAIGN_DESCRIPTION, keys.GSW_CAMPAIGN_GROUP_DESCRIPTION,
  keys.GSW_CHAIN_ID, keys.GSW_CALL_ATTEMPT_GUID, keys.GSW_TZ_OFFSET, keys.InteractionType,
]);
/** Longer values are cut: an event is one line. */
const LONGEST_VALUE = 60;

/** User data as an agent wants to read it, on one line; `describePair` shows all of it. */
export function describeData(data: ReceivedData): string {
  return [...inWords(data), ...others(data)].join(', ');
}

function* inWords(data: ReceivedData): Generator<string> {
  const handle = data.integer(keys.GSW_RECORD_HANDLE);
  const list = data.text(keys.GSW_CALLING_LIST);
  if (handle !== undefined) yield `record ${handle}${list === undefined ? '' : ` of ${list}`}`;
  else yield* said(data.text(keys.GSW_CAMPAIGN_GROUP_NAME) ?? data.text(keys.GSW_CAMPAIGN_NAME));
  yield* said(data.text(keys.GSW_CAMPAIGN_MODE));
  yield* said(data.text(keys.GSW_PHONE));
  const attempts = data.integer(keys.GSW_ATTEMPTS);
  if (attempts !== undefined) yield `attempts ${attempts}`;
  const result = data.integer(keys.GSW_CALL_RESULT);
  // of a record that nobody has called yet there is nothing to say
  if (result !== undefined && result !== CallResult.Unknown) yield `result ${nameOf(CallResult, result) ?? result}`;
  yield* said(data.text(keys.GSW_TZ_NAME));
  yield* said(data.text(keys.GSW_ERROR));
}

/** Nothing is said of what is absent or empty. */
const said = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : [text]);

function others({ data }: ReceivedData): string[] {
  return data.filter(({ key }) => !IN_WORDS.has(key) && !LEFT_OUT.has(key)).map(({ key, value }) => `${key}=${cut(describeValue(value))}`);
}

const cut = (text: string): string => (text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}...` : text);

/** One pair, whole, for a list of them. */
export function describePair({ key, value }: Pair): string {
  return `  ${key.padEnd(24)} ${describeValue(value)}`;
}

function describeValue(value: Value): string {
  return value.type === 'kvlist' ? `{${value.value.map((pair) => `${pair.key}=${describeValue(pair.value)}`).join(', ')}}` : describeLeaf(value);
}
