import { expect } from 'chai';
import type { JournalRow } from '../../src/journal/row.js';
import { JournalTail } from '../../src/journal/tail.js';

function row(position: number, at: number): JournalRow {
  return {
    position, at, groupDbid: 1001, session: 's', number: position, kind: 'Started', status: 'Running', dialMode: 3, optimizeBy: 0, optimizeGoal: null, forced: false, cause: 'a test',
  };
}

const positions = (rows: readonly JournalRow[]): number[] => rows.map(({ position }) => position);

describe('the tail of the journal', () => {
  it('has what came behind a position, in order, not older than asked', () => {
    const tail = new JournalTail(1000);
    for (const [position, at] of [[1, 100], [2, 200], [3, 200], [5, 300]] as const) tail.append(row(position, at));
    expect(positions(tail.since(0, 0))).to.deep.equal([1, 2, 3, 5]);
    expect(positions(tail.since(2, 0))).to.deep.equal([3, 5]);
    expect(positions(tail.since(0, 200))).to.deep.equal([2, 3, 5]);
    expect(positions(tail.since(0, 201))).to.deep.equal([5]);
    expect(positions(tail.since(5, 0))).to.deep.equal([]);
    expect(tail.lastPosition).to.equal(5);
  });

  it('keeps what anyone can still be owed, and no more', () => {
    const tail = new JournalTail(100);
    tail.append(row(1, 1000));
    tail.append(row(2, 1050));
    tail.append(row(3, 1100));
    expect(positions(tail.since(0, 0))).to.deep.equal([1, 2, 3]);
    tail.append(row(4, 1101));
    expect(positions(tail.since(0, 0)), 'the first is older than the window by now').to.deep.equal([2, 3, 4]);
    tail.append(row(5, 5000));
    expect(positions(tail.since(0, 0))).to.deep.equal([5]);
  });

  it('knows the last position before anything happened', () => {
    expect(new JournalTail(1000).lastPosition).to.equal(0);
  });
});
