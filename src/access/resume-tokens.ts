import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../util/clock.js';

/** Whole seconds, a dot, an HMAC-SHA256 in base64url. */
const FORM = /^(\d{1,12})\.([A-Za-z0-9_-]{43})$/;

/**
 * Signed proofs that somebody has given a secret a while ago. To check one costs microseconds, where a hash costs some
 * 70 ms: thousands of desktops that come back at once after a restart are not kept waiting for their hashes.
 */
export class ResumeTokens {
  /** `key`: the same in every life of a server, or its tokens end with it. */
  constructor(
    private readonly key: Buffer,
    private readonly clock: Clock,
    private readonly lifeMs: number,
  ) {}

  /** For `who`, which has given the secret; no other has any use for it, and it ends when the secret is changed. */
  issue(who: string, secret: string): string {
    const expiresAt = Math.floor((this.clock.now() + this.lifeMs) / 1000);
    return `${expiresAt}.${this.#sign(expiresAt, who, secret).toString('base64url')}`;
  }

  /** Whether the token was issued for `who` and this secret, and has not expired. */
  isValid(token: string, who: string, secret: string): boolean {
    const [, expires = '', signature = ''] = FORM.exec(token) ?? [];
    const expiresAt = Number(expires);
    if (signature === '' || expiresAt * 1000 <= this.clock.now()) return false;
    return timingSafeEqual(this.#sign(expiresAt, who, secret), Buffer.from(signature, 'base64url'));
  }

  #sign(expiresAt: number, who: string, secret: string): Buffer {
    return createHmac('sha256', this.key).update(JSON.stringify([expiresAt, who, secret])).digest();
  }
}
