import { expect } from 'chai';

import { DEFAULT_LIMITS, ocm1 } from '../../../protocol/index.js';
import { frames } from '../support/fixtures.js';

/** The frames that come out when `chunks` are pushed one after the other, copied at once. */
function split(chunks: readonly Uint8Array[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  const splitter = ocm1.splitter(DEFAULT_LIMITS, (frame) => found.push(Uint8Array.from(frame)));
  for (const chunk of chunks) splitter.push(chunk);
  expect(splitter.heldBytes).to.equal(0);
  return found;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

describe('a stream cut anywhere', () => {
  for (const { name, bytes } of frames) {
    it(`gives ${name} cut in two at every offset`, () => {
      for (let at = 0; at <= bytes.length; at++) {
        expect(split([bytes.subarray(0, at), bytes.subarray(at)])).to.deep.equal([bytes]);
      }
    });

    it(`gives ${name} byte by byte, twice`, () => {
      const stream = joined([bytes, bytes]);
      expect(split(Array.from(stream, (byte) => Uint8Array.of(byte)))).to.deep.equal([bytes, bytes]);
    });
  }

  const all = frames.map((frame) => frame.bytes);

  it('gives every frame of one chunk', () => {
    expect(split([joined(all)])).to.deep.equal(all);
  });

  it('gives every frame, whatever the size of the chunks', () => {
    const stream = joined(all);
    for (const size of [2, 3, 5, 7, 11, 64, 65, 1460]) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
      expect(split(chunks), `chunks of ${size}`).to.deep.equal(all);
    }
  });
});
