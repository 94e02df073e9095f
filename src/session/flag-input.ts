import { findValue, type KvList, type Value } from '../../protocol/index.js';
import { AUTO_COMPLETION_KEY, type FlagInput } from '../campaign/auto-completion.js';

/** GSW_AUTO_COMPLETION as it stands in a list of properties; undefined where it is absent. */
export function flagInput(properties: KvList | undefined): FlagInput | undefined {
  const value = properties === undefined ? undefined : findValue(properties, AUTO_COMPLETION_KEY);
  return value === undefined ? undefined : toFlagInput(value);
}

function toFlagInput(value: Value): FlagInput {
  switch (value.type) {
    case 'int':
      return { kind: 'integer', value: BigInt(value.value) };
    case 'long':
      return { kind: 'integer', value: value.value };
    case 'string':
    case 'wstring':
      return { kind: 'text', value: value.value };
    case 'masked':
      return { kind: 'other', what: 'masked' };
    case 'float':
    case 'binary':
    case 'kvlist':
      return { kind: 'other', what: `of type ${value.type}` };
  }
}
