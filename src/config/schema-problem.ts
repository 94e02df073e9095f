import { z } from 'zod';
import { ConfigProblem } from './config-error.js';
import type { Path } from './config-error.js';
import { describeFound, valueAt } from './describe-found.js';

const KINDS: Readonly<Record<string, string>> = { object: 'a mapping', record: 'a mapping', array: 'a list' };

/** What a message says after "expected" where the schema itself does not. */
const expectation: z.core.$ZodErrorMap = (issue) => {
  const keys = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(', ') : '';
  if (issue.code === 'unrecognized_keys') return `one of ${keys}`;
  if (issue.code !== 'invalid_type') return undefined;
  const kind = KINDS[issue.expected] ?? issue.expected;
  return keys === '' ? kind : `${kind} with ${keys}`;
};

const pathOf = (issue: z.core.$ZodIssue): Path => issue.path.map((part) => (typeof part === 'number' ? part : String(part)));

/** A misspelt key is told before the missing one that it was meant to be. */
function firstOf(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  return issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0];
}

function problemOf(issue: z.core.$ZodIssue, root: unknown): ConfigProblem {
  if (issue.code === 'unrecognized_keys') {
    // `{ password:secret }` without a space is one key: what stands behind the colon is not told
    const path = [...pathOf(issue), (issue.keys[0] ?? '').replace(/:.*/s, '')];
    return new ConfigProblem('UnknownKey', path, `found an unknown key, expected ${issue.message}`);
  }
  const path = pathOf(issue);
  if (issue.code === 'invalid_key') {
    return new ConfigProblem('WrongValue', path, `found this name, expected ${issue.issues[0]?.message ?? 'another'}`);
  }
  const value = valueAt(root, path);
  const code = value === undefined ? 'MissingKey' : 'WrongValue';
  return new ConfigProblem(code, path, `found ${describeFound(value, path)}, expected ${issue.message}`);
}

/** Checks kinds and ranges. Throws ConfigProblem for the first key that is unknown, missing or wrong. */
export function checkedBy<T extends z.ZodType>(schema: T, root: unknown): z.output<T> {
  const result = schema.safeParse(root, { error: expectation });
  if (result.success) return result.data;
  const issue = firstOf(result.error.issues);
  if (issue === undefined) throw result.error;
  throw problemOf(issue, root);
}
