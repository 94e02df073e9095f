import { once } from 'node:events';
import { expect } from 'chai';
import { BoundedQueue } from '../../src/access/bounded-queue.js';

/** A queue that runs one job at a time. The first to ask holds it until `go`; of the others it is known in which order they ran. */
function queueOf(waiting: number) {
  const queue = new BoundedQueue({ running: 1, waiting });
  const ran: string[] = [];
  const go = new AbortController();
  const first = queue.run(() => once(go.signal, 'abort'), { from: 'first' });
  const ask = (name: string, gone?: AbortSignal) => queue.run(() => {
    ran.push(name);
    return Promise.resolve(name);
  }, { from: name.charAt(0), gone });
  const finish = async (): Promise<readonly string[]> => {
    go.abort();
    await first;
    await queue.run(() => Promise.resolve(), { from: 'last' });
    return ran;
  };
  return { ask, finish };
}

describe('passwords that wait to be compared', () => {
  it('are taken from one address after the other', async () => {
    const { ask, finish } = queueOf(10);
    const all = Promise.all(['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((name) => ask(name)));
    const ran = await finish();
    expect(await all).to.deep.equal(['a1', 'a2', 'a3', 'b1', 'c1', 'c2']);
    expect(ran).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  it('are not compared where nobody waits for them any more, and leave their room to others', async () => {
    const { ask, finish } = queueOf(2);
    const gone = new AbortController();
    const leaving = [ask('a1', gone.signal), ask('a2', gone.signal)];
    expect(await ask('a3')).to.equal(undefined);
    gone.abort();
    expect(await Promise.all(leaving)).to.deep.equal([undefined, undefined]);
    const staying = ask('a4');
    expect(await ask('a5', gone.signal), 'gone before').to.equal(undefined);
    expect(await finish()).to.deep.equal(['a4']);
    expect(await staying).to.equal('a4');
  });

  it('of an address with many make room for those of one with fewer', async () => {
    const { ask, finish } = queueOf(3);
    const many = ['a1', 'a2', 'a3', 'a4'].map((name) => ask(name));
    const one = ask('b1');
    expect(await many[3]).to.equal(undefined);
    expect(await many[2], 'the last of the many').to.equal(undefined);
    expect(await ask('b2'), 'as many as the others would be fewer than those').to.equal(undefined);
    await finish();
    expect(await Promise.all([many[0], one, many[1]])).to.deep.equal(['a1', 'b1', 'a2']);
  });
});
