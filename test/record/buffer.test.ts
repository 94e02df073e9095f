import { expect } from 'chai';
import { RecordBuffer } from '../../src/record/buffer.js';
import type { Chain } from '../../src/record/chain.js';
import { endingOfAbandoned, type HandOut } from '../../src/record/hand-out.js';
import { chainOf } from './support.js';

const PERSONAL_RESCHEDULED = 4;
const PERSONAL_CALLBACK = 5;
const CAMPAIGN_CALLBACK = 6;

function bufferOf(...chains: Chain[]): RecordBuffer {
  const buffer = new RecordBuffer();
  for (const chain of chains) buffer.add(chain);
  return buffer;
}

function takeAll(buffer: RecordBuffer, agentId: string): number[] {
  const taken: number[] = [];
  for (let chain = buffer.takeFor(agentId); chain !== undefined; chain = buffer.takeFor(agentId)) taken.push(chain.chainId);
  return taken;
}

describe('the buffer of a group', () => {
  it('gives callbacks first, then rescheduled, then general, and among those what came first', () => {
    const buffer = bufferOf(
      chainOf(1), chainOf(2, { urgency: 1 }), chainOf(3, { urgency: 0 }), chainOf(4), chainOf(5, { urgency: 0 }), chainOf(6, { urgency: 1 }),
    );
    expect(buffer.size).to.equal(6);
    expect(takeAll(buffer, 'A')).to.deep.equal([3, 5, 2, 6, 1, 4]);
    expect(buffer.size).to.equal(0);
  });

  it('keeps what is personal for its agent', () => {
    const buffer = bufferOf(
      chainOf(1, { urgency: 0, recordType: PERSONAL_CALLBACK, agentId: 'A' }),
      chainOf(2, { urgency: 1, recordType: PERSONAL_RESCHEDULED, agentId: 'A' }),
      chainOf(3, { urgency: 0, recordType: PERSONAL_CALLBACK }),
      chainOf(4, { urgency: 0, recordType: CAMPAIGN_CALLBACK, agentId: 'A' }),
      chainOf(5, { agentId: 'A' }),
    );
    expect(takeAll(buffer, 'B'), 'not personal, or personal to nobody').to.deep.equal([3, 4, 5]);
    expect(takeAll(buffer, 'A')).to.deep.equal([1, 2]);
  });

  it('gives a rejected chain to another agent first', () => {
    const buffer = bufferOf(chainOf(1), chainOf(2));
    buffer.rejected({ listDbid: 501, chainId: 1 }, 'A');
    expect(buffer.takeFor('A')?.chainId).to.equal(2);
    expect(buffer.takeFor('B')?.chainId).to.equal(1);
  });

  it('gives it to whoever rejected it where there is nothing else', () => {
    const buffer = bufferOf(chainOf(1));
    buffer.rejected({ listDbid: 501, chainId: 1 }, 'A');
    expect(buffer.takeFor('A')?.chainId).to.equal(1);
  });

  it('forgets a rejection when the chain is taken, or at the end of the session; and knows lists apart', () => {
    const buffer = bufferOf(chainOf(1), chainOf(1, { listDbid: 502 }), chainOf(2));
    buffer.rejected({ listDbid: 502, chainId: 1 }, 'A');
    expect(buffer.takeFor('A')).to.include({ chainId: 1, listDbid: 501 });
    expect(buffer.takeFor('B')).to.include({ chainId: 1, listDbid: 502 });
    buffer.add(chainOf(1, { urgency: 0, listDbid: 502 }));
    expect(buffer.takeFor('A'), 'B had it since').to.include({ chainId: 1, listDbid: 502 });

    buffer.rejected({ listDbid: 501, chainId: 2 }, 'A');
    buffer.add(chainOf(3));
    buffer.forget();
    expect(buffer.takeFor('A')?.chainId).to.equal(2);
  });

  it('is emptied in one go', () => {
    const buffer = bufferOf(chainOf(1), chainOf(2, { urgency: 0 }));
    expect(buffer.empty().map(({ chainId }) => chainId)).to.deep.equal([2, 1]);
    expect(buffer.size).to.equal(0);
    expect(buffer.takeFor('A')).to.equal(undefined);
  });
});

const handOut = (callResult: number | null): HandOut => ({
  handle: 1, groupDbid: 1001, session: 's', chain: chainOf(1), agentId: 'A', attempt: 0, attemptGuid: 'g', callResult, handedAt: 0,
});

describe('a record whose agent is gone', () => {
  it('is Ready again where nobody dialed it, and final (AgentError) with its result where one was reported', () => {
    expect(endingOfAbandoned(handOut(null))).to.deep.equal({ kind: 'ready' });
    expect(endingOfAbandoned(handOut(33))).to.deep.include({ kind: 'final', status: 6, callResult: 33 });
    expect(endingOfAbandoned(handOut(0)), 'Ok is a result').to.deep.include({ kind: 'final', callResult: 0 });
  });
});
