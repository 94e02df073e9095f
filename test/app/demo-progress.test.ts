import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { type Look, showProgress } from '../../src/app/demo/progress.js';
import { ManualClock } from '../support/manual-clock.js';

const LOOKS: readonly Look[] = [
  { final: 0, dialing: 3, agents: ['Ada free'] },
  { final: 5, dialing: 1, agents: ['Ada talks', 'Grace free'] },
  { final: 10, dialing: 0, agents: ['Ada free'] },
];

/** Shows a campaign of ten records, one look after the other, of which the last stays; answers what is shown. */
async function show(isTTY: boolean, looks: readonly Look[]): Promise<string> {
  const clock = new ManualClock();
  const stdout = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  const seen = { looks: 0 };
  const look = (): Promise<Look> => {
    const now = looks[Math.min(seen.looks++, looks.length - 1)];
    return now === undefined ? Promise.reject(new Error('the gateway is gone')) : Promise.resolve(now);
  };
  const shown = showProgress({ stdout, clock }, 10, look);
  try {
    if (isTTY) {
      while (seen.looks < looks.length) {
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(200);
      }
    }
    await shown.stop();
  } finally {
    stdout.end();
  }
  return text(stdout);
}

describe('what the demo shows while calls are made', () => {
  it('is a line on a terminal, which stays as it is at the end', async () => {
    const written = await show(true, LOOKS);
    expect(written).to.include('10 of 10 final | 0 dialing | Ada free');
  });

  it('is nothing elsewhere', async () => {
    expect(await show(false, LOOKS)).to.equal('');
  });

  it('ends with the error of a look that failed', async () => {
    let failure: unknown;
    await show(true, []).catch((error: unknown) => (failure = error));
    expect(failure).to.be.instanceOf(Error).with.property('message', 'the gateway is gone');
  });
});
