import { expect } from 'chai';
import { HeldRecords } from '../../src/record/held-records.js';

describe('records in hand', () => {
  it('are found by handle and by agent, oldest first, over all groups', () => {
    const held = new HeldRecords();
    held.add(7, 'A', 1001);
    held.add(3, 'A', 1002);
    held.add(9, 'B', 1001);
    expect(held.of('A')).to.deep.equal([7, 3]);
    expect([held.groupOf(7), held.groupOf(3), held.groupOf(8)]).to.deep.equal([1001, 1002, undefined]);
    held.remove(7, 'A');
    expect(held.of('A')).to.deep.equal([3]);
    expect(held.groupOf(7)).to.equal(undefined);
    held.remove(3, 'A');
    held.remove(3, 'A');
    expect([held.count('A'), held.count('B'), held.of('A').length]).to.deep.equal([0, 1, 0]);
  });

  it('count while they are on their way', () => {
    const held = new HeldRecords();
    held.expect('A');
    held.expect('A');
    held.add(1, 'A', 1001);
    expect(held.count('A')).to.equal(3);
    held.arrived('A');
    held.arrived('A');
    expect(held.count('A')).to.equal(1);
  });
});
