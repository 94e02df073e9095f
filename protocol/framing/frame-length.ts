import { ProtocolError } from '../codec/errors.js';
import { MIN_LENGTH } from '../codec/layout.js';

/** Refuses a frame by its length field alone (wire profile 1, "What is malformed"): under 6, or over `frameBytes`. */
export function checkFrameLength(length: number, frameBytes: number): void {
  if (length < MIN_LENGTH) throw new ProtocolError('FrameTooShort', `Frame length ${length} is under ${MIN_LENGTH}`, { offset: 0 });
  if (length > frameBytes) {
    throw new ProtocolError('FrameTooLong', `Frame length ${length} is over the limit of ${frameBytes}`, { offset: 0 });
  }
}
