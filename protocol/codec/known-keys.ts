/**
 * Keys that were read before: names of the protocol and of customers' fields, the same again and again. Making text of
 * bytes is most of what decoding costs, and comparing is half of that. A key has one place, and what stood there gives
 * way, so a client that invents keys costs others no memory.
 */
const PLACES = 1024;
const LONGEST = 64;
const keys: string[] = Array.from({ length: PLACES }, () => '');

/** Some bytes of a key that tell most keys from each other; the rest is compared. */
function placeOf(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  const middle = bytes[start + (length >> 1)] ?? 0;
  const late = bytes[start + ((length * 3) >> 2)] ?? 0;
  const last = bytes[start + length - 1] ?? 0;
  return (length * 31 + first * 7 + middle * 17 + late * 61 + last * 131) % PLACES;
}

/** The key of these bytes, if it is known. */
export function findKey(bytes: Uint8Array, start: number, length: number): string | undefined {
  if (length > LONGEST) return undefined;
  const key = keys[placeOf(bytes, start, length)];
  if (key?.length !== length) return undefined;
  for (let index = 0; index < length; index++) {
    if (key.charCodeAt(index) !== bytes[start + index]) return undefined;
  }
  return key;
}

/** Puts a key that was read from these bytes in its place. Only ASCII, where a character is a byte and a byte a character. */
export function keepKey(key: string, bytes: Uint8Array, start: number, length: number): void {
  if (length <= LONGEST && key.length === length) keys[placeOf(bytes, start, length)] = key;
}
