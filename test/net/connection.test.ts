import { expect } from 'chai';
import { lengthFrame, framePayloads } from '../support/length-source.js';
import { nextTurn, openTestListener, readToEnd, turnUntil } from '../support/test-listener.js';
import type { TestListener, TestListenerOptions } from '../support/test-listener.js';

describe('net/connection', () => {
  let opened: TestListener | undefined;
  const open = async (options: TestListenerOptions = {}): Promise<TestListener> => (opened = await openTestListener(options));

  afterEach(async () => {
    await opened?.close();
    expect(opened?.clock.pending, 'timers left').to.equal(0);
    expect(opened?.heldBytes.held, 'bytes left').to.equal(0);
    expect(opened?.gate.open, 'lines left').to.equal(0);
    expect(opened?.counters.open, 'lines counted as open').to.equal(0);
    expect(opened?.lines.map((line) => line.closeCount)).to.satisfy((counts: number[]) => counts.every((n) => n === 1));
    opened = undefined;
  });

  it('serves frames one at a time and in order when serving takes long', async () => {
    let underWay = 0;
    const net = await open({
      session: (line) => ({
        onFrame: async (frame) => {
          underWay += 1;
          line.note(`begin ${frame.length} ${underWay}`);
          await nextTurn();
          await nextTurn();
          line.note(`end ${frame.length}`);
          underWay -= 1;
        },
      }),
    });
    const { client, line } = await net.pair();
    client.write(Buffer.concat([lengthFrame('a'), lengthFrame('bb'), lengthFrame('ccc')]));
    await line.until('begin 6 1');
    client.write(lengthFrame('dddd'));
    await line.until('end 8');
    await turnUntil(() => line.connection.reading);
    expect(net.heldBytes.held, 'nothing is held of what was served').to.equal(0);
    expect(line.log).to.deep.equal([5, 6, 7, 8].flatMap((n) => [`begin ${n} 1`, `end ${n}`]));
    expect(net.counters.framesIn).to.equal(4);
  });

  it('serves some frames of a line in each turn of the loop, so that others are served between them', async () => {
    const FRAMES = 1000;
    const inTurn = new Map<number, number>();
    let [turn, served] = [0, 0];
    const net = await open({
      session: (line) => ({
        onFrame: async () => {
          inTurn.set(turn, (inTurn.get(turn) ?? 0) + 1);
          await Promise.resolve();
          served += 1;
          if (served === FRAMES) line.note('all');
        },
      }),
    });
    const count = (): void => {
      turn += 1;
      if (served < FRAMES) setImmediate(count);
    };
    const { client, line } = await net.pair();
    count();
    client.write(Buffer.concat(Array.from({ length: FRAMES }, () => lengthFrame('a'))));
    await line.until('all');
    // a turn of the counter may see the end of one of the line's and all of the next
    expect(Math.max(...inTurn.values())).to.be.within(1, 64);
  });

  it('reads no further while a frame is being served', async () => {
    const releases: (() => void)[] = [];
    const net = await open({
      session: (line) => ({
        onFrame: () => {
          line.note('serving');
          return new Promise((resolve) => releases.push(resolve));
        },
      }),
    });
    const { client, line } = await net.pair();
    const flood = lengthFrame(Buffer.alloc(100_000));
    client.write(lengthFrame('first'));
    await line.until('serving');
    expect(line.connection.reading).to.equal(false);
    const before = net.counters.bytesIn;
    for (let n = 0; n < 50; n += 1) client.write(flood);
    for (let n = 0; n < 20; n += 1) await nextTurn();
    expect(net.counters.bytesIn, 'nothing was read meanwhile').to.equal(before);
    for (let served = 0; served < 51; served += 1) {
      await turnUntil(() => releases.length > served);
      releases[served]?.();
    }
    expect(line.log).to.have.length(51);
  });

  it('hands over what is malformed after every whole frame before it, then ends the line', async () => {
    const net = await open({
      session: (line) => ({
        onFrame: async (frame) => {
          await nextTurn();
          line.note(String(frame.length));
        },
        onMalformed: (error) => {
          line.note(error.code);
          line.connection.finish('malformed', lengthFrame('Error'));
        },
      }),
    });
    const { client, line } = await net.pair();
    const received = readToEnd(client);
    client.write(Buffer.concat([lengthFrame('a'), lengthFrame('bb'), Buffer.from('ffffffff00', 'hex'), lengthFrame('never')]));
    expect(framePayloads(await received)).to.deep.equal(['Error']);
    client.end();
    expect(await line.closed).to.equal('malformed');
    expect(line.log).to.deep.equal(['5', '6', 'FrameTooLong', 'close malformed']);
  });

  it('ends a malformed line by itself when the session does not', async () => {
    const net = await open();
    const { client, line } = await net.pair();
    const received = readToEnd(client);
    client.write(Buffer.from('ffffffff', 'hex'));
    expect(await received).to.have.length(0);
    client.end();
    expect(await line.closed).to.equal('malformed');
    expect(line.malformed?.code).to.equal('FrameTooLong');
  });

  it('serves what is whole when the client ends its stream, answers it, then closes', async () => {
    const net = await open({
      session: (line) => ({
        onFrame: async (frame) => {
          await nextTurn();
          line.connection.send(frame);
          line.note('served');
        },
      }),
    });
    const { client, line } = await net.pair();
    const received = readToEnd(client);
    client.end(Buffer.concat([lengthFrame('one'), lengthFrame('two'), lengthFrame('cut off').subarray(0, 6)]));
    expect(framePayloads(await received)).to.deep.equal(['one', 'two']);
    expect(await line.closed).to.equal('peer');
    expect(line.log).to.deep.equal(['served', 'served', 'end', 'close peer']);
  });

  it('waits with the close for an onEnd that still has an answer to send', async () => {
    const net = await open({
      session: (line) => ({
        onEnd: async () => {
          await nextTurn();
          line.connection.send(lengthFrame('late'));
        },
      }),
    });
    const { client, line } = await net.pair();
    const received = readToEnd(client);
    client.end();
    expect(framePayloads(await received)).to.deep.equal(['late']);
    expect(await line.closed).to.equal('peer');
  });

  it('delivers the last bytes to a client that keeps sending, and closes a second later', async () => {
    const net = await open({ session: (line) => ({ onFrame: () => line.connection.finish('takenOver', lengthFrame('last')) }) });
    const { client, line } = await net.pair();
    const received = readToEnd(client);
    const keepSending = (): void => void (client.writable && client.write(Buffer.alloc(200_000), () => setImmediate(keepSending)));
    client.write(lengthFrame('first'));
    keepSending();
    expect(framePayloads(await received)).to.deep.equal(['last']);
    expect(line.closeCount, 'the gateway still reads').to.equal(0);
    expect(line.connection.send(lengthFrame('too late'))).to.equal(false);
    await turnUntil(() => net.clock.pending > 0);
    net.clock.advance(999);
    for (let n = 0; n < 10; n += 1) await nextTurn();
    expect(line.closeCount).to.equal(0);
    net.clock.advance(1);
    expect(await line.closed).to.equal('takenOver');
    expect(line.log).to.deep.equal(['close takenOver']);
  });

  it('serves nothing more after finish, and sees the client go although a frame was being served', async () => {
    const net = await open({
      session: (line) => ({
        onFrame: async (frame) => {
          line.note(String(frame.length));
          await nextTurn();
          line.connection.finish('takenOver');
          await nextTurn();
        },
      }),
    });
    const { client, line } = await net.pair();
    client.end(Buffer.concat([lengthFrame('a'), lengthFrame('bb'), Buffer.alloc(500_000)]));
    expect(await line.closed).to.equal('takenOver');
    for (let n = 0; n < 5; n += 1) await nextTurn();
    expect(line.log).to.deep.equal(['5', 'close takenOver']);
  });

  it('closes at once after finish when the client ends its stream too', async () => {
    const net = await open();
    const { client, line } = await net.pair();
    const received = readToEnd(client);
    line.connection.finish('registrationRefused', [lengthFrame('no'), lengthFrame('bye')]);
    expect(framePayloads(await received)).to.deep.equal(['no', 'bye']);
    client.end();
    expect(await line.closed).to.equal('registrationRefused');
  });

  it('reports failures of a session and goes on with the next frame', async () => {
    const net = await open({
      session: (line) => ({
        onFrame: (frame) => {
          line.note(String(frame.length));
          if (frame.length === 5) throw new Error('thrown');
          return frame.length === 6 ? Promise.reject(new Error('rejected')) : undefined;
        },
        onEnd: () => {
          throw new Error('at the end');
        },
      }),
    });
    const { client, line } = await net.pair();
    client.end(Buffer.concat([lengthFrame('a'), lengthFrame('bb'), lengthFrame('ccc')]));
    expect(await line.closed).to.equal('peer');
    expect(line.log).to.deep.equal(['5', 'failure', '6', 'failure', '7', 'failure', 'close peer']);
    expect(line.failures.map(String)).to.deep.equal(['Error: thrown', 'Error: rejected', 'Error: at the end']);
  });

  it('serves nothing more once the session has closed the line', async () => {
    const net = await open({
      session: (line) => ({
        onFrame: async (frame) => {
          line.note(String(frame.length));
          line.connection.close('failure');
          await nextTurn();
        },
      }),
    });
    const { client, line } = await net.pair();
    client.write(Buffer.concat([lengthFrame('a'), lengthFrame('bb')]));
    expect(await line.closed).to.equal('failure');
    for (let n = 0; n < 5; n += 1) await nextTurn();
    expect(line.log).to.deep.equal(['5', 'close failure']);
  });

  it('tells of the close once, with the first reason, whatever comes together', async () => {
    const net = await open();
    const { client, line } = await net.pair();
    client.resetAndDestroy();
    line.connection.finish('shutdown');
    line.connection.close('heartbeatTimeout');
    line.connection.close('takenOver');
    expect(await line.closed).to.equal('shutdown');
    expect(line.connection.open).to.equal(false);
    expect(line.connection.send(lengthFrame('x'))).to.equal(false);
    expect(net.counters.closed.shutdown).to.equal(1);
  });

  it('names a line that breaks a socketError', async () => {
    const net = await open();
    const { client, line } = await net.pair();
    client.resetAndDestroy();
    expect(await line.closed).to.equal('socketError');
  });

  it('takes larger frames once the session has raised the limit', async () => {
    const net = await open({
      frameLimits: { frameBytes: 10, listDepth: 1, entries: 1 },
      session: (line) => ({
        onFrame: (frame) => {
          line.connection.setFrameLimits({ frameBytes: 1000, listDepth: 1, entries: 1 });
          line.note(String(frame.length));
        },
      }),
    });
    const { client, line } = await net.pair();
    client.write(Buffer.concat([lengthFrame('register'), lengthFrame(Buffer.alloc(500))]));
    await line.until('504');
    const other = await net.pair();
    other.client.write(lengthFrame(Buffer.alloc(500)));
    client.end();
    other.client.end();
    expect(await other.line.closed).to.equal('malformed');
  });

  it('closes a line whose half-sent frame goes over the budget of held bytes', async () => {
    const net = await open({ heldBytes: 1000 });
    const { client, line } = await net.pair();
    client.write(lengthFrame(Buffer.alloc(5000)).subarray(0, 3000));
    expect(await line.closed).to.equal('heldBytes');
  });

  it('can be finished or closed by the session that is just being made', async () => {
    const net = await open({
      session: (line) => {
        if (net.lines.length === 1) line.connection.finish('shutdown', lengthFrame('not now'));
        else line.connection.close('failure');
        return {};
      },
    });
    const first = await net.pair();
    const received = readToEnd(first.client);
    expect(framePayloads(await received)).to.deep.equal(['not now']);
    first.client.end();
    expect(await first.line.closed).to.equal('shutdown');
    expect(await (await net.pair()).line.closed).to.equal('failure');
  });
});
