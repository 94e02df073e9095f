/** Absolute paths of files in PEM. */
export interface TlsFiles {
  /** Certificate, with the chain that leads to its root. */
  readonly cert: string;
  readonly key: string;
  /** Who signs the certificates that clients must have; absent: they need none. */
  readonly clientCa?: string;
}

/** What they hold, as a TLS server is told. Without a certificate that clientCa has signed nobody gets in, where there is a clientCa. */
export interface TlsServerOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
  readonly minVersion: 'TLSv1.2';
}
