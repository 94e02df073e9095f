import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { type Dialect, int, makeMessage, ocm1 } from '../../protocol/index.js';
import type { DirectClient } from '../../src/client/index.js';
import { HOST, openGateway, SPRING, supervisorOf, type TestGateway } from '../support/gateway.js';
import { RawLine } from '../support/raw-line.js';
import { sampleOf } from '../metrics/support.js';
import { readToEnd } from '../support/test-listener.js';
import { answersUntil, closedFor, scrape } from './figures.js';
import { drip } from './floods.js';

const ENTRIES = 20;
const HEARTBEAT_MS = 250;

const ENV = {
  OCM_LIMITS_REGISTER_TIMEOUT: '300ms',
  OCM_LIMITS_HEARTBEAT_INTERVAL: `${HEARTBEAT_MS}ms`,
  OCM_LIMITS_HEARTBEAT_TIMEOUT: `${2 * HEARTBEAT_MS}ms`,
  OCM_LIMITS_ENTRIES: String(ENTRIES),
  OCM_LIMITS_HTTP_BODY: '1KiB',
  OCM_LIMITS_HTTP_HEADER_TIMEOUT: '300ms',
  OCM_LIMITS_HTTP_REQUEST_TIMEOUT: '400ms',
};

const PORTS: readonly { readonly dialect: Dialect; readonly port: 'direct' | 'tevents'; readonly hello: Uint8Array }[] = [
  { dialect: 'GSW_CM', port: 'direct', hello: ocm1.encode(makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'slow' })) },
  { dialect: 'T', port: 'tevents', hello: ocm1.encode(makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'slow' })) },
];

describe('a client at a limit', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  let other: DirectClient;

  before(async () => {
    gateway = await openGateway({ env: ENV });
    other = await supervisorOf(gateway);
  });
  after(async () => {
    await other.close();
    await gateway.close();
  });

  const servedUntil = (settled: Promise<unknown>): Promise<number> => answersUntil(settled, other);

  for (const { dialect, port, hello } of PORTS) {
    it(`of time is closed when it registers byte by byte (${dialect}), and the other is served`, async () => {
      const closed = await closedFor(gateway, dialect, 'registerTimeout');
      const slow = connect(gateway.ports[port], HOST);
      const end = drip(slow, hello, 20);
      expect(await servedUntil(end)).to.be.at.least(10);
      expect(await end).to.be.below(hello.length);
      expect(await closedFor(gateway, dialect, 'registerTimeout')).to.equal(closed + 1);
    });

    it(`of silence is asked, then closed within two intervals (${dialect})`, async () => {
      const closed = await closedFor(gateway, dialect, 'heartbeatTimeout');
      const line = await RawLine.open(gateway.ports[port], dialect);
      line.send(hello);
      await line.message();
      const { messages, end } = await line.rest();
      expect(messages.map(({ name }) => name)).to.deep.equal([dialect === 'T' ? 'RequestHeartbeat' : 'GSW_CM_ReqHeartbeat']);
      expect(end).to.not.equal(undefined);
      expect(await closedFor(gateway, dialect, 'heartbeatTimeout')).to.equal(closed + 1);
      line.destroy();
    });
  }

  it('of entries gets an Error and its end, behind what it may have', async () => {
    const properties = (count: number) => ({
      GSW_CM_AttrReferenceID: 2,
      GSW_CM_AttrSessionID: SPRING.dbid,
      GSW_CM_AttrProperties: Array.from({ length: count }, () => ({ key: 'x', value: int(1) })),
    });
    const line = await RawLine.open(gateway.ports.direct, 'GSW_CM');
    line.send(PORTS[0]?.hello ?? Buffer.of());
    line.sendMessage(makeMessage('GSW_CM_ReqGetCampaignStatus', properties(ENTRIES - 3)), makeMessage('GSW_CM_ReqGetCampaignStatus', properties(ENTRIES - 2)));
    const { messages, end } = await line.rest();
    expect({ names: messages.map(({ name }) => name), end }).to.deep.equal({ names: ['GSW_CM_EvClientRegistered', 'GSW_CM_EvCampaignStatus', 'GSW_CM_EvError'], end: 'fin' });
    expect(sampleOf(await scrape(gateway), 'ocm_malformed_total', { dialect: 'GSW_CM', code: 'TooManyEntries' })).to.equal(1);
    line.destroy();
  });

  describe('of HTTP', () => {
    const REQUEST = 'POST /ocs/v3/servers/156/get-campaign-status HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

    it('is answered 408 and closed when its headers drip, or do not begin', async () => {
      const closed = await closedFor(gateway, 'HTTP', 'headerTimeout');
      const [slow, silent] = [connect(gateway.ports.http, HOST), connect(gateway.ports.http, HOST)];
      const heard = [readToEnd(slow), readToEnd(silent)];
      expect(await servedUntil(drip(slow, Buffer.from(REQUEST), 20))).to.be.at.least(10);
      for (const answer of heard) expect((await answer).toString()).to.match(/^HTTP\/1\.1 408 /);
      expect(await closedFor(gateway, 'HTTP', 'headerTimeout')).to.equal(closed + 2);
    });

    it('is answered 503 and closed when its body drips', async () => {
      const socket = connect(gateway.ports.http, HOST);
      const heard = readToEnd(socket);
      socket.write(`${REQUEST}Content-Length: 1000\r\n\r\n`);
      expect(await servedUntil(drip(socket, Buffer.alloc(1000, ' '), 20))).to.be.at.least(10);
      expect((await heard).toString()).to.match(/^HTTP\/1\.1 503 .*connection: close/is);
    });

    it('is refused with 413 when its body is too long, announced or not', async () => {
      for (const [head, body] of [['Content-Length: 1025', ' '], ['Transfer-Encoding: chunked', `402\r\n${' '.repeat(1026)}\r\n`]] as const) {
        const socket = connect(gateway.ports.http, HOST);
        const heard = readToEnd(socket);
        socket.write(`${REQUEST}${head}\r\n\r\n${body}`);
        expect((await heard).toString(), head).to.match(/^HTTP\/1\.1 413 .*expected at most 1024 bytes/is);
        socket.destroy();
      }
    });

    it('is counted when it is no HTTP, or has too many headers', async () => {
      for (const [bytes, reason] of [['\x16\x03\x01\x00\xc4', 'malformed'], [`${REQUEST}X: ${'x'.repeat(20_000)}\r\n\r\n`, 'headerOverflow']] as const) {
        const closed = await closedFor(gateway, 'HTTP', reason);
        const socket = connect(gateway.ports.http, HOST);
        const heard = readToEnd(socket);
        await once(socket, 'connect');
        socket.write(bytes, 'latin1');
        expect((await heard).toString()).to.match(/^HTTP\/1\.1 4\d\d /);
        expect(await closedFor(gateway, 'HTTP', reason)).to.equal(closed + 1);
      }
    });
  });
});
