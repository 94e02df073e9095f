import { expect } from 'chai';
import { assert, double, integer, property } from 'fast-check';
import { ImportPace, nextRows, pauseAfter } from '../../src/service/import-pace.js';
import { ManualClock } from '../support/manual-clock.js';

describe('service/import-pace', () => {
  it('makes a step longer or shorter by what the last has taken', () => {
    expect(nextRows(200, 20, 20)).to.equal(200);
    expect(nextRows(200, 30, 20)).to.equal(133);
    expect(nextRows(200, 16, 20)).to.equal(250);
  });

  it('follows one measurement so far only, and stays between few rows and many', () => {
    expect(nextRows(400, 5000, 20)).to.equal(100);
    expect(nextRows(200, 0, 20)).to.equal(400);
    expect(nextRows(30, 5000, 20)).to.equal(25);
    expect(nextRows(900, 1, 20)).to.equal(1000);
  });

  it('comes to steps of the time that is aimed at within a few, whatever a row costs, and a slow moment does not last', () => {
    assert(
      property(double({ min: 0.02, max: 0.5, noNaN: true }), integer({ min: 5, max: 50 }), (rowMs, aimMs) => {
        const best = Math.min(1000, Math.max(25, aimMs / rowMs));
        let rows = nextRows(200, 10_000, aimMs);
        for (let steps = 0; steps < 8; steps += 1) rows = nextRows(rows, rows * rowMs, aimMs);
        expect(rows).to.be.closeTo(best, best * 0.1 + 1);
      }),
    );
  });

  it('leaves the store to agents for a part of the time of a step, a larger one where they have had to wait', () => {
    expect([0, 16, 32].map((tookMs) => pauseAfter(tookMs, 3))).to.deep.equal([0, 4, 8]);
    expect([0, 20, 40, 60, 80, 9000].map((waitMs) => pauseAfter(16, waitMs))).to.deep.equal([4, 8, 16, 24, 32, 32]);
    expect(pauseAfter(5000, 9000)).to.equal(100);
  });

  it('goes at once where nobody works, with longer steps', async () => {
    const clock = new ManualClock();
    const pace = new ImportPace(clock, () => undefined);
    await pace.took(200, 20);
    expect(pace.rows).to.equal(400);
    expect(clock.pending).to.equal(0);
  });

  it('waits between two steps where agents work, from the first step that finds them at it', async () => {
    const clock = new ManualClock();
    const agents: { waitMs?: number } = {};
    const pace = new ImportPace(clock, () => agents.waitMs);
    await pace.took(200, 40);
    agents.waitMs = 20;
    let goes = false;
    const next = pace.took(200, 30).then(() => (goes = true));
    expect(pace.rows).to.equal(100);
    clock.advance(14);
    await Promise.resolve();
    expect(goes).to.equal(false);
    clock.advance(1);
    await next;
  });
});
