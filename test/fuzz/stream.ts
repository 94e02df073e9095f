import { type Dialect, ocm1 } from '../../protocol/index.js';
import { changeBytes } from './bytes.js';
import type { Dice } from './dice.js';
import { anyRequest, changeMessage, type Seat } from './messages.js';

/** Frames in a stream that stays well formed. */
const LONGEST = 400;

export interface StreamParts {
  readonly dialect: Dialect;
  readonly seat: Seat;
  /** Frames that are taken as they are, beside those made here. */
  readonly known: readonly Uint8Array[];
}

/** Requests, as they are or with something changed, that can all be read. */
export function wellFormed(dice: Dice, { dialect, seat }: StreamParts): Buffer {
  return Buffer.concat(
    Array.from({ length: 1 + dice.below(LONGEST) }, () => {
      const request = anyRequest(dice, dialect, seat);
      return ocm1.encode(dice.oneIn(4) ? request : changeMessage(dice, request));
    }),
  );
}

/** A few frames with bytes changed: where they cannot be read any more the rest is not looked at. */
export function anyBytes(dice: Dice, parts: StreamParts): Buffer {
  const frame = (): Uint8Array => (dice.oneIn(2) ? dice.one(parts.known) : undefined) ?? ocm1.encode(anyRequest(dice, parts.dialect, parts.seat));
  const bytes = Buffer.concat(Array.from({ length: 1 + dice.below(8) }, () => (dice.oneIn(3) ? frame() : changeBytes(dice, frame(), frame()))));
  return dice.oneIn(8) ? bytes.subarray(0, dice.below(bytes.length)) : bytes;
}
