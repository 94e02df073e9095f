import { once } from 'node:events';
import { expect } from 'chai';
import { SerialQueue } from '../../src/util/serial-queue.js';

describe('util/serial-queue', () => {
  it('runs one job at a time, in order, and answers what each answers', async () => {
    const queue = new SerialQueue();
    const order: string[] = [];
    const gate = new EventTarget();
    const first = queue.run(async () => {
      order.push('first begins');
      await once(gate, 'open');
      order.push('first ends');
      return 1;
    });
    const second = queue.run(() => {
      order.push('second');
      return Promise.resolve(2);
    });
    setImmediate(() => gate.dispatchEvent(new Event('open')));
    expect(await Promise.all([first, second])).to.deep.equal([1, 2]);
    expect(order).to.deep.equal(['first begins', 'first ends', 'second']);
  });

  it('goes on behind a job that fails, whether it throws at once or later', async () => {
    const queue = new SerialQueue();
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
