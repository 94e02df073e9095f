import { findProfile } from '../../protocol/index.js';
import { ConnectionClosed, type ConnectOptions, RequestRefused, RequestTimedOut, type TlsClientOptions, UnexpectedAnswer } from '../client/index.js';
import { type Environment, loadConfig } from '../config/load.js';
import type { Clock } from '../util/clock.js';
import { reachableHost } from '../util/loopback.js';
import { EXIT_USAGE, UserError } from './errors.js';
import { printable } from './printable.js';
import { DEFAULT_HOST, type ListenerName, LISTENERS, type ServerOptions } from './server-options.js';
import { readTls, type TlsOptions } from './tls-options.js';

/** What the bodies of the commands that are clients need of the world. */
export interface ClientWorld {
  readonly env: Environment;
  readonly clock: Clock;
}

/** Where to connect, and how long to wait. Throws ConfigError, and UserError where the configuration does not say. */
export function connectOptions(options: ServerOptions, listener: ListenerName, { env, clock }: ClientWorld): ConnectOptions {
  return { ...endpoint(options, listener, env), clock, connectTimeoutMs: options.timeoutMs, requestTimeoutMs: options.timeoutMs };
}

function endpoint(options: ServerOptions, listener: ListenerName, env: Environment): Pick<ConnectOptions, 'host' | 'port' | 'profile' | 'tls'> {
  const { server, config } = options;
  const tls = encryption(options);
  const { what, port } = LISTENERS[listener];
  if (config === undefined) return { ...(server ?? { host: DEFAULT_HOST, port }), tls };
  const configured = loadConfig(config, env).deployment.listeners[listener];
  if (configured === undefined) {
    if (server !== undefined) return { ...server, tls };
    throw new UserError(`${config}: it has no listeners.${listener}; --server says where ${what} is`);
  }
  const profile = findProfile(configured.profile);
  const at = server ?? { host: reachableHost(configured.host), port: configured.port };
  if (at.port === 0) throw new UserError(`${config}: listeners.${listener}.port is 0, any free port; --server says which it was`);
  return { ...at, tls: configured.tls === undefined ? tls : encryption({ ...options, tls: true }), ...(profile !== undefined && { profile }) };
}

/** A file for TLS without `--tls` can mean nothing else. */
function encryption({ tls = false, ...files }: Pick<ServerOptions, 'tls' | keyof TlsOptions>): TlsClientOptions | boolean {
  const read = readTls(files);
  return Object.keys(read).length === 0 ? tls : read;
}

/** The value of an environment variable that an option names; undefined where the option is absent. */
export function passwordFrom(variable: string | undefined, env: Environment): string | undefined {
  if (variable === undefined) return undefined;
  const password = env[variable];
  if (password === undefined) throw new UserError(`there is no environment variable ${variable} to take the password from`, EXIT_USAGE);
  return password;
}

/** What a client's failure is for a user: a refusal with its code's name, a gateway that is not there. Anything else stays what it is. */
export function clientFailure(error: unknown): unknown {
  if (error instanceof RequestRefused) return new UserError(`${error.request} was refused: ${describeRefusal(error)}`);
  const ofClient = error instanceof ConnectionClosed || error instanceof RequestTimedOut || error instanceof UnexpectedAnswer;
  return ofClient ? new UserError(error.message) : error;
}

/** Why something was refused: the code by name and number, and the words. */
export function describeRefusal({ code, codeName, reason }: RequestRefused): string {
  const named = codeName === undefined ? String(code) : `${codeName} (${code})`;
  return `${named}: ${printable(reason)}`;
}

/** A client that is being connected; where nobody answers there, the UserError says what to do about it. */
export async function reached<T>(connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    if (error instanceof ConnectionClosed) throw new UserError(`${error.message}; is the gateway running there? --server says where it is`);
    throw clientFailure(error);
  }
}
