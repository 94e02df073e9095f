import { DialMode } from '../../protocol/dictionary/enumerations.js';

/** Pairs between which a running group may change. */
const CHANGEABLE: readonly (readonly [number, number])[] = [
  [DialMode.Predict, DialMode.Progress],
  [DialMode.PredictAndSeize, DialMode.ProgressAndSeize],
];

/** Whether a group that runs in `from` may go on in `to` without being stopped. */
export function mayChangeWhileRunning(from: number, to: number, modes: ReadonlySet<number>): boolean {
  if (to === from || to === DialMode.NoDialMode) return true;
  return modes.has(to) && CHANGEABLE.some(([a, b]) => (a === from && b === to) || (b === from && a === to));
}
