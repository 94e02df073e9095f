import { z } from 'zod';

/** A single value of the configuration, as a page may list it. */
export interface ConfigKey {
  /** `campaigns[].lists[].weight` */
  readonly path: string;
  /** `required`, `-` where the key may be left out, else its default as it would stand in the file. */
  readonly fallback: string;
}

type Fallback = { readonly value: unknown } | 'absent' | undefined;

/** Every single value of a schema, in its order; those of objects in lists too. */
export function configKeys(schema: unknown, path = '', fallback?: Fallback): ConfigKey[] {
  if (schema instanceof z.ZodOptional) return configKeys(schema.unwrap(), path, fallback ?? 'absent');
  if (schema instanceof z.ZodPrefault) return configKeys(schema.unwrap(), path, { value: schema.def.defaultValue });
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject) return configKeys(schema.element, `${path}[]`);
  if (!(schema instanceof z.ZodObject)) return [{ path, fallback: describeFallback(fallback) }];
  return Object.entries(schema.shape).flatMap(([key, inner]) => configKeys(inner, path === '' ? key : `${path}.${key}`, ofKey(fallback, key)));
}

/** What the default of a mapping says of one of its keys. */
function ofKey(fallback: Fallback, key: string): Fallback {
  if (typeof fallback !== 'object' || typeof fallback.value !== 'object' || fallback.value === null) return undefined;
  return Object.hasOwn(fallback.value, key) ? { value: (fallback.value as Record<string, unknown>)[key] } : undefined;
}

function describeFallback(fallback: Fallback): string {
  if (fallback === undefined) return 'required';
  if (fallback === 'absent') return '-';
  const { value } = fallback;
  if (value === '') return '""';
  return typeof value === 'string' ? value : typeof value === 'object' ? 'none' : JSON.stringify(value);
}
