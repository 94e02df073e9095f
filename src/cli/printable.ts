/** What would move the cursor, end a line or turn its direction. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/gu;

/** Text of somebody else's on one line of a terminal, so that it can forge neither lines nor colours. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}
