import { copyFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TLS_CHECK_MS, TlsCredentials, TlsFileError } from '../../src/net/tls-credentials.js';
import type { TlsFiles } from '../../src/util/tls-files.js';
import { ManualClock } from '../support/manual-clock.js';
import { pem, tlsPath } from '../support/tls.js';

describe('net/tls-credentials', () => {
  let directory: string;
  let files: TlsFiles;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ocm-tls-'));
    files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
    put('server');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const put = (name: string): void => {
    copyFileSync(tlsPath(`${name}.pem`), files.cert);
    copyFileSync(tlsPath(`${name}.key`), files.key);
  };

  function open(of = files) {
    const clock = new ManualClock();
    const log: string[] = [];
    const credentials = new TlsCredentials(of, { clock, log: { error: (line) => log.push(`error ${line}`), info: (line) => log.push(`info ${line}`) } });
    const used: Buffer[] = [];
    credentials.onChange(({ cert }) => used.push(cert));
    return { clock, log, credentials, used };
  }

  it('wants TLS 1.2, and certificates of clients where it knows who signs them', () => {
    expect(open().credentials.options).to.include({ minVersion: 'TLSv1.2', requestCert: false, rejectUnauthorized: false });
    const { options } = open({ ...files, clientCa: tlsPath('ca.pem') }).credentials;
    expect(options).to.include({ requestCert: true, rejectUnauthorized: true });
    expect(options.ca).to.deep.equal(pem('ca.pem'));
  });

  it('reads its files again when they have changed, and at no other time', () => {
    const { clock, log, credentials, used } = open();
    clock.advance(3 * TLS_CHECK_MS);
    expect(used).to.deep.equal([]);
    put('server2');
    clock.advance(TLS_CHECK_MS);
    clock.advance(TLS_CHECK_MS);
    expect(used).to.deep.equal([pem('server2.pem')]);
    expect(credentials.options.key).to.deep.equal(pem('server2.key'));
    expect(log).to.deep.equal([`info the certificate ${files.cert} was read again`]);
    credentials.close();
    expect(clock.pending).to.equal(0);
  });

  it('keeps what it has while the files do not belong together, or are gone', () => {
    const { clock, log, credentials, used } = open();
    copyFileSync(tlsPath('server2.pem'), files.cert);
    clock.advance(TLS_CHECK_MS);
    rmSync(files.key);
    clock.advance(TLS_CHECK_MS);
    expect(used).to.deep.equal([]);
    expect(credentials.options.cert).to.deep.equal(pem('server.pem'));
    expect(log).to.have.length(2);
    for (const line of log) expect(line).to.match(/^error the certificate .*cert.pem, .*key.pem cannot be used: .*; the one before stays in use$/);
    put('server2');
    clock.advance(TLS_CHECK_MS);
    expect(used).to.deep.equal([pem('server2.pem')]);
  });

  it('refuses files that cannot be used, by name', () => {
    copyFileSync(tlsPath('server2.key'), files.key);
    expect(() => open()).to.throw(TlsFileError, `the certificate ${files.cert}, ${files.key} cannot be used: `);
    expect(() => open({ ...files, cert: join(directory, 'none.pem') })).to.throw(TlsFileError, 'ENOENT');
    expect(() => open({ ...files, clientCa: join(directory, 'none.pem') })).to.throw(TlsFileError, 'none.pem');
  });
});
