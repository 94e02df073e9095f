import type { Command } from 'commander';
import type { Environment } from '../config/load.js';
import { passwordFrom } from './connect.js';

/** As whom a command asks the gateway that has the store open. */
export interface CredentialOptions {
  /** Absent: the first supervisor of the configuration whose password stands there in plain text. */
  readonly client?: string;
  /** Name of the environment variable that holds the client's password. */
  readonly passwordEnv?: string;
}

export interface GivenCredentials {
  readonly name: string;
  readonly password: string;
}

/** Adds the options that say as whom a running gateway is asked. */
export function withCredentialOptions(command: Command): Command {
  return command
    .option('--client <name>', 'the client, with the role supervisor, as whom a running gateway is asked (default: the first of `clients` whose password is plain text)')
    .option('--password-env <variable>', "the environment variable that holds the client's password");
}

/** The credentials that the options name; undefined where they name none. Throws UserError for a variable that is not set. */
export function givenCredentials({ client, passwordEnv }: CredentialOptions, env: Environment): GivenCredentials | undefined {
  return client === undefined ? undefined : { name: client, password: passwordFrom(passwordEnv, env) ?? '' };
}
