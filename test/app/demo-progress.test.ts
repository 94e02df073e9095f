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

/** Shows a campaign of ten records, one look after the other; answers what is shown. */
async function show(isTTY: boolean, looks: readonly Look[]): Promise<string> {
  const clock = new ManualClock();
  const stdout = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  let [looked, seen] = [0, (): void => undefined];
  const look = (): Promise<Look> => {
    seen();
    const now = looks[looked++];
    return now === undefined ? Promise.reject(new Error('the gateway is gone')) : Promise.resolve(now);
  };
  const shown = showProgress({ stdout, clock }, 10, look);
  try {
    while (isTTY && looked < 2 && looked < looks.length) {
      const again = new Promise<void>((resolve) => (seen = resolve));
      await clock.advance(200);
      await again;
    }
    await shown.stop();
  } finally {
    stdout.end();
  }
  return text(stdout);
}

describe('what the demo shows while calls are made', () => {
  it('is a line on a terminal, with what is done, dialed and who talks', async () => {
    const written = await show(true, LOOKS);
    expect(written).to.include('10 of 10 final | 0 dialing | Ada free');
  });

  it('is nothing elsewhere', async () => {
    expect(await show(false, LOOKS)).to.equal('');
  });

  it('ends with the error of a look that failed', async () => {
    let failure: unknown;
    await show(true, LOOKS.slice(0, 1)).catch((error: unknown) => (failure = error));
    expect(failure).to.be.instanceOf(Error).with.property('message', 'the gateway is gone');
  });
});
