import { randomBytes, scrypt } from 'node:crypto';

/** What a hash costs to compute: scrypt's N, r and p. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

export interface ScryptHash extends ScryptCost {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** What hash-password asks for: 32 MiB, and some 70 ms of one core. */
export const DEFAULT_COST: ScryptCost = { N: 2 ** 15, r: 8, p: 1 };

const PREFIX = 'scrypt$';
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** A file must not be able to have every login take gigabytes, nor minutes. */
const LARGEST = { bytes: 2 ** 28, p: 16, text: 64 };
const SMALLEST = { N: 2 ** 10, bytes: 8 };

/** Whether a secret of the configuration says that it is a hash. */
export function isScryptHash(secret: string): boolean {
  return secret.startsWith(PREFIX);
}

/** Reads `scrypt$N$r$p$salt$hash`, the last two in base64; undefined where it is none, or one beyond our limits. */
export function parseScryptHash(text: string): ScryptHash | undefined {
  const [, ...fields] = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const [N = 0, r = 0, p = 0] = fields.slice(0, 3).map(Number);
  const [salt, hash] = fields.slice(3).map((field) => Buffer.from(field, 'base64'));
  if (salt === undefined || hash === undefined) return undefined;
  const powerOfTwo = N >= SMALLEST.N && (N & (N - 1)) === 0;
  const bounded = r >= 1 && p >= 1 && p <= LARGEST.p && 128 * N * r <= LARGEST.bytes;
  const sized = [salt, hash].every(({ length }) => length >= SMALLEST.bytes && length <= LARGEST.text);
  return powerOfTwo && bounded && sized ? { N, r, p, salt, hash } : undefined;
}

/** A new hash of a password, as the configuration takes it. */
export async function hashPassword(password: string, cost: ScryptCost = DEFAULT_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await deriveKey(password, { ...cost, salt }, HASH_BYTES);
  return `${PREFIX}${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** What scrypt makes of a password; off the event loop. */
export function deriveKey(password: string, { N, r, p, salt }: Omit<ScryptHash, 'hash'>, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, { N, r, p, maxmem: 2 * 128 * N * r + 2 ** 20 }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
