import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Clock, TimerHandle } from '../util/clock.js';
import type { TlsFiles, TlsServerOptions } from '../util/tls-files.js';

interface Parts {
  readonly clock: Clock;
  readonly log: { error(message: string, fields?: Record<string, unknown>): void; info(message: string, fields?: Record<string, unknown>): void };
}

/** How long a changed certificate may lie unseen, in milliseconds. */
export const TLS_CHECK_MS = 5000;

/** The files of a listener's certificate cannot be used. The message names them and says why. */
export class TlsFileError extends Error {
  constructor(
    files: TlsFiles,
    reason: string,
  ) {
    super(`the certificate ${pathsOf(files).join(', ')} cannot be used: ${reason}`);
    this.name = 'TlsFileError';
  }
}

/** A listener's certificate, read again when its files have changed. Connections that there are keep the one they have. */
export class TlsCredentials {
  #options: TlsServerOptions;
  #stamp: string;
  #timer: TimerHandle | undefined;
  readonly #users: ((options: TlsServerOptions) => void)[] = [];

  /** Reads the files. Throws TlsFileError. */
  constructor(
    private readonly files: TlsFiles,
    private readonly parts: Parts,
  ) {
    // before they are read: what changes meanwhile is read again
    this.#stamp = stampOf(files);
    this.#options = readOptions(files);
    this.#watch();
  }

  get options(): TlsServerOptions {
    return this.#options;
  }

  /** Has `use` told of every later certificate. */
  onChange(use: (options: TlsServerOptions) => void): void {
    this.#users.push(use);
  }

  /** Reads the files again. What cannot be used is logged, and the certificate stays what it was. */
  reload(): void {
    const { files, parts } = this;
    this.#stamp = stampOf(files);
    try {
      this.#options = readOptions(files);
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error;
      parts.log.error(`${error.message}; the one before stays in use`);
      return;
    }
    for (const use of this.#users) use(this.#options);
    parts.log.info(`the certificate ${files.cert} was read again`);
  }

  close(): void {
    this.#timer?.cancel();
  }

  #watch(): void {
    this.#timer = this.parts.clock.after(TLS_CHECK_MS, () => {
      if (stampOf(this.files) !== this.#stamp) this.reload();
      this.#watch();
    });
  }
}

function pathsOf({ cert, key, clientCa }: TlsFiles): string[] {
  return [cert, key, ...(clientCa === undefined ? [] : [clientCa])];
}

/** Another when one of the files is, also where a link in its path points elsewhere. */
function stampOf(files: TlsFiles): string {
  return pathsOf(files)
    .map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? 'none' : [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
    })
    .join(',');
}

function readOptions(files: TlsFiles): TlsServerOptions {
  const { clientCa } = files;
  try {
    const ca = clientCa === undefined ? undefined : readFileSync(clientCa);
    const options: TlsServerOptions = {
      cert: readFileSync(files.cert),
      key: readFileSync(files.key),
      ...(ca !== undefined && { ca }),
      requestCert: ca !== undefined,
      rejectUnauthorized: ca !== undefined,
      minVersion: 'TLSv1.2',
    };
    // says now what each client would be told else: no certificate, no key, or not of each other
    createSecureContext(options);
    return options;
  } catch (error) {
    throw new TlsFileError(files, error instanceof Error ? error.message : String(error));
  }
}
