import { expect } from 'chai';
import * as fc from 'fast-check';
import { ConnectionClosed, EventsLost } from '../../src/client/errors.js';
import { EventQueue } from '../../src/client/event-queue.js';

/** Reads until nothing is left: events, and for each gap how many are missing. */
async function drain(queue: EventQueue<number>): Promise<(number | string)[]> {
  const seen: (number | string)[] = [];
  for (;;) {
    try {
      for await (const event of queue) seen.push(event);
      return seen;
    } catch (error) {
      if (!(error instanceof EventsLost)) throw error;
      seen.push(`${error.count} lost`);
    }
  }
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);

describe('the queue of events', () => {
  it('hands events over in order, whether they or their reader come first', async () => {
    const queue = new EventQueue<number>(10);
    const reader = queue[Symbol.asyncIterator]();
    queue.push(1);
    const first = reader.next();
    const second = reader.next();
    const third = reader.next();
    queue.push(2);
    queue.push(3);
    queue.end();
    expect(await Promise.all([first, second, third, reader.next()])).to.deep.equal([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: false, value: 3 },
      { done: true, value: undefined },
    ]);
  });

  it('keeps what one loop leaves unread for the next', async () => {
    const queue = new EventQueue<number>(10);
    for (const event of [1, 2, 3]) queue.push(event);
    for await (const event of queue) if (event === 2) break;
    queue.end();
    expect(await drain(queue)).to.deep.equal([3]);
  });

  it('tells at their place how many events were not kept, and goes on', async () => {
    const queue = new EventQueue<number>(2);
    for (const event of [1, 2, 3, 4]) queue.push(event);
    const reader = queue[Symbol.asyncIterator]();
    expect(await reader.next()).to.deep.equal({ done: false, value: 1 });
    queue.push(5);
    queue.end();
    expect(queue.lost).to.equal(3);
    expect(await drain(queue)).to.deep.equal([2, '3 lost']);
  });

  it('keeps events again when there is room behind the gap', async () => {
    const queue = new EventQueue<number>(2);
    const reader = queue[Symbol.asyncIterator]();
    for (const event of [1, 2, 3]) queue.push(event);
    await reader.next();
    await reader.next();
    queue.push(4);
    queue.push(5);
    queue.end();
    expect(await drain(queue)).to.deep.equal(['1 lost', 4, '1 lost']);
  });

  it('never holds more than its limit, and accounts for every event', async () => {
    const plans = fc.array(fc.oneof(fc.constant('read' as const), fc.integer({ min: 1, max: 9 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), plans, async (limit, plan) => {
        const queue = new EventQueue<number>(limit);
        const reader = queue[Symbol.asyncIterator]();
        const read: number[] = [];
        let missing = 0;
        let pushed = 0;
        const take = async (): Promise<void> => {
          try {
            read.push((await reader.next()).value as number);
          } catch (error) {
            missing += (error as EventsLost).count;
          }
        };
        let held = 0;
        for (const step of plan) {
          if (step !== 'read') for (let i = 0; i < step; i++) queue.push(++pushed);
          else if (read.length + missing < pushed) await take();
          held = Math.max(held, pushed - read.length - queue.lost);
        }
        while (read.length + missing < pushed) await take();
        expect(held).to.be.at.most(limit);
        expect(queue.lost).to.equal(missing);
        expect(read).to.deep.equal(read.toSorted((a, b) => a - b));
        expect(new Set(read).size + missing).to.equal(pushed);
      }),
    );
  });

  it('throws behind the last event why there are no more, to every reader', async () => {
    const queue = new EventQueue<number>(2);
    const waiting = queue[Symbol.asyncIterator]().next();
    queue.push(1);
    const error = new ConnectionClosed('gone');
    queue.push(2);
    queue.end(error);
    queue.push(3);
    expect(await waiting).to.deep.equal({ done: false, value: 1 });
    const reader = queue[Symbol.asyncIterator]();
    expect(await reader.next()).to.deep.equal({ done: false, value: 2 });
    expect(await failureOf(reader.next())).to.equal(error);
    expect(await failureOf(reader.next())).to.equal(error);
  });
});
