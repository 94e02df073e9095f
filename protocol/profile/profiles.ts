import { ocm1 } from './ocm1.js';
import type { WireProfile } from './profile.js';

/** The profiles that a listener can name (`listeners.*.profile`). */
export const PROFILES: readonly WireProfile[] = [ocm1];

/** The profile with that name; undefined where there is none. */
export function findProfile(name: string): WireProfile | undefined {
  return PROFILES.find((profile) => profile.name === name);
}
