import { expect } from 'chai';
import { Arrivals } from '../../../src/cli/desk/arrivals.js';
import { ManualClock } from '../../support/manual-clock.js';

describe('waiting for an event', () => {
  it('is over at once where it has come, unless an earlier wait has passed it', async () => {
    const clock = new ManualClock();
    const arrivals = new Arrivals(clock);
    for (const name of ['a', 'b', 'c']) arrivals.came(name);
    expect(await arrivals.wait('b', 100)).to.equal(true);
    expect(await arrivals.wait('c', 100)).to.equal(true);
    const late = arrivals.wait('a', 100);
    clock.advance(100);
    expect(await late).to.equal(false);
    expect(clock.pending).to.equal(0);
  });

  it('is over when it comes, among others', async () => {
    const clock = new ManualClock();
    const arrivals = new Arrivals(clock);
    const waiting = arrivals.wait('b', 100);
    arrivals.came('a');
    clock.advance(99);
    arrivals.came('b');
    expect(await waiting).to.equal(true);
    expect(clock.pending).to.equal(0);
  });
});
