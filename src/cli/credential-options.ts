import type { Command } from 'commander';
import type { Environment } from '../config/load.js';
import { passwordFrom } from './connect.js';
import { type TlsOptions, withTlsOptions } from './tls-options.js';

/** As whom a command asks the gateway that has the store open. */
export interface CredentialOptions extends TlsOptions {
  /** Absent: the first supervisor of the configuration whose password stands there in plain text. */
  readonly client?: string;
  /** Name of the environment variable that holds the client's password. */
  readonly passwordEnv?: string;
}

export interface GivenCredentials {
  /** Absent: one of the configuration. */
  readonly client: { readonly name: string; readonly password: string } | undefined;
  /** Absent: the certificate that the configuration names is trusted, and none is shown. */
  readonly tls: TlsOptions;
}

/** Adds the options that say as whom a running gateway is asked. */
export function withCredentialOptions(command: Command): Command {
  const named = command
    .option('--client <name>', 'the client, with the role supervisor, as whom a running gateway is asked (default: the first of `clients` whose password is plain text)')
    .option('--password-env <variable>', "the environment variable that holds the client's password");
  return withTlsOptions(named, "the gateway's own, as the configuration names it");
}

/** What the options say. Throws UserError for a variable that is not set. */
export function givenCredentials({ client, passwordEnv, ...tls }: CredentialOptions, env: Environment): GivenCredentials {
  return { client: client === undefined ? undefined : { name: client, password: passwordFrom(passwordEnv, env) ?? '' }, tls };
}
