import type { Value } from '../../protocol/index.js';
import { ScriptError } from './script.js';
import type { Operand, Pattern } from './script.js';

/** What a script has captured so far. A variable gets its value once, where it is first met. */
export class Variables {
  readonly #values: Map<string, Value>;

  constructor(values: Iterable<readonly [string, Value]> = []) {
    this.#values = new Map(values);
  }

  /** A copy for a block: what is captured in it is not known behind it. */
  scope(): Variables {
    return new Variables(this.#values);
  }

  get(name: string): Value | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  /** The value to send for a pattern. Throws ScriptError where the script does not say one. */
  resolve(pattern: Pattern, line: number): Value {
    if (pattern.kind !== 'list') return this.#resolveOperand(pattern, line);
    return { type: 'kvlist', value: pattern.pairs.map((pair) => ({ key: pair.key, value: this.resolve(pair.pattern, pair.line) })) };
  }

  #resolveOperand(operand: Operand, line: number): Value {
    if (operand.kind === 'value') return operand.value;
    const known = operand.kind === 'variable' ? this.get(operand.name) : undefined;
    const value = known ?? operand.example;
    const written = operand.kind === 'variable' ? `$${operand.name}` : '*';
    if (value === undefined) throw new ScriptError(`${written} has no value that could be sent; ${written}=VALUE gives one`, line);
    if (operand.kind === 'variable') this.set(operand.name, value);
    return value;
  }
}
