import { ConfigProblem, formatPath } from './config-error.js';
import type { Path } from './config-error.js';
import { describeFound } from './describe-found.js';
import { DialMode } from '../../protocol/dictionary/enumerations.js';

interface Unsupported {
  /** `*` is any key or position. */
  readonly path: string;
  readonly feature: string;
  /** Only these values of the key; without it every value. */
  readonly refuses?: (value: unknown) => boolean;
  readonly expected?: string;
}

/** Keys of features that are not built yet, refused rather than ignored. Delete a row when its feature comes. */
export const UNSUPPORTED: readonly Unsupported[] = [
  {
    path: 'campaignGroups.*.dialMode',
    feature: 'dialing modes other than Preview and Progress',
    refuses: (mode) => typeof mode === 'string' && Object.hasOwn(DialMode, mode) && !['Preview', 'Progress', 'NoDialMode'].includes(mode),
    expected: 'Preview or Progress',
  },
  { path: 'statusReporting', feature: 'status reports over HTTP' },
];

/** Every place in the file that a pattern meets. */
function matches(value: unknown, pattern: readonly string[], path: Path = []): { path: Path; value: unknown }[] {
  const [first, ...rest] = pattern;
  if (first === undefined) return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys
    .filter((key) => first === '*' || key === first)
    .flatMap((key) => matches((value as Record<string | number, unknown>)[key], rest, [...path, key]));
}

/** Throws ConfigProblem (NotSupportedYet) for the first key of a feature that is not built yet. */
export function refuseUnsupported(root: unknown): void {
  for (const { path: pattern, feature, refuses, expected } of UNSUPPORTED) {
    const hit = matches(root, pattern.split('.')).find(({ value }) => refuses?.(value) ?? true);
    if (hit === undefined) continue;
    const found = describeFound(hit.value, hit.path);
    const wanted = expected ?? `no ${formatPath(hit.path.slice(-1))} here`;
    throw new ConfigProblem('NotSupportedYet', hit.path, `not supported yet (${feature}): found ${found}, expected ${wanted}`);
  }
}
