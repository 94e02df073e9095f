import { expect } from 'chai';
import * as fc from 'fast-check';

import { DEFAULT_LIMITS, ocm1 } from '../../../protocol/index.js';
import type { Message } from '../../../protocol/index.js';
import { allMessages, anyMessage, messageOf } from '../support/arbitraries.js';

const readBack = (message: Message): Message => ocm1.decode(ocm1.encode(message), message.dialect, DEFAULT_LIMITS);

describe('encode, then decode', () => {
  for (const entry of allMessages) {
    it(`gives ${entry.name} back`, () => {
      fc.assert(fc.property(messageOf(entry), (message) => {
        expect(readBack(message)).to.deep.equal(message);
      }), { numRuns: 25 });
    });
  }

  it('gives anything back that the frame layout can carry', () => {
    fc.assert(fc.property(anyMessage, (message) => {
      expect(readBack(message)).to.deep.equal(message);
    }), { numRuns: 300 });
  });

  it('gives the same bytes when encoded again', () => {
    fc.assert(fc.property(anyMessage, (message) => {
      const bytes = ocm1.encode(message);
      expect(Buffer.compare(ocm1.encode(ocm1.decode(bytes, message.dialect, DEFAULT_LIMITS)), bytes)).to.equal(0);
    }), { numRuns: 100 });
  });
});
