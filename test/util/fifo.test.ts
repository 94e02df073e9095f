import { expect } from 'chai';
import * as fc from 'fast-check';
import { Fifo } from '../../src/util/fifo.js';

describe('util/fifo', () => {
  it('behaves as an array that is pushed and shifted', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(), fc.constant('shift' as const), fc.constant('clear' as const))), (steps) => {
        const fifo = new Fifo<number>();
        let model: number[] = [];
        for (const step of steps) {
          if (step === 'shift') expect(fifo.shift()).to.equal(model.shift());
          else if (step === 'clear') {
            fifo.clear();
            model = [];
          } else {
            fifo.push(step);
            model.push(step);
          }
          expect(fifo.length).to.equal(model.length);
          expect(fifo.peek()).to.equal(model[0]);
        }
      }),
    );
  });

  it('keeps its order past the point where it cuts what was taken', () => {
    const fifo = new Fifo<number>();
    const taken: (number | undefined)[] = [];
    for (let n = 0; n < 6000; n += 1) {
      fifo.push(n);
      if (n % 3 !== 0) taken.push(fifo.shift());
    }
    while (fifo.length > 0) taken.push(fifo.shift());
    expect(taken).to.deep.equal(Array.from({ length: 6000 }, (_, n) => n));
  });
});
