import { DialMode, numberOf, OptimizeBy } from '../../protocol/dictionary/enumerations.js';

/** Outside of every enumeration: the engine refuses it as it does an unknown number. */
const NO_MEMBER = -1;

/** The number of a DialMode given by name or number; an unknown name is a number that is none. */
export function dialModeNumber(given: string | number): number {
  return typeof given === 'number' ? given : (numberOf(DialMode, given) ?? NO_MEMBER);
}

/** The number of an OptimizeBy given by name or number. */
export function optimizeByNumber(given: string | number): number {
  return typeof given === 'number' ? given : (numberOf(OptimizeBy, given) ?? NO_MEMBER);
}

/** Mode and optimisation of a request, where it has them. */
export function tuningOf(given: {
  readonly dialMode?: string | number | undefined;
  readonly optimizeBy?: string | number | undefined;
  readonly optimizeGoal?: number | undefined;
}): { dialMode?: number; optimizeBy?: number; optimizeGoal?: number } {
  return {
    ...(given.dialMode !== undefined && { dialMode: dialModeNumber(given.dialMode) }),
    ...(given.optimizeBy !== undefined && { optimizeBy: optimizeByNumber(given.optimizeBy) }),
    ...(given.optimizeGoal !== undefined && { optimizeGoal: given.optimizeGoal }),
  };
}
