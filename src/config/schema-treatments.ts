import { z } from 'zod';
import { CallResult, numberOf } from '../../protocol/dictionary/enumerations.js';
import { DATE_TIME_FORM, parseDateTime } from '../util/date-time-text.js';
import { choice, count, dbid, duration, label, parsedText } from './scalars.js';

const ACTIONS = [
  'Cycle', 'RetryIn', 'RetryAtDate', 'NextInChain', 'NextInChainAfter', 'MarkAllChain', 'MarkAsAgentError', 'AssignToGroup',
] as const;
export type TreatmentAction = (typeof ACTIONS)[number];

/** The keys that an action has beside those of every treatment; which of them it can do without. */
export const ACTION_KEYS: Readonly<Record<TreatmentAction, { readonly needs: readonly ParameterKey[]; readonly may?: readonly ParameterKey[] }>> = {
  Cycle: { needs: ['attempts', 'interval'], may: ['increment'] },
  RetryIn: { needs: ['interval'] },
  RetryAtDate: { needs: ['dateTime'] },
  NextInChain: { needs: [] },
  NextInChainAfter: { needs: ['interval'] },
  MarkAllChain: { needs: [] },
  MarkAsAgentError: { needs: [] },
  AssignToGroup: { needs: [] },
};

const parameters = {
  attempts: count(1).optional(),
  interval: duration(1).optional(),
  increment: duration().optional(),
  dateTime: parsedText(`${DATE_TIME_FORM}, in quotes`, parseDateTime).optional(),
};
type ParameterKey = keyof typeof parameters;
export const PARAMETER_KEYS = Object.keys(parameters) as ParameterKey[];

const callResult = () => parsedText('the name of a call result, such as Busy or NoAnswer', (name) => numberOf(CallResult, name));

/** What every treatment has; which of the others go with its action is checked in checks-treatments.ts. */
export const treatmentSchema = z.strictObject({
  dbid: dbid(),
  name: label('a name'),
  callResult: callResult(),
  action: choice(ACTIONS),
  ...parameters,
});
