import type { KvList, Message, Value } from '../../protocol/index.js';
import { describeLeaf } from '../../protocol/trace/literal.js';
import { quote } from '../../protocol/trace/quoting.js';
import type { MessageStep, Operand, PairPattern, Pattern } from './script.js';
import type { Variables } from './variables.js';

/**
 * Why a message is not what a step expects, with the line that says so; undefined where it is. What the
 * step lists must be there, in any order; whatever else is there does not count. Of a name that is
 * listed n times the first n occurrences are compared, in order. Captures the variables that are new.
 */
export function findMismatch(step: MessageStep, message: Message, variables: Variables): string | undefined {
  if (message.type !== step.type) return 'it is another message';
  const seen = new Occurrences();
  for (const { id, name, pattern, line } of step.attributes) {
    const nth = seen.next(String(id));
    const value = message.attributes.filter((attribute) => attribute.id === id)[nth]?.value;
    const fault = value === undefined ? 'is not there' : compare(pattern, value, variables);
    if (fault !== undefined) return `line ${line}: ${name} ${fault}`;
  }
  return undefined;
}

/** Whether two values are the same in type and content. */
export function sameValue(one: Value, other: Value): boolean {
  if (one.type !== 'kvlist' || other.type !== 'kvlist') {
    return one.type !== 'kvlist' && other.type !== 'kvlist' && describeLeaf(one) === describeLeaf(other);
  }
  return one.value.length === other.value.length && one.value.every((pair, index) => {
    const twin = other.value[index];
    return twin !== undefined && twin.key === pair.key && sameValue(pair.value, twin.value);
  });
}

class Occurrences {
  readonly #counts = new Map<string, number>();

  next(name: string): number {
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    return count;
  }
}

function compare(pattern: Pattern, value: Value, variables: Variables): string | undefined {
  if (pattern.kind !== 'list') return compareOperand(pattern, value, variables);
  return value.type === 'kvlist' ? comparePairs(pattern.pairs, value.value, variables) : `is ${describeValue(value)}, no list`;
}

function compareOperand(operand: Operand, value: Value, variables: Variables): string | undefined {
  if (operand.kind === 'any') return undefined;
  const wanted = operand.kind === 'value' ? operand.value : variables.get(operand.name);
  if (wanted === undefined) {
    if (operand.kind === 'variable') variables.set(operand.name, value);
    return undefined;
  }
  if (isEmptyList(wanted) && value.type === 'kvlist') return undefined;
  return sameValue(wanted, value) ? undefined : `is ${describeValue(value)}, not ${describeValue(wanted)}`;
}

/** A list of which nothing is listed is any list. */
function isEmptyList(value: Value): boolean {
  return value.type === 'kvlist' && value.value.length === 0;
}

function comparePairs(expected: readonly PairPattern[], list: KvList, variables: Variables): string | undefined {
  const seen = new Occurrences();
  for (const { key, pattern } of expected) {
    const nth = seen.next(key);
    const value = list.filter((pair) => pair.key === key)[nth]?.value;
    const fault = value === undefined ? 'is not there' : compare(pattern, value, variables);
    if (fault !== undefined) return `${quote(key)} ${fault}`;
  }
  return undefined;
}

function describeValue(value: Value): string {
  return value.type === 'kvlist' ? 'a list' : describeLeaf(value);
}
