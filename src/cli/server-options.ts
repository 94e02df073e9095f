import type { Command } from 'commander';
import { parseDuration, parseServer, type ServerAddress } from './option-values.js';
import { type TlsOptions, withTlsOptions } from './tls-options.js';

/** How the commands that are clients of a gateway find it, and who they say they are. */
export interface ServerOptions extends TlsOptions {
  /** Goes before what the configuration says. */
  readonly server?: ServerAddress;
  /** Path of the configuration of the gateway. */
  readonly config?: string;
  /** The client's name. */
  readonly client: string;
  /** Name of the environment variable that holds the client's password. */
  readonly passwordEnv?: string;
  /** Whether the connection is encrypted; with `config`, as the listener is. */
  readonly tls?: boolean;
  /** How long to wait for the connection, and for each answer. */
  readonly timeoutMs: number;
}

const TIMEOUT_MS = 10_000;

/** What each listener is, for a user, and where it is where nothing says otherwise: the ports of the README's deployment. */
export const LISTENERS = {
  direct: { what: 'the direct listener', port: 7010 },
  tevents: { what: 'the T-Event listener', port: 7011 },
} as const;

export type ListenerName = keyof typeof LISTENERS;
export const DEFAULT_HOST = '127.0.0.1';

/** Adds the options that say where the gateway is. */
export function withServerOptions(command: Command, listener: ListenerName, client: string): Command {
  const { what, port } = LISTENERS[listener];
  const named = command
    .option('--server <host:port>', `${what} (default: that of --config, else ${DEFAULT_HOST}:${port})`, parseServer)
    .option('--config <file>', "the gateway's deployment, in YAML")
    .option('--client <name>', 'the name to register with', client)
    .option('--password-env <variable>', "the environment variable that holds the client's password")
    .option('--tls', 'encrypt the connection (with --config: as the listener is)')
    .option('--timeout <duration>', 'how long to wait for the connection, and for each answer (default: 10s)', parseDuration);
  return withTlsOptions(named, 'those that this machine trusts');
}

/** The server options as the command line gives them. */
export interface GivenServerOptions extends Omit<ServerOptions, 'timeoutMs'> {
  readonly timeout?: number;
}

/** The options of a command, with the time that is waited. */
export function withTimeout<T extends GivenServerOptions>({ timeout, ...given }: T): Omit<T, 'timeout'> & Pick<ServerOptions, 'timeoutMs'> {
  return { ...given, timeoutMs: timeout ?? TIMEOUT_MS };
}
