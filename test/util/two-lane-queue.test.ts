import { once } from 'node:events';
import { expect } from 'chai';
import { TwoLaneQueue, type Lane } from '../../src/util/two-lane-queue.js';

/** The order in which jobs that are given in this order, behind one that runs, are done. */
async function orderOf(lanes: readonly Lane[], patience: number): Promise<string> {
  const queue = new TwoLaneQueue(patience);
  let done = '';
  await queue.run(() => Promise.resolve());
  await Promise.all(lanes.map((lane, index) => queue.run(async () => void (done += `${lane.charAt(0)}${index} `), lane)));
  return done.trim();
}

describe('util/two-lane-queue', () => {
  it('runs what is in front first, each lane in its order', async () => {
    expect(await orderOf(['back', 'front', 'back', 'front'], 8)).to.equal('f1 f3 b0 b2');
  });

  it('lets so many pass whoever is behind, each of them', async () => {
    expect(await orderOf(['back', 'front', 'front', 'front', 'back', 'front', 'front'], 2)).to.equal('f1 f2 b0 f3 f5 b4 f6');
  });

  it('counts those who pass, and not those who were there alone before', async () => {
    const queue = new TwoLaneQueue(2);
    for (let index = 0; index < 5; index += 1) await queue.run(() => Promise.resolve());
    const done: string[] = [];
    await Promise.all([queue.run(async () => void done.push('back'), 'back'), queue.run(async () => void done.push('front'))]);
    expect(done).to.deep.equal(['front', 'back']);
  });

  it('runs one job at a time, and none comes before the one that runs has ended', async () => {
    const queue = new TwoLaneQueue(8);
    const order: string[] = [];
    const gate = new EventTarget();
    const first = queue.run(async () => {
      order.push('begins');
      await once(gate, 'open');
      order.push('ends');
      return 1;
    }, 'back');
    await Promise.resolve();
    const second = queue.run(async () => void order.push('second'));
    setImmediate(() => gate.dispatchEvent(new Event('open')));
    expect(await first).to.equal(1);
    await second;
    expect(order).to.deep.equal(['begins', 'ends', 'second']);
  });

  it('goes on behind a job that fails, whether it throws at once or later', async () => {
    const queue = new TwoLaneQueue(8);
    const outcomes = await Promise.allSettled([
      queue.run(() => Promise.reject(new Error('later'))),
      queue.run(() => {
        throw new Error('at once');
      }),
      queue.run(() => Promise.resolve('third')),
    ]);
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message))).to.deep.equal(['later', 'at once', 'third']);
  });
});
