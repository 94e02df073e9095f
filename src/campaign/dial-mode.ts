import { DialMode } from '../../protocol/dictionary/enumerations.js';

/** What this deployment can dial in. The others come later, on the same seam (engine.md, Dialing modes). */
const SUPPORTED: ReadonlySet<number> = new Set([DialMode.Preview]);

/** Pairs between which a running group may change. */
const CHANGEABLE: readonly (readonly [number, number])[] = [
  [DialMode.Predict, DialMode.Progress],
  [DialMode.PredictAndSeize, DialMode.ProgressAndSeize],
];

/** Whether the engine can run a group in this mode. */
export function isSupported(mode: number): boolean {
  return SUPPORTED.has(mode);
}

/** Whether a group that runs in `from` may go on in `to` without being stopped. */
export function mayChangeWhileRunning(from: number, to: number): boolean {
  if (to === from || to === DialMode.NoDialMode) return true;
  return isSupported(to) && CHANGEABLE.some(([a, b]) => (a === from && b === to) || (b === from && a === to));
}
