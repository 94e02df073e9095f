import type { Value } from '../../protocol/index.js';
import type { MessageStep, Pattern, SessionScript, Step } from './script.js';
import { Variables } from './variables.js';

/** Whose part the runner plays. */
export type Role = 'client' | 'gateway';

/** Whether the runner sends the message of a step, or expects it. */
export function isSentBy(role: Role, step: Pick<MessageStep, 'direction'>): boolean {
  return (step.direction === 'toGateway') === (role === 'client');
}

/**
 * Checks before anything is sent that the runner will have a value for all that it has to send in that
 * role. Throws ScriptError.
 */
export function checkScript(script: SessionScript, role: Role): void {
  checkSteps(script.steps, role, new Variables());
}

function checkSteps(steps: readonly Step[], role: Role, variables: Variables): void {
  for (const step of steps) {
    if (step.kind === 'repeat') checkSteps(step.steps, role, variables.scope());
    if (step.kind === 'message') checkMessage(step, role, variables);
  }
}

function checkMessage(step: MessageStep, role: Role, variables: Variables): void {
  for (const { pattern, line } of step.attributes) {
    if (isSentBy(role, step)) variables.resolve(pattern, line);
    else capture(pattern, variables);
  }
}

/** Only whether a variable will have a value counts here, not which. */
const SOMETHING: Value = { type: 'masked' };

function capture(pattern: Pattern, variables: Variables): void {
  if (pattern.kind === 'list') for (const pair of pattern.pairs) capture(pair.pattern, variables);
  if (pattern.kind === 'variable') variables.set(pattern.name, SOMETHING);
}
