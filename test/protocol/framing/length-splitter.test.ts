import { expect } from 'chai';

import { DEFAULT_LIMITS, ocm1, ProtocolError } from '../../../protocol/index.js';
import type { FrameLimits, FrameSplitter } from '../../../protocol/index.js';
import { bytesOf, frameNamed } from '../support/fixtures.js';
import { errorOf } from '../support/outcome.js';

const heartbeat = frameNamed('GSW_CM_ReqHeartbeat/unasked').bytes;
const load = frameNamed('GSW_CM_ReqLoadCampaign/auto-completion').bytes;

function collect(limits: FrameLimits = DEFAULT_LIMITS): { splitter: FrameSplitter; found: Uint8Array[] } {
  const found: Uint8Array[] = [];
  return { splitter: ocm1.splitter(limits, (frame) => found.push(frame)), found };
}

type Set = (this: Uint8Array, source: ArrayLike<number>, offset?: number) => void;
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as { set: Set };

/** Runs `call` and answers how many bytes it copied between typed arrays. */
function bytesCopied(call: () => void): number {
  const { set } = typedArray;
  let copied = 0;
  typedArray.set = function counted(source, offset) {
    copied += source.length;
    set.call(this, source, offset);
  };
  try {
    call();
  } finally {
    typedArray.set = set;
  }
  return copied;
}

function bigFrame(size: number): Uint8Array {
  const frame = new Uint8Array(size);
  new DataView(frame.buffer).setUint32(0, size - 4);
  return frame;
}

describe('the splitter', () => {
  it('hands over a frame that lies within one chunk as a view of it', () => {
    const { splitter, found } = collect();
    const chunk = Buffer.concat([heartbeat, load]);
    splitter.push(chunk);
    expect(found.map((frame) => frame.buffer === chunk.buffer)).to.deep.equal([true, true]);
  });

  it('says how many bytes of an unfinished frame it holds', () => {
    const { splitter } = collect();
    splitter.push(load.subarray(0, 3));
    expect(splitter.heldBytes).to.equal(3);
    splitter.push(load.subarray(3, 20));
    expect(splitter.heldBytes).to.equal(20);
    splitter.push(load.subarray(20));
    expect(splitter.heldBytes).to.equal(0);
  });

  it('keeps nothing of a chunk alive but what it holds', () => {
    const { splitter, found } = collect();
    const chunk = Buffer.concat([heartbeat, load.subarray(0, 30)]);
    splitter.push(chunk);
    chunk.fill(0xff);
    splitter.push(load.subarray(30));
    expect(Uint8Array.from(found[1] ?? [])).to.deep.equal(load);
  });

  it('takes a frame as long as the limit, and refuses one byte more from its four bytes alone', () => {
    const limits = { ...DEFAULT_LIMITS, frameBytes: load.length - 4 };
    const { splitter, found } = collect(limits);
    splitter.push(load);
    expect(found).to.have.length(1);
    const tight = collect({ ...limits, frameBytes: limits.frameBytes - 1 });
    const error = errorOf(() => tight.splitter.push(load.subarray(0, 4)));
    expect(error).to.include({ code: 'FrameTooLong', offset: 0 });
    expect(tight.splitter.heldBytes).to.equal(0);
  });

  it('refuses a length over the limit when its last byte arrives, before anything is held for the frame', () => {
    const { splitter } = collect();
    splitter.push(bytesOf('00 10'));
    splitter.push(bytesOf('00'));
    expect(errorOf(() => splitter.push(bytesOf('01')))).to.include({ code: 'FrameTooLong', offset: 0 });
  });

  it('refuses a length under 6', () => {
    expect(errorOf(() => collect().splitter.push(bytesOf('00 00 00 05')))).to.include({ code: 'FrameTooShort', offset: 0 });
  });

  it('hands over the frames before a bad length first', () => {
    const { splitter, found } = collect();
    errorOf(() => splitter.push(Buffer.concat([heartbeat, load, bytesOf('00 00 00 00')])));
    expect(found).to.have.length(2);
  });

  it('throws the same error again for all that follows a bad length', () => {
    const { splitter, found } = collect();
    const first = errorOf(() => splitter.push(bytesOf('ff ff ff ff')));
    expect(errorOf(() => splitter.push(load))).to.equal(first);
    expect(found).to.have.length(0);
  });

  it('is as broken after its callback threw', () => {
    const thrown = new ProtocolError('UnknownTag', 'Unknown tag 8', { offset: 12 });
    let calls = 0;
    const splitter = ocm1.splitter(DEFAULT_LIMITS, () => {
      calls++;
      throw thrown;
    });
    expect(errorOf(() => splitter.push(Buffer.concat([heartbeat, heartbeat])))).to.equal(thrown);
    expect(errorOf(() => splitter.push(heartbeat))).to.equal(thrown);
    expect(calls).to.equal(1);
  });

  it('takes new limits for the next frame of the same chunk', () => {
    const tight = { ...DEFAULT_LIMITS, frameBytes: heartbeat.length - 4 };
    let frames = 0;
    const splitter = ocm1.splitter(tight, () => {
      frames++;
      splitter.setLimits(DEFAULT_LIMITS);
    });
    splitter.push(Buffer.concat([heartbeat, load]));
    expect(frames).to.equal(2);
  });

  it('keeps to the limits under which a frame began', () => {
    const { splitter, found } = collect();
    splitter.push(load.subarray(0, 10));
    splitter.setLimits({ ...DEFAULT_LIMITS, frameBytes: 6 });
    splitter.push(load.subarray(10));
    expect(found).to.have.length(1);
    expect(errorOf(() => splitter.push(load))).to.include({ code: 'FrameTooLong' });
  });

  it('copies each byte a bounded number of times, however small the chunks are', () => {
    const frame = bigFrame(256 * 1024);
    for (const size of [1, 2, 7, 1460]) {
      const { splitter, found } = collect();
      const copied = bytesCopied(() => {
        for (let at = 0; at < frame.length; at += size) splitter.push(frame.subarray(at, at + size));
      });
      expect(found).to.have.length(1);
      expect(copied, `chunks of ${size}`).to.be.within(frame.length, 3 * frame.length);
    }
  });

  it('copies nothing of frames that are whole in their chunk', () => {
    const chunk = Buffer.concat(Array.from({ length: 1000 }, () => load));
    const { splitter, found } = collect();
    expect(bytesCopied(() => splitter.push(chunk))).to.equal(0);
    expect(found).to.have.length(1000);
  });
});
