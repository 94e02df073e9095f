/** How long a client's name may get in a log line or the journal. */
const LONGEST = 64;

/** A name that a client gave itself, made safe for the journal and the log: printable, and of bounded length. */
export function printableName(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}...` : safe;
}
