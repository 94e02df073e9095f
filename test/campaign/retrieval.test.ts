import { expect } from 'chai';
import * as fc from 'fast-check';
import { chainsNeeded, divide, type Owed, type WeightedList } from '../../src/campaign/retrieval.js';

describe('the need of a group', () => {
  const rules = { minRecBuffSize: 4, optRecBuffSize: 6 };
  const TABLE: readonly [agents: number, buffered: number, needed: number][] = [
    [0, 0, 0], [1, 0, 6], [1, 3, 3], [1, 4, 0], [1, 5, 0], [2, 7, 5], [2, 8, 0], [3, 0, 18], [0, 5, 0], [1, 100, 0],
  ];
  for (const [agents, buffered, needed] of TABLE) {
    it(`of ${agents} agents with ${buffered} chains in the buffer is ${needed}`, () => {
      expect(chainsNeeded(rules, agents, buffered)).to.equal(needed);
    });
  }
});

const weighted = (...weights: number[]): WeightedList[] => weights.map((weight, index) => ({ dbid: index + 1, weight }));

const shares = (need: number, lists: WeightedList[]): number[] => divide(need, lists, new Map()).shares.map(({ chains }) => chains);

describe('the shares of lists', () => {
  it('go by weight', () => {
    expect(shares(10, weighted(50, 30, 20))).to.deep.equal([5, 3, 2]);
    expect(shares(6, weighted(1))).to.deep.equal([6]);
  });

  it('leave out a list without weight', () => {
    expect(divide(5, weighted(0, 1), new Map()).shares).to.deep.equal([{ dbid: 2, chains: 5 }]);
    expect(divide(5, weighted(0, 0), new Map()).shares).to.deep.equal([]);
  });

  it('of a need of one go to everybody in time', () => {
    const lists = weighted(17, 17, 1);
    const got = [0, 0, 0];
    let owed: Owed = new Map();
    for (let round = 0; round < 35; round += 1) {
      const divided = divide(1, lists, owed);
      divided.shares.forEach(({ chains }, index) => (got[index] = (got[index] ?? 0) + chains));
      owed = divided.owed;
    }
    expect(got).to.deep.equal([17, 17, 1]);
  });

  it('add up to the need in every round, and over all rounds no list is a chain away from its share', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }).filter((some) => some.some((weight) => weight > 0));
    const needs = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(weights, needs, (ofLists, ofRounds) => {
        const lists = weighted(...ofLists);
        const sum = ofLists.reduce((total, weight) => total + weight, 0);
        const got = new Map<number, number>();
        let owed: Owed = new Map();
        let total = 0;
        for (const need of ofRounds) {
          const divided = divide(need, lists, owed);
          owed = divided.owed;
          total += need;
          expect(divided.shares.reduce((given, { chains }) => given + chains, 0)).to.equal(need);
          for (const { dbid, chains } of divided.shares) got.set(dbid, (got.get(dbid) ?? 0) + chains);
          for (const { dbid, weight } of lists) expect(Math.abs((got.get(dbid) ?? 0) - (total * weight) / sum)).to.be.lessThan(1 + 1e-6);
        }
      }),
      { numRuns: 300 },
    );
  });
});
