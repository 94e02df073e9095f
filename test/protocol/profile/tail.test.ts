import { expect } from 'chai';

import { DEFAULT_LIMITS, findProfile, int, long, makeMessage, ocm1, string } from '../../../protocol/index.js';
import type { Attribute } from '../../../protocol/index.js';
import { frameNamed } from '../support/fixtures.js';
import { errorOf } from '../support/outcome.js';

const stopped = frameNamed('EventUserEvent/campaign-stopped');

describe('a shared tail', () => {
  const [thisDn, sequence, ...shared] = stopped.message.attributes;
  if (thisDn === undefined || sequence === undefined) throw new Error('the fixture has no head');
  const tail = ocm1.encodeTail('T', 96, shared);

  it('makes, behind its head, the bytes of the whole message', () => {
    const parts = ocm1.encodeWithTail([thisDn, sequence], tail);
    expect(Uint8Array.from(Buffer.concat(parts))).to.deep.equal(stopped.bytes);
  });

  it('is the same buffer for every receiver', () => {
    const heads: Attribute[][] = [
      [{ id: 2, value: string('7001') }, { id: 4, value: long(5n) }],
      [{ id: 2, value: string('7002') }, { id: 4, value: long(9n) }],
    ];
    for (const head of heads) {
      const parts = ocm1.encodeWithTail(head, tail);
      expect(parts[1]).to.equal(tail.bytes);
      const read = ocm1.decode(Buffer.concat(parts), 'T', DEFAULT_LIMITS);
      expect(read.attributes).to.deep.equal([...head, ...shared]);
    }
  });

  it('may have nothing before it, and nothing in it', () => {
    expect(ocm1.decode(Buffer.concat(ocm1.encodeWithTail([], tail)), 'T', DEFAULT_LIMITS).attributes).to.deep.equal(shared);
    const empty = Buffer.concat(ocm1.encodeWithTail([], ocm1.encodeTail('T', 96, [])));
    expect(empty.toString('hex')).to.equal('00000006540100600000');
  });

  it('counts with its head to 65535', () => {
    const attributes = Array.from({ length: 65_535 }, () => ({ id: 1, value: int(0) }));
    const full = ocm1.encodeTail('T', 96, attributes);
    expect(ocm1.encodeWithTail([], full)).to.have.length(2);
    expect(errorOf(() => ocm1.encodeWithTail([thisDn], full))).to.include({ code: 'ValueOutOfRange', offset: 8 });
  });

  it('says which attribute cannot be encoded', () => {
    expect(errorOf(() => ocm1.encodeTail('T', 96, [{ id: 3, value: int(2 ** 40) }]))).to.include({ messageType: 96, attribute: 3 });
  });

  it('fits what the dictionary writes: the head comes first', () => {
    const message = makeMessage('EventUserEvent', {
      AttributeUserData: [], AttributeExtensions: [], AttributeEventSequenceNumber: 5n, AttributeThisDN: '7001',
    });
    expect(message.attributes.map((attribute) => attribute.id)).to.deep.equal([2, 4, 15, 3]);
  });
});

describe('profiles', () => {
  it('are found by name', () => {
    expect(findProfile('ocm1')).to.equal(ocm1);
    expect(findProfile('ocm2')).to.equal(undefined);
  });
});
