import { debuglog } from 'node:util';
import { ConfigError } from '../config/config-error.js';
import { RecordCsvError } from '../lists/record-csv-error.js';

/** A command that could not do what it was asked. */
export const EXIT_FAILURE = 1;
/** A command line that cannot be understood. */
export const EXIT_USAGE = 2;

/** A failure that the user can do something about: the message, one line, says what. */
export class UserError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = EXIT_FAILURE) {
    super(message);
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}

export interface Failure {
  readonly exitCode: number;
  /** One line, for stderr. */
  readonly line: string;
}

const debug = debuglog('ocm-gateway');

/** How the program ends for an error that a command threw. */
export function describeFailure(error: unknown): Failure {
  const exitCode = error instanceof UserError ? error.exitCode : EXIT_FAILURE;
  const message = error instanceof Error ? error.message : String(error);
  const foreseen = error instanceof UserError || error instanceof ConfigError || error instanceof RecordCsvError;
  if (!foreseen && error instanceof Error) debug(error.stack ?? message);
  const hint = foreseen ? '' : '; this was not foreseen: NODE_DEBUG=ocm-gateway shows where it happened';
  return { exitCode, line: `ocm-gateway: ${message.replaceAll(/\s*[\r\n]+\s*/g, ' ')}${hint}` };
}
