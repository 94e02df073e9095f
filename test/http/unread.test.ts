import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { HttpParts } from '../../src/http/parts.js';
import { HeldBytes } from '../../src/net/held-bytes.js';
import type { SmallConfig } from '../config/support.js';
import { ManualClock } from '../support/manual-clock.js';
import { readToEnd, turnUntil } from '../support/test-listener.js';
import { fakeHttp } from './support.js';

const HOST = '127.0.0.1';
const DRAIN_MS = 10_000;
/** More than the system takes for a client that does not read. */
const LONG = 'x'.repeat(2 ** 24);

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const last = (path: string): string => get(path).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');

describe('http/unread', () => {
  let clock: ManualClock;
  let held: HeldBytes;
  let closed: string[];
  let http: ReturnType<typeof fakeHttp> | undefined;
  let port: number;

  beforeEach(() => {
    clock = new ManualClock();
    held = new HeldBytes(2 ** 30);
    closed = [];
  });
  afterEach(async () => {
    const ended = http?.app.close();
    clock.advance(DRAIN_MS);
    await ended;
    http = undefined;
    expect(held.held, 'bytes left').to.equal(0);
  });

  async function open(limits: SmallConfig['limits'] = {}, over: Partial<HttpParts> = {}): Promise<void> {
    http = fakeHttp((config) => void (config.limits = limits), { clock, held, unreadClosed: (reason) => closed.push(reason), ...over });
    await http.app.listen({ host: HOST, port: 0 });
    port = (http.app.server.address() as AddressInfo).port;
  }

  async function send(text: string): Promise<Socket> {
    const socket = connect(port, HOST);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }

  const asked = async (path: string): Promise<string> => (await fetch(`http://${HOST}:${port}${path}`)).text();

  const figures = { contentType: 'text/plain', render: () => Promise.resolve(LONG), answered: () => undefined, refused: () => undefined };

  it('closes a connection for which more waits than limits.outboxBytes, and serves others', async () => {
    await open({ outboxBytes: '8KiB' });
    const socket = await send(get('/health').repeat(20));
    await readToEnd(socket);
    expect(closed).to.deep.equal(['outboxFull']);
    expect(held.held).to.equal(0);
    for (let n = 0; n < 20; n += 1) expect(await asked('/health')).to.contain('ok');
    expect(closed).to.have.length(1);
  });

  it('counts also what the framework refuses before there is a request', async () => {
    await open({ outboxBytes: '8KiB' });
    await readToEnd(await send(get('/%').repeat(20)));
    expect(closed).to.deep.equal(['outboxFull']);
  });

  it('lets one answer through that is longer, by itself', async () => {
    await open({ outboxBytes: '1KiB' });
    expect((await asked('/openapi.json')).length).to.be.greaterThan(10_000);
    expect(closed).to.deep.equal([]);
  });

  it('has the connection that holds most give way where limits.heldBytes is spent', async () => {
    held = new HeldBytes(LONG.length + 20_000);
    await open({}, { metrics: figures });
    const greedy = await send(get('/metrics'));
    await turnUntil(() => held.held > LONG.length);
    const other = String(await readToEnd(await send(`${get('/health').repeat(30)}${last('/health')}`)));
    expect(other.match(/HTTP\/1\.1 200 /g)).to.have.length(31);
    expect(closed).to.deep.equal(['heldBytes']);
    greedy.destroy();
  });

  it('closes a connection of which nothing is taken within limits.drainTimeout', async () => {
    await open({}, { metrics: figures });
    const socket = await send(get('/metrics'));
    await once(socket, 'readable');
    clock.advance(DRAIN_MS - 1);
    expect(closed).to.deep.equal([]);
    clock.advance(1);
    expect(closed).to.deep.equal(['drainTimeout']);
    expect(held.held).to.equal(0);
    expect(clock.pending).to.equal(0);
    socket.destroy();
  });

  it('leaves one alone that takes its answers', async () => {
    await open({}, { metrics: figures });
    const socket = await send(last('/metrics'));
    await once(socket, 'readable');
    clock.advance(DRAIN_MS - 1);
    expect((await readToEnd(socket)).length).to.be.greaterThan(LONG.length);
    expect(clock.pending).to.equal(0);
    expect(closed).to.deep.equal([]);
  });

  it('does not blame a client for an answer behind one that is not there yet', async () => {
    const answer = new EventEmitter();
    const first = once(answer, 'now');
    await open({}, { health: async () => first.then(() => ({ status: 'ok' as const })) });
    const socket = await send(`${get('/health')}${last('/openapi.json')}`);
    await turnUntil(() => held.held > 0);
    clock.advance(DRAIN_MS * 3);
    expect(closed).to.deep.equal([]);
    answer.emit('now');
    expect(String(await readToEnd(socket)).match(/HTTP\/1\.1 200 /g)).to.have.length(2);
  });

  it('says no more of a foreign Origin than is needed to know it again', async () => {
    await open();
    const answer = await readToEnd(await send(last('/health').replace('Host:', `Origin: ${'"'.repeat(10_000)}\r\nHost:`)));
    expect(String(answer)).to.match(/^HTTP\/1\.1 403 /);
    expect(answer.length).to.be.below(1500);
  });
});
