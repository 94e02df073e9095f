import type { CallResultName } from '../../../protocol/index.js';

/** How calls of a morning end, in per cent: most are not answered by the one who was called. */
const SHARES: readonly (readonly [result: CallResultName, percent: number])[] = [
  ['Answer', 41],
  ['NoAnswer', 26],
  ['AnsweringMachine', 17],
  ['Busy', 9],
  ['WrongNumber', 4],
  ['SITInvalidNum', 3],
];

/** The result of call `index` (from 0): always the same for the same call, and spread as SHARES says over any hundred. */
export function resultOfCall(index: number): CallResultName {
  // 37 has no divisor in common with 100, so a hundred calls meet every per cent once
  let percent = (index * 37 + 11) % 100;
  for (const [result, share] of SHARES) {
    if (percent < share) return result;
    percent -= share;
  }
  return 'Answer';
}
