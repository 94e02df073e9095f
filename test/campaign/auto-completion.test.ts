import { expect } from 'chai';
import { type FlagInput, mayBeDepleted, readAutoCompletion } from '../../src/campaign/auto-completion.js';

const integer = (value: number | bigint): FlagInput => ({ kind: 'integer', value: BigInt(value) });
const text = (value: string): FlagInput => ({ kind: 'text', value });

describe('GSW_AUTO_COMPLETION', () => {
  it('is 0 or 1, as an integer or as text', () => {
    expect([integer(1), text('1'), integer(0), text('0')].map(readAutoCompletion)).to.deep.equal([true, true, false, false]);
  });

  const WRONG: readonly FlagInput[] = [
    integer(2), integer(-1), integer(2n ** 40n), text('2'), text('-1'), text('01'), text('00'), text('+1'), text('1.0'), text(' 1'), text('1 '), text(''),
    text('yes'), text('true'), text('１'), { kind: 'other', what: '1.0' }, { kind: 'other', what: 'true' }, { kind: 'other', what: 'a list' },
    { kind: 'other', what: 'masked' }, { kind: 'other', what: '1' },
  ];
  for (const input of WRONG) {
    it(`is not ${input.kind} ${input.kind === 'other' ? input.what : String(input.value)}`, () => {
      expect(readAutoCompletion(input)).to.be.a('string').that.matches(/^GSW_AUTO_COMPLETION is /);
    });
  }
});

describe('whether a group may be depleted', () => {
  const now = { running: true, flagOn: true, recordsOut: 0, retrievalInFlight: false };

  it('is asked of a group that runs with the flag on, with nothing out and nothing on its way', () => {
    expect(mayBeDepleted(now)).to.equal(true);
  });

  for (const [what, change] of Object.entries({
    'that does not run': { running: false },
    'whose flag is off': { flagOn: false },
    'with a record out': { recordsOut: 1 },
    'with a retrieval in flight': { retrievalInFlight: true },
  })) {
    it(`is not asked of a group ${what}`, () => {
      expect(mayBeDepleted({ ...now, ...change })).to.equal(false);
    });
  }
});
