import { expect } from 'chai';
import { HeldBytes, type HeldShare } from '../../src/net/held-bytes.js';

/** Shares by number; who gives way is noted, and releases what it holds, as a line that is closed does. */
function sharesOf(budget: HeldBytes, count: number, given: number[], releases = true): readonly HeldShare[] {
  const shares: HeldShare[] = Array.from({ length: count }, (_, index) =>
    budget.share(() => {
      given.push(index);
      const share = shares[index];
      if (releases) share?.release(share.held);
    }),
  );
  return shares;
}

describe('net/held-bytes', () => {
  it('has those give way that hold most, until there is room, and never who holds less', () => {
    const budget = new HeldBytes(1000);
    const given: number[] = [];
    const [small, big, bigger, asker] = sharesOf(budget, 4, given);
    expect([small?.tryHold(100), big?.tryHold(400), bigger?.tryHold(450)]).to.deep.equal([true, true, true]);
    expect(asker?.tryHold(50), 'what fits asks nobody').to.equal(true);
    expect(asker?.tryHold(300)).to.equal(true);
    expect(given).to.deep.equal([2]);
    expect(budget.held).to.equal(850);
    expect(asker?.tryHold(600), 'who would hold most itself').to.equal(false);
    expect([given, budget.held, asker?.held]).to.deep.equal([[2], 850, 350]);
  });

  it('does not ask twice who cannot release yet', () => {
    const budget = new HeldBytes(1000);
    const given: number[] = [];
    const [stuck, asker] = sharesOf(budget, 2, given, false);
    stuck?.tryHold(1000);
    expect([asker?.tryHold(1), asker?.tryHold(1)]).to.deep.equal([false, false]);
    expect(given).to.deep.equal([0]);
    stuck?.release(1000);
    expect(asker?.tryHold(1)).to.equal(true);
    expect(budget.held).to.equal(1);
  });
});
