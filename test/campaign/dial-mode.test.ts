import { expect } from 'chai';
import { DialMode } from '../../protocol/dictionary/enumerations.js';
import { mayChangeWhileRunning } from '../../src/campaign/dial-mode.js';

const ALL = new Set<number>(Object.values(DialMode));
const PREVIEW_ONLY: ReadonlySet<number> = new Set([DialMode.Preview]);

describe('dialing modes', () => {
  it('of a running group change to none or to themselves, and to no mode that the group cannot run in', () => {
    for (const from of ALL) {
      for (const to of [...ALL, -1, 99]) {
        expect(mayChangeWhileRunning(from, to, PREVIEW_ONLY), `${from} to ${to}`).to.equal(to === from || to === DialMode.NoDialMode);
      }
    }
  });

  it('of a running group change between Predict and Progress, and between both with seizing, and in no other way', () => {
    const pairs = [...ALL].flatMap((from) => [...ALL].filter((to) => to !== from && to !== 0 && mayChangeWhileRunning(from, to, ALL)).map((to) => [from, to]));
    expect(pairs).to.have.deep.members([[1, 2], [2, 1], [4, 5], [5, 4]]);
  });
});
