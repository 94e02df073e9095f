import { expect } from 'chai';
import { SharedQueue } from '../../src/util/shared-queue.js';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe('jobs that are shared while they wait', () => {
  it('run one at a time; who asks for one that has begun gets the next', async () => {
    const queue = new SharedQueue<number>();
    const begun: string[] = [];
    const go: (() => void)[] = [];
    const ask = (key: string): Promise<number> =>
      queue.run(key, () => {
        begun.push(key);
        return new Promise((resolve) => go.push(() => resolve(begun.length)));
      });
    const first = ask('a');
    await turn();
    const others = [ask('a'), ask('b'), ask('a'), ask('b')];
    await turn();
    expect(begun, 'one at a time').to.deep.equal(['a']);
    for (const expected of [['a', 'a'], ['a', 'a', 'b']]) {
      go.shift()?.();
      await turn();
      expect(begun).to.deep.equal(expected);
    }
    go.shift()?.();
    expect(await Promise.all([first, ...others])).to.deep.equal([1, 2, 3, 2, 3]);
  });

  it('fail for all who share them, and for nobody else', async () => {
    const queue = new SharedQueue<string>();
    const failing = [1, 2].map(() => queue.run('a', () => Promise.reject(new Error('no'))));
    const next = queue.run('b', () => Promise.resolve('yes'));
    expect(await Promise.all(failing.map((one) => one.catch((error: Error) => error.message)))).to.deep.equal(['no', 'no']);
    expect(await next).to.equal('yes');
    expect(await queue.run('a', () => Promise.resolve('yes'))).to.equal('yes');
  });
});
