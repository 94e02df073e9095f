import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { HttpFault } from '../../src/http/fault.js';
import { BODY_DRAIN_MS } from '../../src/http/limits.js';
import { timedChunks } from '../../src/http/timed-chunks.js';
import { ManualClock } from '../support/manual-clock.js';
import { turnUntil } from '../support/test-listener.js';

function open() {
  const clock = new ManualClock();
  const body = new PassThrough();
  const closing = new AbortController();
  const chunks = timedChunks(body, { clock, idleMs: 1000, signal: closing.signal });
  const next = async () => {
    const { value, done } = await chunks.next();
    return done === true ? 'end' : Buffer.from(value).toString();
  };
  return { clock, body, closing, chunks, next };
}

async function faultOf(run: Promise<unknown>): Promise<HttpFault> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HttpFault)) throw new Error('expected an HttpFault', { cause: error });
  return error;
}

describe('http/timed-chunks', () => {
  it('hands on what comes in time, and leaves no timer', async () => {
    const { clock, body, next } = open();
    body.write('a');
    expect(await next()).to.equal('a');
    const second = next();
    clock.advance(999);
    body.write('b');
    expect(await second).to.equal('b');
    body.end();
    expect(await next()).to.equal('end');
    expect(clock.pending).to.equal(0);
  });

  it('counts the wait for a chunk, not the time between two questions', async () => {
    const { clock, body, next } = open();
    body.write('a');
    expect(await next()).to.equal('a');
    clock.advance(60_000);
    body.end('b');
    expect(await next()).to.equal('b');
  });

  it('gives up a peer that sends nothing any more', async () => {
    const { clock, next } = open();
    const fault = faultOf(next());
    clock.advance(1000);
    expect(await fault).to.include({ status: 408, code: 'InvalidParameter' });
  });

  it('gives up when the server closes, at once or later', async () => {
    for (const early of [true, false]) {
      const { closing, next } = open();
      if (early) closing.abort();
      const fault = faultOf(next());
      if (!early) closing.abort();
      expect(await fault).to.include({ status: 503, code: 'ServerConnectionError' });
    }
  });

  it('passes on a failure of the body', async () => {
    const { body, next } = open();
    const failed = next().catch((error: unknown) => error);
    body.destroy(new Error('ECONNRESET'));
    expect(((await failed) as Error).message).to.equal('ECONNRESET');
  });

  it('reads the rest away when its reader stops, for a while', async () => {
    const { clock, body, chunks, next } = open();
    body.write('a');
    await next();
    await chunks.return(undefined);
    body.write(Buffer.alloc(1 << 20));
    await turnUntil(() => body.readableLength === 0 && body.writableLength === 0);
    expect(body.destroyed).to.equal(false);
    clock.advance(BODY_DRAIN_MS);
    expect(body.destroyed).to.equal(true);
    const other = open();
    other.body.write('a');
    await other.next();
    await other.chunks.return(undefined);
    other.body.end('b');
    await turnUntil(() => other.body.closed);
    expect(other.clock.pending).to.equal(0);
  });
});
