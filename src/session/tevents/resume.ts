import { findValue, keys, type KvList, string, textOf } from '../../../protocol/index.js';
import type { Proof } from '../../access/door.js';

/** The resume token with which a client comes back, in the extensions of its request. */
export function givenToken(extensions: KvList | undefined): string | undefined {
  // an empty one only asks for one
  return textOf(findValue(extensions ?? [], keys.GSW_RESUME_TOKEN)) || undefined;
}

/**
 * The extensions of an answer: a resume token, where the request named its key. Who does not know of it is not told. Who came by a
 * token gets the same again: however often it is used, it ends when it would have.
 */
export function resumeExtension(extensions: KvList | undefined, by: Proof, issue: () => string | undefined): KvList | undefined {
  if (findValue(extensions ?? [], keys.GSW_RESUME_TOKEN) === undefined) return undefined;
  const token = by === 'resumed' ? givenToken(extensions) : issue();
  return token === undefined ? undefined : [{ key: keys.GSW_RESUME_TOKEN, value: string(token) }];
}
