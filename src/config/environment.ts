import { z } from 'zod';
import { parse } from 'yaml';
import { ConfigProblem } from './config-error.js';
import type { Path } from './config-error.js';
import { UNSUPPORTED } from './unsupported.js';

const PREFIX = 'OCM_';
/** Variables of the tests share the prefix and are none of the configuration's business. */
const IGNORED = /^OCM_TEST_/;

export interface Overridable {
  readonly path: readonly string[];
  readonly schema: z.ZodType;
}

/** `['log', 'showValues']` to `OCM_LOG_SHOW_VALUES`. */
export function variableName(path: readonly string[]): string {
  return PREFIX + path.map((key) => key.replaceAll(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()).join('_');
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault ? unwrapped(schema.unwrap()) : schema;
}

/** Every single value of a schema that is reached through mappings only; lists are not addressed. */
export function overridables(schema: z.ZodObject, above: readonly string[] = []): Overridable[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const inner = unwrapped(value);
    const path = [...above, key];
    if (inner instanceof z.ZodObject) return overridables(inner, path);
    if (inner instanceof z.ZodArray || inner instanceof z.ZodRecord || !(inner instanceof z.ZodType)) return [];
    return [{ path, schema: inner }];
  });
}

/** Text where the key takes it as it is (`server.name` may be "156"), else what YAML would read. */
function valueOf(text: string, schema: z.ZodType): unknown {
  if (schema.safeParse(text).success) return text;
  const scalar: unknown = /^[\w+.-]+$/.test(text) ? parse(text) : text;
  return typeof scalar === 'number' || typeof scalar === 'boolean' ? scalar : text;
}

/** A copy of `root` with the value at `path`; mappings that are not there, or empty, are made. */
function withValue(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (root !== undefined && root !== null && (typeof root !== 'object' || Array.isArray(root))) return root;
  const mapping = (root ?? {}) as Record<string, unknown>;
  return { ...mapping, [key]: withValue(mapping[key], rest, value) };
}

function refusal(name: string): ConfigProblem {
  const feature = UNSUPPORTED.find(({ path }) => {
    const pattern = variableName(path.split('.')).replaceAll('*', '[A-Z]+');
    return new RegExp(`^${pattern}(_|$)`).test(name);
  });
  if (feature !== undefined) {
    return new ConfigProblem('NotSupportedYet', [name], `not supported yet (${feature.feature}): expected no such variable`);
  }
  return new ConfigProblem(
    'UnknownVariable',
    [name],
    'found a variable that names no key, expected OCM_ and the path of a single value in capitals, such as OCM_STORE_URL',
  );
}

export interface Overridden {
  readonly root: unknown;
  /** The variable that set the value at a path, if one did. */
  readonly variableAt: (path: Path) => string | undefined;
}

/** Puts the values of `OCM_` variables over those of the file. Throws ConfigProblem for one that names no key. */
export function applyEnvironment(
  file: unknown,
  env: Readonly<Record<string, string | undefined>>,
  schema: z.ZodObject,
): Overridden {
  const known = new Map(overridables(schema).map((entry) => [variableName(entry.path), entry]));
  const set = new Map<string, string>();
  let root = file;
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || IGNORED.test(name) || text === undefined) continue;
    const entry = known.get(name);
    if (entry === undefined) throw refusal(name);
    root = withValue(root, entry.path, valueOf(text, entry.schema));
    set.set(entry.path.join('.'), name);
  }
  return { root, variableAt: (path) => set.get(path.join('.')) };
}
