import { expect } from 'chai';
import { progressPacer } from '../../src/dialer/pacer.js';

describe('the pacer of Progress', () => {
  const rows = [
    [3, 0, 3], [3, 2, 1], [3, 3, 0], [3, 5, 0], [0, 0, 0], [0, 2, 0],
  ] as const;

  for (const [readyAgents, outstandingCalls, calls] of rows) {
    it(`has ${calls} calls placed for ${readyAgents} ready agents with ${outstandingCalls} out, whatever the time`, () => {
      for (const nowMs of [0, 1e12]) expect(progressPacer({ readyAgents, outstandingCalls }, nowMs)).to.equal(calls);
    });
  }
});
