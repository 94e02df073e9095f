/**
 * Session scripts as a library (`ocm-gateway/sessions`): lines of what each connection sends and expects,
 * run against a gateway, or, with the runner in the gateway's place, against one's own desktop. The
 * grammar is in README.md of this folder.
 */
export { checkScript } from './check-script.js';
export type { Role } from './check-script.js';
export { parseScript } from './parse-script.js';
export { runSession, SessionFailure } from './run-session.js';
export type { RunSessionOptions, SessionFailureCode } from './run-session.js';
export { ScriptError } from './script.js';
export type * from './script.js';
