import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import { BODY_DRAIN_MS } from '../../src/http/limits.js';
import { whileRead } from '../../src/http/while-read.js';
import { ManualClock } from '../support/manual-clock.js';
import { turnUntil } from '../support/test-listener.js';
import { fakeHttp } from './support.js';

const BODY_BYTES = 100;

async function* letters(): AsyncGenerator<string> {
  yield* ['a', 'b'];
}

describe('http/unfinished', () => {
  let clock: ManualClock;
  let http: ReturnType<typeof fakeHttp>;

  beforeEach(async () => {
    clock = new ManualClock();
    http = fakeHttp(undefined, { clock });
    await http.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => {
    const closed = http.app.close();
    clock.advance(BODY_DRAIN_MS);
    return closed;
  });

  /** A peer that has its answer and has sent only a part of its body. */
  async function answered() {
    const socket = connect((http.app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    const gone = once(socket, 'close');
    const answer = once(socket, 'data');
    socket.write(`GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${BODY_BYTES}\r\n\r\nx`);
    expect(String(await answer)).to.match(/^HTTP\/1\.1 200 /);
    await turnUntil(() => clock.pending === 1);
    return { socket, gone };
  }

  it('cuts a connection whose body does not end behind its answer', async () => {
    const { socket, gone } = await answered();
    clock.advance(BODY_DRAIN_MS - 1);
    expect(socket.destroyed).to.equal(false);
    clock.advance(1);
    await gone;
  });

  it('leaves one alone whose body comes, and serves it on', async () => {
    const { socket, gone } = await answered();
    const answer = once(socket, 'data');
    socket.write(`${'x'.repeat(BODY_BYTES - 1)}GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(String(await answer)).to.match(/^HTTP\/1\.1 200 /);
    expect(clock.pending).to.equal(0);
    socket.end();
    await gone;
  });
});

describe('http/while-read', () => {
  it('tells of a reader that takes no chunk in time, and of no other', async () => {
    const clock = new ManualClock();
    let stalls = 0;
    const chunks = whileRead(letters(), { clock, drainTimeoutMs: 1000, onStall: () => (stalls += 1) });
    expect((await chunks.next()).value).to.equal('a');
    clock.advance(999);
    expect((await chunks.next()).value).to.equal('b');
    clock.advance(999);
    expect(stalls).to.equal(0);
    clock.advance(1);
    expect(stalls).to.equal(1);
    expect((await chunks.next()).done).to.equal(true);
    expect(clock.pending).to.equal(0);
  });
});
