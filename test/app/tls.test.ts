import { copyFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { connectDesktop, connectDirect, ConnectionClosed, type TlsClientOptions } from '../../src/client/index.js';
import { UserError } from '../../src/cli/errors.js';
import { createRequest } from '../../src/cli/run-request.js';
import { systemClock } from '../../src/util/clock.js';
import { sampleOf } from '../metrics/support.js';
import { makeStoreDirectory } from '../support/engine.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { HOST, openGateway, type TestGateway } from '../support/gateway.js';
import { pem, tlsPath } from '../support/tls.js';

const CA = { ca: pem('ca.pem') };
const OWN = { ...CA, cert: pem('client.pem'), key: pem('client.key') };
const STRANGER = { ...CA, cert: pem('stranger.pem'), key: pem('stranger.key') };

const direct = ({ ports }: TestGateway, tls: TlsClientOptions | boolean) => connectDirect({ host: HOST, port: ports.direct, clientName: 'boss', tls, connectTimeoutMs: 2000 });
const desktop = ({ ports }: TestGateway, tls: TlsClientOptions | boolean) => connectDesktop({ host: HOST, port: ports.tevents, applicationName: 'desk', tls, connectTimeoutMs: 2000 });

/** The status of /health, or why there is none. */
function health({ ports }: TestGateway, tls: TlsClientOptions): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request({ host: HOST, port: ports.http, path: '/health', agent: false, ...tls }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    asked.end();
  });
}

/** What /metrics says, asked with these. */
async function scrape({ ports }: TestGateway, tls: TlsClientOptions): Promise<string> {
  const asked = request({ host: HOST, port: ports.http, path: '/metrics', agent: false, ...tls }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return readText(answer);
}

async function served(client: Promise<{ close(): Promise<void> }>): Promise<boolean> {
  try {
    await (await client).close();
    return true;
  } catch (error) {
    if (error instanceof ConnectionClosed) return false;
    throw error;
  }
}

/** Whose certificate a listener shows. */
async function shownBy(port: number): Promise<string | string[] | undefined> {
  const socket: TLSSocket = connect({ host: HOST, port, ...CA });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

describe('TLS', () => {
  describe('with a certificate', () => {
    let directory: string;
    let gateway: TestGateway;
    const put = (name: string): void => {
      copyFileSync(tlsPath(`${name}.pem`), join(directory, 'cert.pem'));
      copyFileSync(tlsPath(`${name}.key`), join(directory, 'key.pem'));
    };
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'ocm-tls-'));
      put('server');
      gateway = await openGateway({ tls: { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') } });
    });
    after(async () => {
      await gateway.close();
      await rm(directory, { recursive: true, force: true });
    });

    it('serves on every listener', async () => {
      expect(await served(direct(gateway, CA))).to.equal(true);
      expect(await served(desktop(gateway, CA))).to.equal(true);
      expect(await health(gateway, CA)).to.equal(200);
    });

    it('is not taken by clients for another', async () => {
      expect(await served(direct(gateway, true)), 'signed by nobody they know').to.equal(false);
      expect(await served(desktop(gateway, { ca: pem('stranger.pem') }))).to.equal(false);
      expect(await served(direct(gateway, { ...CA, servername: 'elsewhere.example' })), 'of another name').to.equal(false);
    });

    it('does not serve without TLS, nor below 1.2', async () => {
      expect(await served(direct(gateway, false))).to.equal(false);
      for (const port of Object.values(gateway.ports)) {
        const socket = connect({ host: HOST, port, ...CA, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
        const [error] = (await once(socket, 'error')) as [Error & { code?: string }];
        expect(error.code).to.match(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|ECONNRESET/);
        const modern = connect({ host: HOST, port, ...CA, maxVersion: 'TLSv1.2' });
        await once(modern, 'secureConnect');
        expect(modern.getProtocol()).to.equal('TLSv1.2');
        modern.destroy();
      }
    });

    it('serves the command request', async () => {
      let written = '';
      const ask = createRequest({ env: {}, clock: systemClock, write: async (text) => void (written += text) });
      const options = { name: 'GSW_CM_ReqGetCampaignStatus', session: 1001, client: 'test', timeoutMs: 2000, server: { host: HOST, port: gateway.ports.direct } } as const;
      await ask({ ...options, ca: tlsPath('ca.pem') });
      expect(written).to.match(/^GSW_CM_EvCampaignStatus: /);
      const refusals = await Promise.all([{}, { tls: true }, { ca: '/none.pem' }].map((tls) => ask({ ...options, ...tls }).then(() => 'served', (error: unknown) => (error instanceof UserError ? error.message : String(error)))));
      expect(refusals[0]).to.match(/connection/);
      expect(refusals[1]).to.match(/cannot be reached: .*certificate/);
      expect(refusals[2]).to.match(/^\/none\.pem: cannot be read/);
    });

    it('serves with another certificate when it is told to read it, and lines that there are go on', async () => {
      const before = await direct(gateway, CA);
      expect(await Promise.all(Object.values(gateway.ports).map(shownBy))).to.deep.equal(['server', 'server', 'server']);
      put('server2');
      gateway.reloadCertificates();
      expect(await Promise.all(Object.values(gateway.ports).map(shownBy))).to.deep.equal(['server2', 'server2', 'server2']);
      await before.request('GSW_CM_ReqGetCampaignStatus', { GSW_CM_AttrSessionID: 1001 });
      await before.close();
    });

    it('does not wait at its end for who never says a word', async () => {
      const silent = Object.values(gateway.ports).map((port) => connectPlain(port, HOST));
      await Promise.all(silent.map((socket) => once(socket, 'connect')));
      const gone = silent.map((socket) => once(socket, 'close'));
      for (const socket of silent) socket.on('error', () => undefined).resume();
      await gateway.stop();
      await Promise.all(gone);
    });
  });

  it('is read again at SIGHUP by the program, which does not start with files that it cannot use', async function () {
    // two processes, each with a new store, beside whatever else the machine does
    this.timeout(90_000);
    const store = await makeStoreDirectory();
    const env = { OCM_STORE_URL: `pglite:${store}`, OCM_TLS_CERT: tlsPath('server.pem') };
    const wrong = GatewayProcess.start({ ...env, OCM_TLS_KEY: tlsPath('server2.key') });
    expect((await wrong.exited).code).to.equal(1);
    expect(wrong.stderr).to.match(/^ocm-gateway: the certificate .* cannot be used: [^\n]*\n$/).and.not.contain('not foreseen');
    const gateway = GatewayProcess.start({ ...env, OCM_TLS_KEY: tlsPath('server.key') });
    try {
      await gateway.ready();
      process.kill(gateway.pid, 'SIGHUP');
      await gateway.said(/(?:was read again[^]*){3}/);
      expect(await gateway.end('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    } finally {
      await gateway.end();
      await rm(store, { recursive: true, force: true });
    }
  });

  it('with clientCa serves only who has a certificate of it', async () => {
    const gateway = await openGateway({ tls: { cert: tlsPath('server.pem'), key: tlsPath('server.key'), clientCa: tlsPath('ca.pem') } });
    try {
      for (const [tls, may] of [[OWN, true], [CA, false], [STRANGER, false]] as const) {
        expect(await served(direct(gateway, tls))).to.equal(may);
        expect(await served(desktop(gateway, tls))).to.equal(may);
        const status = await health(gateway, tls);
        if (may) expect(status).to.equal(200);
        else expect(status).to.be.a('string');
      }
      const ask = createRequest({ env: {}, clock: systemClock, write: () => Promise.resolve() });
      const asked = { name: 'GSW_CM_ReqGetCampaignStatus', session: 1001, client: 'test', timeoutMs: 2000, server: { host: HOST, port: gateway.ports.direct }, ca: tlsPath('ca.pem') } as const;
      await ask({ ...asked, cert: tlsPath('client.pem'), key: tlsPath('client.key') });
      const half = await ask({ ...asked, key: tlsPath('client.key') }).then(() => undefined, (error: unknown) => error);
      expect(half).to.be.instanceOf(UserError).and.have.property('message').that.includes('--cert and --key go together');
      // a client may have its refusal before it is counted
      const failed = async () => {
        const metrics = await scrape(gateway, OWN);
        return ['GSW_CM', 'T', 'HTTP'].map((dialect) => sampleOf(metrics, 'ocm_tls_handshake_errors_total', { dialect }));
      };
      let errors = await failed();
      while (errors.some((count) => count !== undefined && count < 2)) errors = await failed();
      expect(errors).to.deep.equal([2, 2, 2]);
    } finally {
      await gateway.close();
    }
  });
});
