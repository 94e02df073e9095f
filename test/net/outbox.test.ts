import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { Connection } from '../../src/net/connection.js';
import { WriteScheduler } from '../../src/net/write-scheduler.js';
import type { WriteSource } from '../../src/net/write-scheduler.js';
import { framePayload, framePayloads, lengthFrame, lengthSource } from '../support/length-source.js';
import { nextTurn, openTestListener, readToEnd, turnUntil } from '../support/test-listener.js';
import type { TestListener, TestListenerOptions } from '../support/test-listener.js';

/** Sends until the kernel has taken all it wants and bytes wait in the outbox. */
async function fillKernel(connection: Connection, bytes: Uint8Array | readonly Uint8Array[]): Promise<number> {
  let sent = 0;
  do {
    for (let n = 0; n < 4; n += 1) {
      connection.send(bytes, sent + 1);
      sent += 1;
    }
    for (let n = 0; n < 3; n += 1) await nextTurn();
  } while (connection.waitingBytes === 0);
  return sent;
}

/** How many toy frames a reading client has got, and a way to wait for that. */
function countFrames(client: Socket): { until(count: number): Promise<void>; readonly count: number } {
  let count = 0;
  const splitter = lengthSource.splitter({ frameBytes: 2 ** 31, listDepth: 1, entries: 1 }, () => (count += 1));
  client.on('data', (chunk: Buffer) => splitter.push(chunk));
  return {
    get count() {
      return count;
    },
    async until(expected) {
      await turnUntil(() => count >= expected);
    },
  };
}

/** How many writes fell in each turn of the loop, until all were done. */
async function writesPerTurn(scheduler: WriteScheduler, sources: number, bytesEach: number): Promise<number[]> {
  const writes: number[] = [0];
  let left = sources;
  for (let n = 0; n < sources; n += 1) {
    scheduler.request({
      writeBatch: () => {
        left -= 1;
        writes[writes.length - 1] = (writes.at(-1) ?? 0) + 1;
        return bytesEach;
      },
    });
  }
  expect(writes, 'nothing is written from within request').to.deep.equal([0]);
  await turnUntil(() => {
    if (left > 0) writes.push(0);
    return left === 0;
  });
  return writes;
}

describe('net/outbox', () => {
  let opened: TestListener | undefined;
  const open = async (options: TestListenerOptions = {}): Promise<TestListener> => (opened = await openTestListener(options));

  afterEach(async () => {
    await opened?.close();
    expect(opened?.heldBytes.held, 'bytes left').to.equal(0);
    expect(opened?.clock.pending, 'timers left').to.equal(0);
    opened = undefined;
  });

  it('keeps the order of many small and large messages', async () => {
    const net = await open({ outboxLimits: { outboxBytes: 32 * 1024 * 1024, drainTimeoutMs: 1000 } });
    const { client, line } = await net.pair();
    const expected: string[] = [];
    const received = readToEnd(client);
    for (let n = 0; n < 3000; n += 1) {
      const payload = `${n} ${'x'.repeat(n % 50 === 0 ? 100_000 : n % 40)}`;
      expected.push(payload);
      line.connection.send(n % 2 === 0 ? lengthFrame(payload) : [lengthFrame(payload).subarray(0, 4), Buffer.from(payload)]);
      if (n % 700 === 0) await nextTurn();
    }
    line.connection.finish('shutdown');
    expect(framePayloads(await received)).to.deep.equal(expected);
    client.end();
    await line.closed;
    expect(net.counters.bytesOut).to.equal(expected.reduce((sum, payload) => sum + 4 + payload.length, 0));
  });

  it('sends a small answer before the next turn of the loop', async () => {
    const net = await open();
    const { line } = await net.pair();
    line.connection.send(lengthFrame('answer'), 7);
    expect(line.connection.waitingBytes).to.equal(10);
    await Promise.resolve();
    expect(net.clock.pending, 'no timer for an answer that the kernel takes at once').to.equal(0);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(line.connection.waitingBytes).to.equal(0);
    expect(line.connection.flushedMarker).to.equal(7);
  });

  it('closes a stalled client when its outbox is full, while the one beside it gets everything', async () => {
    const net = await open({ outboxLimits: { outboxBytes: 256 * 1024, drainTimeoutMs: 10_000 } });
    const stalled = await net.pair();
    const healthy = await net.pair();
    const frames = countFrames(healthy.client);
    const shared = lengthFrame(Buffer.alloc(60_000, 1));
    let sent = 0;
    while (stalled.line.connection.open) {
      for (const { line } of [stalled, healthy]) line.connection.send(shared);
      sent += 1;
      await frames.until(sent);
    }
    expect(await stalled.line.closed).to.equal('outboxFull');
    for (let n = 0; n < 20; n += 1) healthy.line.connection.send(shared);
    expect(healthy.line.connection.open, 'and 20 more in one go do not fit').to.equal(false);
    expect(frames.count).to.equal(sent);
    expect(await healthy.line.closed).to.equal('outboxFull');
    expect(net.counters.closed.outboxFull).to.equal(2);
  });

  it('closes a stalled client when its bytes wait too long, while the one beside it gets everything', async () => {
    const net = await open();
    const stalled = await net.pair();
    const healthy = await net.pair();
    const frames = countFrames(healthy.client);
    await fillKernel(stalled.line.connection, lengthFrame(Buffer.alloc(60_000)));
    expect(net.clock.pending, 'one drain timer').to.equal(1);
    net.clock.advance(9_999);
    expect(stalled.line.connection.open).to.equal(true);
    for (let n = 0; n < 100; n += 1) healthy.line.connection.send(lengthFrame(`${n}`));
    net.clock.advance(1);
    expect(await stalled.line.closed).to.equal('drainTimeout');
    await frames.until(100);
    expect(healthy.line.connection.open).to.equal(true);
    expect(net.counters.closed.drainTimeout).to.equal(1);
  });

  it('leaves a client alone that was slow and has read everything in time', async () => {
    const net = await open();
    const { client, line } = await net.pair();
    const sent = await fillKernel(line.connection, lengthFrame(Buffer.alloc(60_000)));
    net.clock.advance(9_000);
    const frames = countFrames(client);
    await frames.until(sent);
    await turnUntil(() => line.connection.waitingBytes === 0);
    expect(net.clock.pending, 'the timer is gone with the bytes').to.equal(0);
    net.clock.advance(100_000);
    expect(line.connection.open).to.equal(true);
  });

  it('gives a client that has read what waited another span for what came since', async () => {
    const net = await open({ outboxLimits: { outboxBytes: 64 * 1024 * 1024, drainTimeoutMs: 10_000 } });
    const { client, line } = await net.pair();
    const bytes = lengthFrame(Buffer.alloc(60_000));
    const first = await fillKernel(line.connection, bytes);
    const got = countFrames(client);
    // Nothing reads the rest, so once the first are through, later ones wait again under the same timer.
    client.on('data', () => got.count >= first && client.pause());
    for (let n = 0; n < 300; n += 1) line.connection.send(bytes);
    await got.until(first);
    await turnUntil(() => (line.connection.flushedMarker ?? 0) >= first);
    net.clock.advance(10_000);
    expect(line.connection.open, 'what waited at first is gone').to.equal(true);
    expect(line.connection.waitingBytes).to.be.greaterThan(0);
    net.clock.advance(10_000);
    expect(await line.closed).to.equal('drainTimeout');
  });

  it('knows behind a lost line which was the last message that the kernel took', async () => {
    const net = await open();
    const { line } = await net.pair();
    expect(line.connection.flushedMarker).to.equal(undefined);
    const bytes = lengthFrame(Buffer.alloc(60_000));
    const sent = await fillKernel(line.connection, bytes);
    line.connection.send(lengthFrame('an answer without a marker'));
    const flushed = line.connection.flushedMarker;
    expect(flushed).to.be.greaterThan(0).and.lessThan(sent);
    // Everything up to the marker was taken, and at most one batch more is under way.
    expect(net.counters.bytesOut).to.equal((flushed ?? 0) * bytes.length);
    line.connection.close('takenOver');
    await line.closed;
    expect(line.connection.flushedMarker).to.equal(flushed);
    expect(line.connection.waitingBytes).to.equal(0);
  });

  it('counts a message as taken when its last part was', async () => {
    const net = await open({ outboxLimits: { outboxBytes: 64 * 1024 * 1024, drainTimeoutMs: 10_000 } });
    const part = Buffer.alloc(70_000);
    // Three lines, shifted by a part each: wherever the kernel stops, it stops amid a message on two of them.
    for (const shift of [0, 1, 2]) {
      const { line } = await net.pair();
      for (let n = 0; n < shift; n += 1) line.connection.send(part);
      const sent = await fillKernel(line.connection, [part, part, part]);
      const takenParts = shift + 3 * sent - line.connection.waitingBytes / part.length;
      expect(line.connection.flushedMarker).to.equal(Math.floor((takenParts - shift) / 3));
    }
  });

  it('asks for one write at a time', async () => {
    let requests = 0;
    class CountingScheduler extends WriteScheduler {
      override request(source: WriteSource): void {
        requests += 1;
        super.request(source);
      }
    }
    const net = await open({ scheduler: new CountingScheduler() });
    const { line } = await net.pair();
    await fillKernel(line.connection, lengthFrame(Buffer.alloc(60_000)));
    const before = requests;
    for (let n = 0; n < 10; n += 1) line.connection.send(lengthFrame('more'));
    expect(requests, 'a write is under way').to.equal(before);
  });

  it('closes the line that would go over the budget of all lines, and no other', async () => {
    const net = await open({ heldBytes: 200_000 });
    const [one, two] = [await net.pair(), await net.pair()];
    expect(one.line.connection.send(Buffer.alloc(150_000))).to.equal(true);
    expect(two.line.connection.send(Buffer.alloc(60_000))).to.equal(false);
    expect(await two.line.closed).to.equal('heldBytes');
    expect(one.line.connection.open).to.equal(true);
    expect(two.line.closeCount).to.equal(1);
  });

  it('does not tell of a full outbox from within send', async () => {
    const net = await open({ outboxLimits: { outboxBytes: 10, drainTimeoutMs: 1000 } });
    const { line } = await net.pair();
    expect(line.connection.send(Buffer.alloc(11))).to.equal(false);
    expect(line.closeCount).to.equal(0);
    expect(await line.closed).to.equal('outboxFull');
  });

  it('gives everybody everything when a turn writes to a few lines only', async () => {
    const net = await open({ scheduler: new WriteScheduler({ sockets: 3, bytes: 1_000_000 }) });
    const pairs = await Promise.all(Array.from({ length: 20 }, () => net.pair()));
    const received = pairs.map(({ client }) => readToEnd(client));
    const shared = lengthFrame('CampaignStopped');
    for (const { line } of pairs) line.connection.send([shared, lengthFrame('CampaignUnloaded')]);
    for (const { line, client } of pairs) {
      line.connection.finish('shutdown');
      client.on('end', () => client.end());
    }
    for (const bytes of await Promise.all(received)) expect(framePayloads(bytes)).to.deep.equal(['CampaignStopped', 'CampaignUnloaded']);
    expect(framePayload(shared)).to.equal('CampaignStopped');
  });
});

describe('net/write-scheduler', () => {
  it('spreads 5,000 writes over turns, in order of asking', async () => {
    const writes = await writesPerTurn(new WriteScheduler(), 5000, 100);
    expect(Math.max(...writes)).to.be.at.most(2 * 256);
    expect(writes.reduce((sum, n) => sum + n, 0)).to.equal(5000);
    expect(writes.length).to.be.at.least(5000 / 512);
  });

  it('writes fewer lines in a turn when their bytes are many', async () => {
    const writes = await writesPerTurn(new WriteScheduler({ sockets: 1000, bytes: 1000 }), 50, 500);
    expect(Math.max(...writes)).to.be.at.most(4);
  });

  it('shares a turn among microtasks too', async () => {
    const scheduler = new WriteScheduler({ sockets: 10, bytes: 1_000_000 });
    let writes = 0;
    for (let n = 0; n < 100; n += 1) {
      scheduler.request({ writeBatch: () => (writes += 1) });
      await Promise.resolve();
    }
    expect(writes, 'all were asked for in one turn').to.equal(10);
    await turnUntil(() => writes === 100);
  });
});
