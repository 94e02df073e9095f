import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { HttpFault } from './fault.js';
import { describeJson } from './json-values.js';

const KINDS: Readonly<Record<string, string>> = { object: 'an object', record: 'an object', array: 'a list', string: 'text' };

/** What a message says after "expected" where the schema itself does not. */
const expectation: z.core.$ZodErrorMap = (issue) => {
  const keys = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).join(', ') : '';
  if (issue.code === 'unrecognized_keys') return keys === '' ? 'none' : `only ${keys}`;
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'nonoptional') return 'a value';
  const kind = KINDS[issue.expected] ?? issue.expected;
  return keys === '' ? kind : `${kind} with ${keys}`;
};

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function describeIssue(issue: z.core.$ZodIssue, part: string, root: unknown): string {
  const name = [part, ...issue.path.map(String)].join('.');
  if (issue.code !== 'unrecognized_keys') return `${name}: found ${describeJson(valueAt(root, issue.path))}, expected ${issue.message}`;
  return `${name}: found the unknown field ${describeJson(issue.keys[0] ?? '')}, expected ${issue.message}`;
}

/**
 * Checks a part of a request against its zod schema. The fault (InvalidParameter) names the field and
 * what was expected; a misspelt field is told before the missing one that it was meant to be.
 */
export const checkRequests: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => (given: unknown) => {
  // the framework says null for a body that is not there
  const data = given ?? undefined;
  const result = schema.safeParse(data, { error: expectation });
  if (result.success) return { value: result.data };
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue === undefined) return { error: result.error };
  return { error: new HttpFault('InvalidParameter', describeIssue(issue, httpPart, data)) };
};
