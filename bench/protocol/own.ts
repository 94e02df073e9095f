import { DEFAULT_LIMITS, ocm1, parseFrameWithGrammar, readMessage } from '../../protocol/index.js';
import type { Message } from '../../protocol/index.js';
import type { Codec } from './codec.js';

/** Our codec as a connection uses it: the splitter cuts the frame, the profile decodes it; and the two things around that. */
export function makeOwnCodecs(what: string, message: Message): Codec[] {
  const bytes = ocm1.encode(message);
  let frame: Uint8Array = bytes;
  const splitter = ocm1.splitter(DEFAULT_LIMITS, (found) => (frame = found));
  const decode = (chunk: Uint8Array): Message => {
    splitter.push(chunk);
    return ocm1.decode(frame, message.dialect, DEFAULT_LIMITS);
  };
  return [
    { name: what, bytes, decode, reads: message, encode: () => ocm1.encode(message) },
    { name: `${what}, and checked against the dictionary`, bytes, decode: (chunk) => readMessage(decode(chunk)), reads: readMessage(message) },
    { name: `${what}, by binary-parser`, bytes, decode: (chunk) => parseFrameWithGrammar(chunk, message.dialect), reads: message },
  ];
}
