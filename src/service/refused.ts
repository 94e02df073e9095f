import { UserEventError } from '../../protocol/dictionary/enumerations.js';
import type { UserEventRefusal } from './ports.js';

/** A refusal in the words of tevents.md. */
export function refused(number: keyof typeof UserEventError, message: string, handle?: number): UserEventRefusal {
  const refusal = { kind: 'refused' as const, number: UserEventError[number], message };
  return handle === undefined ? refusal : { ...refusal, handle };
}
