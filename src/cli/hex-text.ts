/** Hex as people write it down: blank space anywhere between bytes, and comments. */

const BYTES_PER_LINE = 16;

/** Text that is no hex. `offset` counts the characters in front of the one that is wrong. */
export class HexError extends Error {
  constructor(
    what: string,
    readonly offset: number,
  ) {
    super(what);
    this.name = 'HexError';
  }
}

/**
 * The bytes that hex text stands for. Blank space separates bytes or not; from a # to the end of its
 * line is a comment. Throws HexError.
 */
export function parseHex(text: string): Buffer {
  const digits: string[] = [];
  for (const { 0: word, index } of text.matchAll(/#[^\r\n]*|[^\s#]+/g)) {
    if (word.startsWith('#')) continue;
    const wrong = /[^0-9a-fA-F]/.exec(word);
    if (wrong !== null) throw new HexError(`${JSON.stringify(wrong[0])} is no hex digit`, index + wrong.index);
    if (word.length % 2 !== 0) throw new HexError('half a byte: an odd number of hex digits', index + word.length - 1);
    digits.push(word);
  }
  return Buffer.from(digits.join(''), 'hex');
}

/** Lines of 16 bytes, in lower case, a blank between bytes, no line end behind the last. */
export function formatHex(bytes: Uint8Array): string {
  const pairs = Buffer.from(bytes).toString('hex').match(/../g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += BYTES_PER_LINE) lines.push(pairs.slice(at, at + BYTES_PER_LINE).join(' '));
  return lines.join('\n');
}
