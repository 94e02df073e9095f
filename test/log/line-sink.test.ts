import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { fileTarget, LineSink, streamTarget } from '../../src/log/line-sink.js';
import { StallingTarget } from './support.js';

const lostLine = (lines: number, reason?: string): string => `LOST ${lines}${reason === undefined ? '' : ` ${reason}`}`;

describe('a sink of lines', () => {
  it('writes lines in order, one chunk at a time, and joins what came meanwhile', async () => {
    const target = new StallingTarget();
    const sink = new LineSink(target, { lostLine });
    target.stalled = true;
    sink.write('a');
    sink.write('b\nc');
    sink.write('d');
    expect(target.written).to.deep.equal([]);
    target.recover();
    expect(target.written).to.deep.equal(['a\n', 'b\nc\nd\n']);
    await sink.close();
    expect(target.closed).to.equal(true);
    expect(sink.lostLines).to.equal(0);
  });

  it('does not queue without bound for a target that stalls, and says what was lost once it recovers', async () => {
    const target = new StallingTarget();
    const sink = new LineSink(target, { lostLine, maxQueuedChars: 10 });
    target.stalled = true;
    sink.write('first');
    for (const line of ['1234', '5678', 'too much', 'and\nmore']) sink.write(line);
    expect(sink.lostLines).to.equal(3);
    target.recover();
    expect(target.text).to.equal('first\nLOST 3\n1234\n5678\n');
    sink.write('after');
    await sink.close();
    expect(target.text).to.equal('first\nLOST 3\n1234\n5678\nafter\n');
  });

  it('tells of lost lines even when no line follows', () => {
    const target = new StallingTarget();
    const sink = new LineSink(target, { lostLine, maxQueuedChars: 3 });
    target.stalled = true;
    sink.write('a');
    sink.write('lost');
    target.recover();
    expect(target.text).to.equal('a\nLOST 1\n');
  });

  it('counts the lines of a write that failed, and goes on when the target does', async () => {
    const target = new StallingTarget();
    const sink = new LineSink(target, { lostLine });
    target.fail(new Error('ENOSPC'));
    sink.write('a\nb');
    sink.write('c');
    expect(target.written).to.deep.equal([]);
    expect(sink.lostLines).to.equal(3);
    target.recover();
    sink.write('d');
    expect(target.text).to.equal('\nLOST 3 ENOSPC\nd\n');
    await sink.close();
  });

  it('does not spin on a target that fails', () => {
    let tries = 0;
    const sink = new LineSink(
      {
        append(_text, done) {
          tries += 1;
          done(new Error('full'));
        },
        close: (done) => done(),
      },
      { lostLine },
    );
    sink.write('a');
    expect(tries).to.equal(1);
    sink.write('b');
    expect(tries).to.equal(2);
  });

  it('waits for what is queued before it closes, even where that fails', async () => {
    const target = new StallingTarget();
    const sink = new LineSink(target, { lostLine });
    target.stalled = true;
    sink.write('a');
    sink.write('b');
    const closed = sink.close();
    expect(target.closed).to.equal(false);
    target.fail(new Error('EIO'));
    await closed;
    expect(target.closed).to.equal(true);
    expect(sink.lostLines).to.equal(2);
    sink.write('late');
    expect(sink.lostLines).to.equal(3);
  });
});

describe('targets', () => {
  it('a file is appended to, whole', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ocm-log-'));
    try {
      const file = join(directory, 'x.log');
      for (const round of ['one', 'two']) {
        const sink = new LineSink(fileTarget(file), { lostLine });
        for (let index = 0; index < 1000; index += 1) sink.write(`${round} ${index}`);
        await sink.close();
      }
      const lines = readFileSync(file, 'utf8').split('\n');
      expect(lines).to.have.length(2001);
      expect([lines[0], lines[999], lines[1000], lines[1999], lines[2000]]).to.deep.equal(['one 0', 'one 999', 'two 0', 'two 999', '']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('a file that cannot be opened is an error at once', () => {
    expect(() => fileTarget('/nowhere/x.log')).to.throw('ENOENT');
  });

  it('a stream that breaks costs lines, not the program, and is not closed', async () => {
    const stream = new Writable({
      autoDestroy: false,
      write(_chunk, _encoding, done) {
        done(new Error('EPIPE'));
      },
    });
    const sink = new LineSink(streamTarget(stream), { lostLine });
    sink.write('a');
    await sink.close();
    expect(sink.lostLines).to.equal(1);
    expect(stream.writableEnded).to.equal(false);
    streamTarget(stream);
    expect(stream.listenerCount('error')).to.equal(1);
  });
});
