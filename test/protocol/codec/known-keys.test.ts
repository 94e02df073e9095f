import { expect } from 'chai';
import * as fc from 'fast-check';
import { findKey, keepKey } from '../../../protocol/codec/known-keys.js';

const asciiKey = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 80 });

function find(bytes: Buffer): string | undefined {
  return findKey(Buffer.concat([Buffer.from('\0x'), bytes, Buffer.from('y')]), 2, bytes.length);
}

function keep(key: string): void {
  const bytes = Buffer.from(key);
  keepKey(key, bytes, 0, bytes.length);
}

describe('keys that were read before', () => {
  it('are found by their bytes', () => {
    for (const key of ['GSW_PHONE', 'a', 'x'.repeat(64)]) {
      keep(key);
      expect(find(Buffer.from(key))).to.equal(key);
    }
  });

  it('are never another key, however many have shared a place', () => {
    fc.assert(fc.property(fc.array(asciiKey, { minLength: 1, maxLength: 50 }), asciiKey, (kept, sought) => {
      kept.forEach(keep);
      expect(find(Buffer.from(sought))).to.be.oneOf([undefined, sought]);
    }));
    // names that are alike, by thousands: many more than there are places
    for (let number = 0; number < 5000; number += 1) keep(`field_${number}`);
    const found = Array.from({ length: 5000 }, (_, number) => `field_${number}`).filter((key) => {
      const known = find(Buffer.from(key));
      expect(known).to.be.oneOf([undefined, key]);
      return known !== undefined;
    });
    expect(found).to.have.length.within(1, 1024);
  });

  it('are not kept when they are long', () => {
    keep('x'.repeat(65));
    expect(find(Buffer.from('x'.repeat(65)))).to.equal(undefined);
  });

  it('do not make text of bytes that are not UTF-8: beyond ASCII a character is not its byte', () => {
    // every two such characters: some of them have the same place as the two bytes with their numbers
    for (let first = 0x80; first <= 0xff; first += 1) {
      for (let second = 0x80; second <= 0xff; second += 1) {
        const key = String.fromCharCode(first, second);
        keep(key);
        expect(find(Buffer.from(key, 'latin1'))).to.equal(undefined);
      }
    }
  });
});
