import { expect } from 'chai';
import { complete } from '../../../src/cli/desk/completion.js';

describe('completion of a line', () => {
  const CASES: readonly (readonly [line: string, candidates: readonly string[], of: string])[] = [
    ['pro', ['processed '], 'pro'],
    ['ca', ['campaigns ', 'campaign ', 'cancel '], 'ca'],
    ['xyz', [], 'xyz'],
    ['processed noa', ['NoAnswer '], 'noa'],
    ['done wrongn', ['WrongNumber '], 'wrongn'],
    ['update gsw_call_', ['GSW_CALL_RESULT='], 'gsw_call_'],
    ['reject GSW_REC', ['GSW_RECORD_HANDLE=', 'GSW_RECORD_STATUS=', 'GSW_RECORD_TYPE='], 'GSW_REC'],
    ['processed Busy GSW_TREA', ['GSW_TREATMENT='], 'GSW_TREA'],
    ['processed Busy noa', [], 'noa'],
    ['ready GSW', [], 'GSW'],
    ['nothing a', [], 'a'],
    ['help rej', ['reject '], 'rej'],
  ];
  for (const [line, candidates, of] of CASES) {
    it(line, () => {
      expect(complete(line)).to.deep.equal([candidates, of]);
    });
  }

  it('offers what a command takes before the keys of user data', () => {
    const [results] = complete('processed ');
    expect(results).to.include('Busy ').and.not.include('GSW_PHONE=');
    expect(complete('reject ')[0]).to.include('GSW_PHONE=');
  });
});
