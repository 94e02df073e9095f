import { expect } from 'chai';
import { CallResult } from '../../protocol/dictionary/enumerations.js';
import type { CallEvent } from '../../src/dialer/dialer.js';
import { SimulatedDialer, type SimulatedSettings } from '../../src/dialer/simulated.js';
import { ManualClock } from '../support/manual-clock.js';

const { Answer, Busy, NoAnswer, AnsweringMachine } = CallResult;
const SETTINGS: SimulatedSettings = {
  seed: 7,
  ring: { minMs: 20, maxMs: 60 },
  talk: { minMs: 100, maxMs: 900 },
  results: [{ result: Answer, share: 0.4 }, { result: NoAnswer, share: 0.3 }, { result: Busy, share: 0.2 }, { result: AnsweringMachine, share: 0.1 }],
};
const ALWAYS = (result: number): Partial<SimulatedSettings> => ({ results: [{ result, share: 1 }] });

interface Bench {
  readonly clock: ManualClock;
  readonly dialer: SimulatedDialer;
  readonly told: (CallEvent & { readonly at: number })[];
}

function bench(change: Partial<SimulatedSettings> = {}): Bench {
  const clock = new ManualClock();
  const dialer = new SimulatedDialer({ ...SETTINGS, ...change }, clock);
  const told: Bench['told'] = [];
  dialer.onEvent((event) => void told.push({ ...event, at: clock.now() }));
  return { clock, dialer, told };
}

/** What becomes of `count` calls placed at once, in the order of their ids. Answered ones are connected. */
function resultsOf({ clock, dialer, told }: Bench, count: number): (string | number)[] {
  for (let id = 1; id <= count; id += 1) dialer.place({ id, phone: `555-${id}` });
  clock.advance(SETTINGS.ring.maxMs);
  const first = told.toSorted((a, b) => a.attemptId - b.attemptId);
  return first.map((event) => (event.kind === 'failed' ? event.result : event.kind));
}

describe('the simulated dialer', () => {
  it('gives the same results to the same seed, and others to another', () => {
    expect(resultsOf(bench(), 200)).to.deep.equal(resultsOf(bench(), 200));
    expect(resultsOf(bench({ seed: 8 }), 200)).to.not.deep.equal(resultsOf(bench(), 200));
  });

  it('gives the same results whatever is done with other calls meanwhile', () => {
    const busy = bench();
    const results = new Map<number, string | number>();
    for (let id = 1; id <= 200; id += 1) {
      busy.dialer.place({ id, phone: '' });
      busy.clock.advance(SETTINGS.ring.maxMs);
      for (const event of busy.told.splice(0)) {
        if (event.kind === 'answered') busy.dialer.connect(event.attemptId);
        if (event.kind === 'answered' || event.kind === 'failed') results.set(event.attemptId, event.kind === 'failed' ? event.result : event.kind);
      }
    }
    expect([...results].toSorted(([a], [b]) => a - b).map(([, result]) => result)).to.deep.equal(resultsOf(bench(), 200));
  });

  it('gives each result its share', () => {
    const results = resultsOf(bench(), 10_000);
    const shareOf = (result: string | number): number => results.filter((one) => one === result).length / results.length;
    expect(shareOf('answered')).to.be.closeTo(0.4, 0.02);
    expect(shareOf(NoAnswer)).to.be.closeTo(0.3, 0.02);
    expect(shareOf(Busy)).to.be.closeTo(0.2, 0.02);
    expect(shareOf(AnsweringMachine)).to.be.closeTo(0.1, 0.02);
  });

  it('takes shares that do not add up to 1, and never a share of 0', () => {
    const results = resultsOf(bench({ results: [{ result: Busy, share: 0 }, { result: Answer, share: 30 }, { result: NoAnswer, share: 10 }, { result: AnsweringMachine, share: 0 }] }), 4000);
    expect(new Set(results)).to.deep.equal(new Set(['answered', NoAnswer]));
    expect(results.filter((one) => one === NoAnswer).length / results.length).to.be.closeTo(0.25, 0.03);
  });

  it('rings as long as it is told to, from the shortest to the longest', () => {
    const { clock, dialer, told } = bench();
    for (let id = 1; id <= 1000; id += 1) dialer.place({ id, phone: '' });
    clock.advance(60);
    const times = told.map(({ at }) => at);
    expect([Math.min(...times), Math.max(...times)]).to.deep.equal([20, 60]);
  });

  it('rings, connects and releases an answered call that is connected, after its talk', () => {
    const { clock, dialer, told } = bench({ ...ALWAYS(Answer), talk: { minMs: 300, maxMs: 300 } });
    dialer.place({ id: 5, phone: '' });
    clock.advance(1000);
    expect(told.map(({ kind }) => kind), 'it waits for an agent').to.deep.equal(['answered']);
    dialer.connect(5);
    expect(told, 'nothing before connect has returned').to.have.length(1);
    clock.advance(1000);
    expect(told.slice(1)).to.deep.equal([
      { kind: 'ringing', attemptId: 5, at: 1000 }, { kind: 'established', attemptId: 5, at: 1000 }, { kind: 'released', attemptId: 5, at: 1300 },
    ]);
    expect(clock.pending).to.equal(0);
  });

  it('says nothing more of a call that was cancelled: ringing, answered, talking, over', () => {
    for (const stage of ['ringing', 'answered', 'talking', 'over'] as const) {
      const { clock, dialer, told } = bench(ALWAYS(Answer));
      dialer.place({ id: 1, phone: '' });
      if (stage !== 'ringing') clock.advance(60);
      if (stage === 'talking' || stage === 'over') {
        dialer.connect(1);
        clock.advance(stage === 'over' ? 1000 : 0);
      }
      told.splice(0);
      dialer.cancel(1);
      dialer.connect(1);
      clock.advance(5000);
      expect(told, stage).to.deep.equal([]);
      expect(clock.pending, stage).to.equal(0);
    }
  });

  it('leaves alone what it does not know', () => {
    const { clock, dialer, told } = bench(ALWAYS(Busy));
    dialer.cancel(9);
    dialer.connect(9);
    dialer.place({ id: 1, phone: '' });
    clock.advance(60);
    dialer.connect(1);
    clock.advance(5000);
    expect(told.map(({ kind }) => kind)).to.deep.equal(['failed']);
  });

  it('drops every call when it is closed, and has none up after a restart', async () => {
    const { clock, dialer, told } = bench(ALWAYS(Answer));
    for (const id of [1, 2, 3]) dialer.place({ id, phone: '' });
    dialer.close();
    clock.advance(5000);
    expect(told).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
    expect(await bench().dialer.stillUp()).to.deep.equal(new Set());
  });
});
