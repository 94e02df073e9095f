import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { TlsClientOptions } from '../client/index.js';
import { EXIT_USAGE, UserError } from './errors.js';

/** Paths of files in PEM: whom a command trusts, and what it shows where a listener has a clientCa. */
export interface TlsOptions {
  /** Who has signed the gateway's certificate. */
  readonly ca?: string;
  /** The command's own certificate; key is there as well. */
  readonly cert?: string;
  readonly key?: string;
}

/** Adds them; `trusted`: whom it trusts without `--ca`. */
export function withTlsOptions(command: Command, trusted: string): Command {
  return command
    .option('--ca <file>', `the certificate, in PEM, that has signed the gateway's (default: ${trusted})`)
    .option('--cert <file>', 'a certificate of our own, in PEM, where the gateway wants one (clientCa); with --key')
    .option('--key <file>', 'its key');
}

/** What the files hold. Throws UserError for one that cannot be read, and for a certificate without its key or a key without it. */
export function readTls({ ca, cert, key }: TlsOptions): TlsClientOptions {
  if ((cert === undefined) !== (key === undefined)) throw new UserError('a certificate needs its key, and a key its certificate: --cert and --key go together', EXIT_USAGE);
  return { ...(ca !== undefined && { ca: readPem(ca) }), ...(cert !== undefined && { cert: readPem(cert) }), ...(key !== undefined && { key: readPem(key) }) };
}

/** Throws UserError. */
export function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}
