import { expect } from 'chai';

import { DEFAULT_LIMITS, ocm1, parseFrameWithGrammar } from '../../../protocol/index.js';
import { bytesOf, malformed } from '../support/fixtures.js';
import { errorOf, outcomeOf } from '../support/outcome.js';

describe('malformed frames', () => {
  it('show every code that bytes can end in', () => {
    expect([...new Set(malformed.map((fixture) => fixture.code))]).to.have.members([
      'FrameTooShort', 'FrameTooLong', 'UnknownDialect', 'WrongDialect', 'UnknownVersion', 'UnknownTag', 'LengthOutOfBounds',
      'BytesLeftOver', 'BadUtf8', 'BadUtf16', 'OddWstringLength', 'EmptyKey', 'NestingTooDeep',
    ]);
  });

  for (const { name, bytes, why, listener, code, offset, messageType, attribute } of malformed) {
    const refusal = { kind: 'error', code, offset, messageType, attribute };

    it(`${name}: ${why}`, () => {
      expect(outcomeOf(() => ocm1.decode(bytes, listener, DEFAULT_LIMITS))).to.deep.equal(refusal);
    });

    it(`${name}, by the grammar`, () => {
      expect(outcomeOf(() => parseFrameWithGrammar(bytes, listener))).to.deep.equal(refusal);
    });
  }

  it('say where in their text', () => {
    const version = bytesOf('00 00 00 06 43 02 00 07 00 00');
    expect(errorOf(() => ocm1.decode(version, 'GSW_CM', DEFAULT_LIMITS)).message).to.equal('Unknown version 2 at byte offset 5');
  });

  it('count offsets from the frame, wherever it lies in its buffer', () => {
    const bytes = bytesOf('ff ff ff 00 00 00 06 43 02 00 07 00 00');
    expect(errorOf(() => ocm1.decode(bytes.subarray(3), 'GSW_CM', DEFAULT_LIMITS)).offset).to.equal(5);
  });

  it('are those without even a length field', () => {
    for (const size of [0, 1, 3]) {
      expect(outcomeOf(() => ocm1.decode(new Uint8Array(size), 'T', DEFAULT_LIMITS))).to.include({ code: 'FrameTooShort', offset: 0 });
    }
  });
});

describe('limits of a listener', () => {
  const twoDeep = bytesOf('00 00 00 19 43 01 00 07 00 01 00 0a 04 00 00 00 0c 00 01 00 01 6b 04 00 00 00 02 00 00');

  it('may allow less depth than the format', () => {
    for (const read of [
      (listDepth: number) => ocm1.decode(twoDeep, 'GSW_CM', { ...DEFAULT_LIMITS, listDepth }),
      (listDepth: number) => parseFrameWithGrammar(twoDeep, 'GSW_CM', { ...DEFAULT_LIMITS, listDepth }),
    ]) {
      expect(outcomeOf(() => read(2)).kind).to.equal('value');
      expect(outcomeOf(() => read(1))).to.include({ code: 'NestingTooDeep', offset: 22 });
      expect(outcomeOf(() => read(0))).to.include({ code: 'NestingTooDeep', offset: 12 });
    }
  });

  it('never allow more', () => {
    const deep = malformed.find((fixture) => fixture.name === 'malformed/lists-seventeen-deep');
    if (deep === undefined) throw new Error('no fixture');
    const limits = { ...DEFAULT_LIMITS, listDepth: 1000 };
    expect(outcomeOf(() => ocm1.decode(deep.bytes, 'GSW_CM', limits))).to.include({ code: 'NestingTooDeep' });
    expect(outcomeOf(() => parseFrameWithGrammar(deep.bytes, 'GSW_CM', limits))).to.include({ code: 'NestingTooDeep' });
  });

  it('hold for the length of a frame', () => {
    const limits = { ...DEFAULT_LIMITS, frameBytes: twoDeep.length - 4 };
    expect(outcomeOf(() => ocm1.decode(twoDeep, 'GSW_CM', limits)).kind).to.equal('value');
    expect(outcomeOf(() => ocm1.decode(twoDeep, 'GSW_CM', { ...limits, frameBytes: twoDeep.length - 5 }))).to.include({ code: 'FrameTooLong', offset: 0 });
  });
});
