import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { checkTogether } from './checks.js';
import { ConfigError, ConfigProblem, formatPath } from './config-error.js';
import type { Path } from './config-error.js';
import type { Deployment } from './deployment.js';
import { applyEnvironment } from './environment.js';
import { resolveDeployment } from './resolve.js';
import { configSchema } from './schema.js';
import { checkedBy } from './schema-problem.js';
import { refuseUnsupported } from './unsupported.js';
import { readYaml } from './yaml-source.js';
import { isScryptHash } from '../util/scrypt-hash.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly deployment: Deployment;
  /** One line each, for the log: what works but will surprise somebody. */
  readonly warnings: readonly string[];
}

export interface ParseOptions {
  /** Relative paths are relative to it. */
  readonly baseDir: string;
  readonly env: Environment;
  /** Name of the file, for messages. */
  readonly file?: string;
}

/** Real desktops read GSW_APPLICATION_ID into 16 bits. */
const LARGEST_DESKTOP_DBID = 32_767;

function warningsOf(deployment: Deployment): readonly string[] {
  return [...largeDbid(deployment), ...plainSecrets(deployment)];
}

function largeDbid({ server }: Deployment): readonly string[] {
  if (server.dbid <= LARGEST_DESKTOP_DBID) return [];
  return [`server.dbid is ${server.dbid}: desktops that read GSW_APPLICATION_ID as 16 bits fail above ${LARGEST_DESKTOP_DBID}`];
}

/** How many keys one warning names. */
const NAMED_KEYS = 10;

function plainSecrets({ agents, clients = [] }: Deployment): readonly string[] {
  const secrets = [
    ...agents.map(({ password }, index) => ({ path: `agents[${index}].password`, secret: password })),
    ...clients.flatMap(({ password, token }, index) => [
      { path: `clients[${index}].password`, secret: password },
      { path: `clients[${index}].token`, secret: token },
    ]),
  ];
  const plain = secrets.flatMap(({ path, secret }) => (secret === undefined || isScryptHash(secret) ? [] : [path]));
  if (plain.length === 0) return [];
  const named = plain.length > NAMED_KEYS ? `${plain.slice(0, NAMED_KEYS).join(', ')} and ${plain.length - NAMED_KEYS} more` : plain.join(', ');
  return [`${named}: plain text; put what \`ocm-gateway hash-password\` prints in its place`];
}

/** Runs a step; a problem with a key becomes an error that also says where the value came from. */
function locating<T>(file: string, where: (path: Path) => string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    const path = formatPath(error.path);
    throw new ConfigError(error.code, path, `${file}: ${path === '' ? '' : `${path}: `}${error.message}${where(error.path)}`);
  }
}

/**
 * Reads a configuration. Keys that are unknown, missing or of the wrong kind, references to nothing and
 * keys of features that are not built yet throw ConfigError with one line; `OCM_` variables go before the text.
 */
export function parseConfig(text: string, { baseDir, env, file = 'configuration' }: ParseOptions): Config {
  const source = locating(file, () => '', () => readYaml(text));
  const { root, variableAt } = locating(file, () => '', () => applyEnvironment(source.root, env, configSchema));
  const where = (path: Path): string => {
    const variable = variableAt(path);
    if (variable !== undefined) return ` (set by ${variable})`;
    const line = source.lineOf(path);
    return line === undefined ? '' : ` (line ${line})`;
  };
  return locating(file, where, () => {
    refuseUnsupported(root);
    const content = checkedBy(configSchema, root);
    checkTogether(content);
    const deployment = resolveDeployment(content, baseDir);
    return { deployment, warnings: warningsOf(deployment) };
  });
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError('Unreadable', '', `${file}: cannot be read (${reason}); name a readable file with --config`);
  }
}

/** Reads a configuration file; relative paths in it are relative to it. Throws ConfigError. */
export function loadConfig(file: string, env: Environment): Config {
  const path = resolve(file);
  return parseConfig(readConfigFile(path), { baseDir: dirname(path), env, file: basename(file) });
}
