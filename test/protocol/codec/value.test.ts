import { expect } from 'chai';

import { findValue, int, MASKED } from '../../../protocol/index.js';

describe('findValue', () => {
  const list = [{ key: 'a', value: int(1) }, { key: 'b', value: MASKED }, { key: 'a', value: int(2) }];

  it('answers the first of a repeated key', () => {
    expect(findValue(list, 'a')).to.deep.equal(int(1));
  });

  it('answers a masked value as it is, and undefined where there is none', () => {
    expect(findValue(list, 'b')).to.equal(MASKED);
    expect(findValue(list, 'A')).to.equal(undefined);
    expect(findValue([], 'a')).to.equal(undefined);
  });
});
