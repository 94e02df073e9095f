import type { Dialect } from '../codec/message.js';
import { keys } from '../dictionary/keys.js';

/**
 * Keys whose values a desktop's trace always shows: what is asked or told, for which record and which
 * campaign. Without them a trace is useless; everything else may be about a customer.
 */
const NEVER_MASKED: ReadonlySet<string> = new Set([
  keys.GSW_AGENT_REQ_TYPE, keys.GSW_USER_EVENT, keys.GSW_REFERENCE_ID, keys.GSW_RECORD_HANDLE,
  keys.GSW_CAMPAIGN_NAME, keys.GSW_CAMPAIGN_GROUP_NAME,
]);

export interface TraceOptions {
  /** True: values of properties and user data are shown. Secret attributes, and secrets among the values, never are. */
  readonly showValues: boolean;
}

/** Keys whose values are as good as a password. */
const ALWAYS_MASKED: ReadonlySet<string> = new Set([keys.GSW_RESUME_TOKEN]);

/** Says of a key whether its value is withheld. */
export type Masking = (key: string) => boolean;

export const showAll: Masking = (key) => ALWAYS_MASKED.has(key);
const maskAll: Masking = () => true;
export const maskUserData: Masking = (key) => !NEVER_MASKED.has(key);

export function maskingOf(dialect: Dialect, options: TraceOptions): Masking {
  if (options.showValues) return showAll;
  return dialect === 'T' ? maskUserData : maskAll;
}
