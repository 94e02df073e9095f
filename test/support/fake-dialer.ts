import type { CallAttempt, CallEvent, Dialer } from '../../src/dialer/dialer.js';

/** A dialer that does nothing by itself: the test sees what it is asked, and says what becomes of calls. */
export class FakeDialer implements Dialer {
  /** What it was asked, in order: `place 555-1`, `connect 555-1 to 71001`, `cancel 555-1`. */
  readonly asked: string[] = [];
  /** What it answers when it is asked which calls are still up. */
  up: ReadonlySet<number> = new Set();
  /** Called before a call counts as placed. */
  onPlace: (attempt: CallAttempt) => void = () => undefined;
  readonly #attempts = new Map<number, string>();
  #tell: (event: CallEvent) => void = () => undefined;

  onEvent(listener: (event: CallEvent) => void): void {
    this.#tell = listener;
  }

  place(attempt: CallAttempt): void {
    this.onPlace(attempt);
    this.#attempts.set(attempt.id, attempt.phone);
    this.asked.push(`place ${attempt.phone}`);
  }

  cancel(attemptId: number): void {
    this.asked.push(`cancel ${this.#attempts.get(attemptId) ?? attemptId}`);
  }

  connect(attemptId: number, dn: string): void {
    this.asked.push(`connect ${this.#attempts.get(attemptId) ?? attemptId} to ${dn}`);
  }

  stillUp(): Promise<ReadonlySet<number>> {
    return Promise.resolve(this.up);
  }

  close(): void {
    this.asked.push('close');
  }

  /** The handle of the last call to a number. */
  handleOf(phone: string): number {
    const found = [...this.#attempts].findLast(([, called]) => called === phone);
    if (found === undefined) throw new Error(`${phone} was not called`);
    return found[0];
  }

  /** Numbers that were called, in order. */
  get placed(): string[] {
    return this.asked.flatMap((what) => (what.startsWith('place ') ? [what.slice('place '.length)] : []));
  }

  /** Tells what has become of the last call to a number, or of a handle. */
  tell(what: Exclude<CallEvent['kind'], 'failed'> | { readonly failed: number }, of: string | number): void {
    const attemptId = typeof of === 'string' ? this.handleOf(of) : of;
    this.#tell(typeof what === 'string' ? { kind: what, attemptId } : { kind: 'failed', attemptId, result: what.failed });
  }
}
