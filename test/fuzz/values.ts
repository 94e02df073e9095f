import { type KvList, keys, KEY_NAMES, type Pair, type Value } from '../../protocol/index.js';
import { AGENT_REQUESTS } from '../../src/session/tevents/user-event.js';
import { CONTROL_REQUESTS } from '../../src/session/tevents/control.js';
import type { Dice } from './dice.js';

/** What has broken programs before, and what this one knows by name. */
const TEXTS: readonly [string, ...string[]] = [
  '', ' ', '\0', 'a\0b', '__proto__', 'constructor', 'toString', "'; DROP TABLE cl_spring; --", '%s%n', '\\', "'", '"', '\r\n', '\ufeff', '\u202e', '\u{1f4a5}',
  'x'.repeat(300), '9'.repeat(40), '-1', '0', '1e9', '1.0', '2147483648', '-2147483649', '9223372036854775808', 'NaN', 'true', '31', '5550101',
  '02/30/2026 25:61', '12/31/9999 23:59', '01/01/1970 00:00', '11/22/2026 10:00', '1001', '1002', '1003', '2001', '7001', '7002', 'CommDN1', 'Spring', 'Autumn', 'Sales', 'Spring@Sales', 'Support',
];
const INTEGERS: readonly [number, ...number[]] = [0, 1, 2, 3, 4, 6, 7, 21, 26, 33, 51, -1, 101, 102, 156, 501, 732, 733, 1001, 1002, 32_768, 65_536, 0x7fff_ffff, -0x8000_0000];
const KEYS: readonly [string, ...string[]] = ['__proto__', 'constructor', 'customer_name', 'contact_info', 'x', '\0', 'k'.repeat(200), ...KEY_NAMES];
const REQUESTS: readonly [string, ...string[]] = ['__proto__', ...AGENT_REQUESTS.keys(), ...CONTROL_REQUESTS.keys()];
/** Lists nest no deeper here: one level more would be malformed. */
const DEEPEST = 15;

export function anyText(dice: Dice): string {
  return dice.one(TEXTS);
}

/** A value of any type that can be written. */
export function anyValue(dice: Dice, levels = 3): Value {
  switch (dice.below(9)) {
    case 0:
      return { type: 'masked' };
    case 1:
    case 2:
      return { type: 'int', value: dice.one(INTEGERS) };
    case 3:
    case 4:
      return { type: 'string', value: anyText(dice) };
    case 5:
      return { type: 'wstring', value: anyText(dice) };
    case 6:
      return { type: 'long', value: BigInt(dice.one(INTEGERS)) ** BigInt(1 + dice.below(2)) };
    case 7:
      return dice.oneIn(2) ? { type: 'float', value: dice.one([0.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 33, 1e300]) } : { type: 'binary', value: Buffer.from(anyText(dice)) };
    default:
      return dice.oneIn(20) ? deepList(1 + dice.below(DEEPEST)) : { type: 'kvlist', value: levels === 0 ? [] : anyList(dice, levels - 1) };
  }
}

function deepList(levels: number): Value {
  let value: Value = { type: 'kvlist', value: [] };
  for (let level = 1; level < levels; level += 1) value = { type: 'kvlist', value: [{ key: 'k', value }] };
  return value;
}

function anyList(dice: Dice, levels: number): KvList {
  return Array.from({ length: dice.below(5) }, () => ({ key: dice.one(KEYS), value: anyValue(dice, levels) }));
}

/** A list in which some pairs are others, more, or fewer. */
export function changeList(dice: Dice, list: KvList): KvList {
  const pairs: Pair[] = [...list];
  const at = dice.below(pairs.length + 1);
  const pair = pairs[at];
  if (pair === undefined || dice.oneIn(3)) pairs.splice(at, 0, { key: dice.one(KEYS), value: anyValue(dice) });
  else if (dice.oneIn(4)) pairs.splice(at, 1);
  else if (dice.oneIn(4)) pairs.push(pair);
  else pairs[at] = { key: pair.key, value: anyValue(dice) };
  return pairs;
}

/** The user data of a request of desktops, with parameters that may be its own. */
export function userRequest(dice: Dice): KvList {
  const pairs: Pair[] = [{ key: keys.GSW_AGENT_REQ_TYPE, value: { type: 'string', value: dice.one(REQUESTS) } }];
  if (!dice.oneIn(4)) pairs.push({ key: keys.GSW_CAMPAIGN_NAME, value: { type: 'string', value: dice.one(['Spring', 'Spring', 'Autumn']) } });
  if (dice.oneIn(2)) pairs.push({ key: keys.GSW_RECORD_HANDLE, value: { type: 'int', value: dice.below(400) } });
  if (dice.oneIn(2)) pairs.push({ key: keys.GSW_CALL_RESULT, value: { type: 'int', value: dice.one(INTEGERS) } });
  if (dice.oneIn(3)) pairs.push({ key: keys.GSW_PHONE, value: { type: 'string', value: dice.one(['5550199', anyText(dice)]) } });
  if (dice.oneIn(3)) pairs.push({ key: keys.GSW_DATE_TIME, value: { type: 'string', value: anyText(dice) } });
  if (dice.oneIn(3)) pairs.push({ key: keys.GSW_REFERENCE_ID, value: anyValue(dice) });
  while (dice.oneIn(2)) pairs.push({ key: dice.one(KEYS), value: anyValue(dice) });
  return pairs;
}
