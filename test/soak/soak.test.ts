import { expect } from 'chai';
import { describeOutcome, isClean } from './account.js';
import { planFaults } from './plan.js';
import { runSoak } from './soak.js';

/** `npm run soak` sets more of everything. */
const SHORT = { minutes: 0.12, desktops: 100, groups: 4, seed: Number(process.env['OCM_TEST_SEED'] ?? 20_261), store: undefined, kill: true, cut: true, storeFaults: true, logs: undefined };

describe(`a short soak (seed ${SHORT.seed})`, function () {
  this.timeout(240_000);

  it('does everything that a long one does, and finds nothing', async () => {
    const outcome = await runSoak(SHORT, () => undefined);
    expect(isClean(outcome), describeOutcome(outcome)).to.equal(true);
    for (const [invariant, checks] of Object.entries(outcome.checks)) expect(checks, invariant).to.be.at.least(1);
    const { gateway, store, lines, groups, desktops, told } = outcome.counts;
    expect([gateway?.['kills'], store?.['restarts'], store?.['cutOff']]).to.deep.equal([2, 1, 1]);
    for (const [what, count] of Object.entries({ cut: lines?.['cut'], frozen: lines?.['frozen'], completions: groups?.['completions'], reconnects: desktops?.['reconnects'], notifications: told?.['notifications'] })) {
      expect(count, what).to.be.at.least(1);
    }
  });
});

const options = { ...SHORT, minutes: 10 };
const kinds = (changed: object): Set<string> => new Set(planFaults({ ...options, ...changed }).map(({ kind }) => kind));

describe('the faults of a soak', () => {

  it('follow from the seed, inside of its time', () => {
    const plan = planFaults(options);
    expect(plan).to.deep.equal(planFaults(options));
    expect(plan).to.not.deep.equal(planFaults({ ...options, seed: options.seed + 1 }));
    expect(plan.map(({ atMs }) => atMs)).to.deep.equal(plan.map(({ atMs }) => atMs).toSorted((one, other) => one - other));
    expect(plan.at(-1)?.atMs).to.be.at.most(options.minutes * 60_000);
  });

  it('leave the last third to one life of the gateway', () => {
    const ends = planFaults(options).filter(({ kind }) => kind === 'kill' || kind === 'terminate');
    expect(ends.length).to.be.at.least(10);
    expect(ends.at(-1)?.atMs).to.be.at.most((options.minutes * 60_000 * 2) / 3);
  });

  it('are none of those that are not wanted, or not ours to do', () => {
    expect(kinds({ kill: false, cut: false })).to.deep.equal(new Set(['restart', 'crash', 'pause', 'cutOff']));
    expect(kinds({ storeFaults: false })).to.deep.equal(new Set(['kill', 'terminate', 'cutLines', 'freezeLines']));
    expect(kinds({ kill: false, cut: false, store: 'postgres://db/postgres' })).to.deep.equal(new Set(['cutOff']));
  });
});
