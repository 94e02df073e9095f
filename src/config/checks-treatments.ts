import { CallResult } from '../../protocol/dictionary/enumerations.js';
import { ConfigProblem } from './config-error.js';
import type { ConfigContent } from './schema.js';
import { ACTION_KEYS, PARAMETER_KEYS, type TreatmentAction } from './schema-treatments.js';

/** What a callback that its agent could not take may come to. */
const OF_AGENT_CALLBACK_ERROR: readonly TreatmentAction[] = ['AssignToGroup', 'MarkAsAgentError', 'Cycle', 'RetryAtDate', 'RetryIn'];

/** A treatment has the keys that its action needs and no others. Throws ConfigProblem. */
export function checkTreatments({ treatments }: ConfigContent): void {
  for (const [index, treatment] of treatments.entries()) {
    const { action, callResult } = treatment;
    const { needs, may = [] } = ACTION_KEYS[action];
    for (const key of PARAMETER_KEYS) {
      const path = ['treatments', index, key];
      if (treatment[key] === undefined && needs.includes(key)) {
        throw new ConfigProblem('MissingKey', path, `found nothing, expected it with action ${action}`);
      }
      if (treatment[key] !== undefined && !needs.includes(key) && !may.includes(key)) {
        const takes = [...needs, ...may].join(', ') || 'no such keys';
        throw new ConfigProblem('WrongValue', path, `found a value, expected none: action ${action} takes ${takes}`);
      }
    }
    if (callResult === CallResult.AgentCallBackError && !OF_AGENT_CALLBACK_ERROR.includes(action)) {
      const what = `found "${action}", expected one of ${OF_AGENT_CALLBACK_ERROR.join(', ')} for AgentCallBackError`;
      throw new ConfigProblem('WrongValue', ['treatments', index, 'action'], what);
    }
  }
}
