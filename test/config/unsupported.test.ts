import { expect } from 'chai';
import { UNSUPPORTED } from '../../src/config/unsupported.js';
import { configErrorOf, parseChanged } from './support.js';
import type { SmallConfig } from './support.js';

type Row = readonly [pattern: string, path: string, change: (config: SmallConfig) => void];

const ROWS: readonly Row[] = [
  ['campaignGroups.*.dialMode', 'campaignGroups[1].dialMode', (c) => (c.campaignGroups[1]!['dialMode'] = 'Predict')],
  ['statusReporting', 'statusReporting', (c) => (c['statusReporting'] = { uri: 'http://x' })],
];

describe('keys of features that are not built yet', () => {
  for (const [pattern, path, change] of ROWS) {
    it(`${path} is refused, not ignored`, () => {
      const error = configErrorOf(() => parseChanged(change));
      expect({ code: error.code, path: error.path }).to.deep.equal({ code: 'NotSupportedYet', path });
      expect(error.message).to.include(`${path}: not supported yet (`).and.match(/, expected /);
      expect(UNSUPPORTED.map((row) => row.path)).to.include(pattern);
    });
  }

  it('are all tried here', () => {
    expect(UNSUPPORTED.map((row) => row.path).toSorted()).to.deep.equal(ROWS.map(([pattern]) => pattern).toSorted());
  });

  it('every dialing mode but Preview and Progress', () => {
    for (const dialMode of ['Predict', 'ProgressAndSeize', 'PredictAndSeize', 'Power', 'PowerAndSeize', 'PushPreview', 'ProgressGVP', 'PredictGVP', 'PowerGVP']) {
      const error = configErrorOf(() => parseChanged((config) => (config.campaignGroups[0]!['dialMode'] = dialMode)));
      expect(error.code, dialMode).to.equal('NotSupportedYet');
    }
  });

  it('as environment variables too', () => {
    for (const name of ['OCM_STATUS_REPORTING_URI']) {
      const error = configErrorOf(() => parseChanged(() => undefined, { [name]: 'x' }));
      expect({ code: error.code, path: error.path }).to.deep.equal({ code: 'NotSupportedYet', path: name });
    }
  });
});
