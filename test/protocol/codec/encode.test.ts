import { expect } from 'chai';

import { DEFAULT_LIMITS, kvlist, ocm1 } from '../../../protocol/index.js';
import type { Message, Value } from '../../../protocol/index.js';
import { errorOf } from '../support/outcome.js';

/** The first value stands at byte 12: length, header, id. */
const message = (value: Value): Message => ({ dialect: 'GSW_CM', type: 7, attributes: [{ id: 10, value }] });

const same = (value: Value): void => {
  expect(ocm1.decode(ocm1.encode(message(value)), 'GSW_CM', DEFAULT_LIMITS)).to.deep.equal(message(value));
};

describe('what cannot be encoded', () => {
  const cases: readonly [name: string, value: Value, code: string, offset: number][] = [
    ['an int over 32 bits', { type: 'int', value: 0x8000_0000 }, 'ValueOutOfRange', 13],
    ['an int under 32 bits', { type: 'int', value: -0x8000_0001 }, 'ValueOutOfRange', 13],
    ['an int with a fraction', { type: 'int', value: 1.5 }, 'ValueOutOfRange', 13],
    ['an int that is no number', { type: 'int', value: Number.NaN }, 'ValueOutOfRange', 13],
    ['a long over 64 bits', { type: 'long', value: 2n ** 63n }, 'ValueOutOfRange', 13],
    ['a long under 64 bits', { type: 'long', value: -(2n ** 63n) - 1n }, 'ValueOutOfRange', 13],
    ['a lone surrogate in a string', { type: 'string', value: 'a\ud800' }, 'BadUtf16', 17],
    ['a lone surrogate in a wstring', { type: 'wstring', value: '\udc00a' }, 'BadUtf16', 17],
    ['a lone surrogate in a key', kvlist([{ key: '\ud800', value: { type: 'masked' } }]), 'BadUtf16', 21],
    ['an empty key', kvlist([{ key: '', value: { type: 'masked' } }]), 'EmptyKey', 19],
    ['a key over 65535 bytes', kvlist([{ key: 'é'.repeat(32_768), value: { type: 'masked' } }]), 'ValueOutOfRange', 19],
    ['a list of more than 65535 pairs', kvlist(Array.from({ length: 65_536 }, () => ({ key: 'k', value: { type: 'masked' } }))), 'ValueOutOfRange', 17],
  ];

  for (const [name, value, code, offset] of cases) {
    it(name, () => {
      expect(errorOf(() => ocm1.encode(message(value)))).to.include({ code, offset, messageType: 7, attribute: 10 });
    });
  }

  it('lists deeper than 16', () => {
    const nested = (depth: number): Value => kvlist(depth === 1 ? [] : [{ key: 'd', value: nested(depth - 1) }]);
    expect(ocm1.decode(ocm1.encode(message(nested(16))), 'GSW_CM', DEFAULT_LIMITS)).to.deep.equal(message(nested(16)));
    expect(errorOf(() => ocm1.encode(message(nested(17))))).to.include({ code: 'NestingTooDeep', offset: 12 + 16 * 10 });
  });

  it('a message type or an attribute id over 16 bits', () => {
    expect(errorOf(() => ocm1.encode({ dialect: 'T', type: 65_536, attributes: [] }))).to.include({ code: 'ValueOutOfRange', offset: 6 });
    const attributes = [{ id: -1, value: { type: 'masked' } as const }];
    expect(errorOf(() => ocm1.encode({ dialect: 'T', type: 0, attributes }))).to.include({ code: 'ValueOutOfRange', offset: 10 });
  });

  it('more than 65535 attributes', () => {
    const attributes = Array.from({ length: 65_536 }, () => ({ id: 1, value: { type: 'masked' } as const }));
    expect(errorOf(() => ocm1.encode({ dialect: 'T', type: 0, attributes }))).to.include({ code: 'ValueOutOfRange', offset: 8 });
  });
});

describe('what can', () => {
  it('keeps a byte order mark', () => {
    same({ type: 'string', value: '\ufeffa' });
    same({ type: 'wstring', value: '\ufeffa' });
    same(kvlist([{ key: '\ufeff', value: { type: 'masked' } }]));
  });

  it('keeps a replacement character that was sent as one', () => {
    same({ type: 'string', value: 'a\ufffd' });
  });

  it('keeps a key of 65535 bytes and a string of a megabyte', () => {
    same(kvlist([{ key: 'k'.repeat(65_535), value: { type: 'string', value: 'é'.repeat(250_000) } }]));
  });

  it('writes every NaN as the same bytes', () => {
    const odd = ocm1.encode(message({ type: 'float', value: Number.NaN }));
    odd.set([0xff, 0xf8, 0, 0, 0, 0, 0, 1], 13);
    const read = ocm1.decode(odd, 'GSW_CM', DEFAULT_LIMITS);
    expect(Buffer.from(ocm1.encode(read)).subarray(13).toString('hex')).to.equal('7ff8000000000000');
  });

  it('does not share a binary value with the frame that it came in', () => {
    const frame = ocm1.encode(message({ type: 'binary', value: Uint8Array.of(1, 2, 3) }));
    const read = ocm1.decode(frame, 'GSW_CM', DEFAULT_LIMITS);
    frame.fill(0xff);
    expect(read).to.deep.equal(message({ type: 'binary', value: Uint8Array.of(1, 2, 3) }));
  });
});
