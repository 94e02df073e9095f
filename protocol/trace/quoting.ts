/**
 * Text in single quotes. Whatever could end the quotes, the line, or turn its direction is escaped:
 * quotes and backslashes, control characters (C0, DEL, C1), line and paragraph separators,
 * bidirectional controls and the byte order mark. So no client can forge a line of a trace.
 */
const ESCAPED = /['\\\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;
const ESCAPES = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/gs;
/** One quoted text, its inside captured. */
export const QUOTED = String.raw`'([^'\\]*(?:\\.[^'\\]*)*)'`;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', "'": "\\'" };
const PLAIN: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'" };

/** One character as its code: what `unquote` reads back. */
export function escapeCode(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** The text in quotes, on one line. */
export function quote(text: string): string {
  return `'${text.replace(ESCAPED, (character) => SHORT[character] ?? escapeCode(character))}'`;
}

/** The text that `inside` (without its quotes) stands for; undefined where it holds an escape that is none. */
export function unquote(inside: string): string | undefined {
  let good = true;
  const text = inside.replace(ESCAPES, (_, byte?: string, unit?: string, plain?: string) => {
    const code = byte ?? unit;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    const character = plain === undefined ? undefined : PLAIN[plain];
    good &&= character !== undefined;
    return character ?? '';
  });
  return good ? text : undefined;
}
