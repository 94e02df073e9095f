import { TlsCredentials } from '../net/tls-credentials.js';
import type { TlsFiles } from '../util/tls-files.js';

type Parts = ConstructorParameters<typeof TlsCredentials>[1];

/** The certificates of all listeners. */
export class Certificates {
  readonly #open: TlsCredentials[] = [];

  constructor(private readonly parts: Parts) {}

  /** Those of one listener. Throws TlsFileError. */
  open(files: TlsFiles): TlsCredentials {
    const credentials = new TlsCredentials(files, this.parts);
    this.#open.push(credentials);
    return credentials;
  }

  /** Reads all of them again; what cannot be used is logged. */
  reload(): void {
    for (const credentials of this.#open) credentials.reload();
  }

  close(): void {
    for (const credentials of this.#open) credentials.close();
  }
}
