/**
 * GSW_AUTO_COMPLETION (engine.md): which values it takes, and when a group is to be checked for
 * completion. Whether it is depleted is the store's word alone (completion.md 2, the probe).
 */
export const AUTO_COMPLETION_KEY = 'GSW_AUTO_COMPLETION';

/** The value of the property as a dialect brought it, without its wire type. */
export type FlagInput =
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'other'; readonly what: string };

/**
 * The flag that a request sets: int or long 0 and 1, text "0" and "1", nothing else. Answers what
 * is wrong, in words that name the key, where the value is none of these.
 */
export function readAutoCompletion(input: FlagInput): boolean | string {
  const text = input.kind === 'other' ? undefined : String(input.value);
  if (text === '1') return true;
  if (text === '0') return false;
  const found = input.kind === 'other' ? input.what : input.kind === 'text' ? `'${input.value}'` : text;
  return `${AUTO_COMPLETION_KEY} is ${found}; it takes 0 or 1, as an integer or as text`;
}

export interface Depletion {
  readonly running: boolean;
  readonly flagOn: boolean;
  /** Records with agents, on calls, in the buffer, held for agents who lost their line. */
  readonly recordsOut: number;
  readonly retrievalInFlight: boolean;
}

/** Whether the probe may be asked now: nothing of the group is out and nothing is on its way in. */
export function mayBeDepleted(now: Depletion): boolean {
  return now.running && now.flagOn && now.recordsOut === 0 && !now.retrievalInFlight;
}
