import { expect } from 'chai';
import { DialMode } from '../../protocol/dictionary/enumerations.js';
import { isSupported, mayChangeWhileRunning } from '../../src/campaign/dial-mode.js';

describe('dialing modes', () => {
  it('that can be dialed in: Preview', () => {
    expect(Object.entries(DialMode).filter(([, mode]) => isSupported(mode)).map(([name]) => name)).to.deep.equal(['Preview']);
    expect([-1, 12, 99, 3.5].some(isSupported)).to.equal(false);
  });

  it('of a running group change to none or to themselves, and to no mode that cannot be dialed in', () => {
    for (const from of Object.values(DialMode)) {
      for (const to of [...Object.values(DialMode), -1, 99]) {
        expect(mayChangeWhileRunning(from, to), `${from} to ${to}`).to.equal(to === from || to === DialMode.NoDialMode);
      }
    }
  });
});
