import { expect } from 'chai';
import * as fc from 'fast-check';
import { reconnectDelayMs } from '../../src/client/backoff.js';

describe('the pause before another try', () => {
  const options = { firstDelayMs: 100, maxDelayMs: 1000 };

  it('doubles up to its cap, drawn from its upper half', () => {
    expect([0, 1, 2, 3, 4, 5, 1000].map((attempt) => reconnectDelayMs(attempt, options, 0))).to.deep.equal([50, 100, 200, 400, 500, 500, 500]);
    expect([0, 1, 2, 3, 4].map((attempt) => reconnectDelayMs(attempt, options, 0.5))).to.deep.equal([75, 150, 300, 600, 750]);
  });

  it('is over the cap never, and never nothing', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
        expect(reconnectDelayMs(attempt, options, random)).to.be.within(50, 1000);
      }),
    );
  });
});
