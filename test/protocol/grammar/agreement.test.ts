import { expect } from 'chai';
import * as fc from 'fast-check';

import { DEFAULT_LIMITS, ocm1, parseFrameWithGrammar } from '../../../protocol/index.js';
import type { Dialect } from '../../../protocol/index.js';
import { anyMessage, dictionaryMessage } from '../support/arbitraries.js';
import { frames } from '../support/fixtures.js';
import { outcomeOf } from '../support/outcome.js';

/** A small generator of its own (mulberry32), so that a failing run can be had again by its seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const TELLING = [0x00, 0x01, 0x02, 0x04, 0x05, 0x07, 0x08, 0x10, 0x7f, 0x80, 0xc3, 0xd8, 0xdc, 0xff];

/** Changes, cuts out or doubles some bytes; the length field is put right again in most cases, so that what is behind it is reached. */
function mutate(bytes: Uint8Array, below: (limit: number) => number): Uint8Array {
  let mutated = Array.from(bytes);
  for (let changes = 1 + below(3); changes > 0; changes--) {
    const at = below(mutated.length + 1);
    const kind = below(10);
    if (kind < 7) mutated[Math.min(at, mutated.length - 1)] = kind < 5 ? TELLING[below(TELLING.length)] ?? 0 : below(256);
    else if (kind === 7) mutated.splice(at, 1 + below(4));
    else if (kind === 8) mutated.splice(at, 0, ...mutated.slice(at, at + 1 + below(12)));
    else mutated = mutated.slice(0, at);
    if (mutated.length === 0) return new Uint8Array();
  }
  const frame = Uint8Array.from(mutated);
  if (frame.length >= 4 && below(8) > 0) new DataView(frame.buffer).setUint32(0, frame.length - 4);
  return frame;
}

/** Both end the same, with the same code at the same offset; answers how. */
function agree(frame: Uint8Array, dialect: Dialect): 'value' | 'error' {
  const read = outcomeOf(() => ocm1.decode(frame, dialect, DEFAULT_LIMITS));
  const parsed = outcomeOf(() => parseFrameWithGrammar(frame, dialect));
  expect(parsed, Buffer.from(frame).toString('hex')).to.deep.equal(read);
  return read.kind;
}

describe('the grammar and the checked reader', () => {
  it('read the same from whatever can be written', () => {
    fc.assert(fc.property(fc.oneof(anyMessage, dictionaryMessage), (message) => {
      expect(agree(ocm1.encode(message), message.dialect)).to.equal('value');
    }), { numRuns: 300 });
  });

  it('agree on every byte that is cut off or left over', () => {
    for (const { bytes, message } of frames) {
      for (let size = 0; size < bytes.length; size++) {
        const cut = Uint8Array.from(bytes.subarray(0, size));
        expect(agree(cut, message.dialect)).to.equal('error');
        if (size < 10) continue;
        new DataView(cut.buffer).setUint32(0, size - 4);
        expect(agree(cut, message.dialect)).to.equal('error');
      }
    }
  });

  it('agree on what is taken, what is refused, and why, over 20,000 mutations of golden frames', () => {
    const below = random(20_260_101);
    const seen = { value: 0, error: 0 };
    for (let run = 0; run < 20_000; run++) {
      const fixture = frames[below(frames.length)];
      if (fixture === undefined) throw new Error('no fixture');
      seen[agree(mutate(fixture.bytes, below), fixture.message.dialect)]++;
    }
    expect(seen.value, 'frames that were taken').to.be.above(1000);
    expect(seen.error, 'frames that were refused').to.be.above(5000);
  });
});
