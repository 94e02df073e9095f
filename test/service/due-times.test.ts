import { expect } from 'chai';
import { CallResult } from '../../protocol/dictionary/enumerations.js';
import { DueTimes } from '../../src/service/due-times.js';
import { openTestStore, type TestStore } from '../support/engine.js';
import { addRecords, dialing, emptyStore, Engine, SPRING } from './support.js';

describe('due times', () => {
  it('are told from the first, until they have come', () => {
    const times = new DueTimes();
    expect(times.untilNext(1000)).to.equal(Infinity);
    times.add(9);
    times.add(5);
    expect(times.untilNext(1000)).to.equal(4000);
    times.passed(5000);
    expect(times.untilNext(5000)).to.equal(4000);
    times.clear();
    expect(times.untilNext(5000)).to.equal(Infinity);
  });

  describe('of redials', () => {
    let store: TestStore;
    let engine: Engine;
    before(async () => void (store = await openTestStore()));
    after(() => store.close());
    beforeEach(() => emptyStore(store.client));
    afterEach(() => engine.stop());

    it('are not waited for any longer, whatever the retrievalInterval', async () => {
      engine = await Engine.start(store.client, (config) => {
        dialing(config);
        config['treatments'] = [{ dbid: 601, name: 'Again', callResult: 'Busy', action: 'Cycle', attempts: 1, interval: '30s' }];
        config.callingLists[0]!['treatments'] = ['Again'];
        config.campaignGroups[0]!['retrievalInterval'] = '1h';
      });
      await addRecords(store.client, [{}]);
      await engine.login('1001');
      await engine.dial(SPRING, 1, 'Progress');
      await engine.call('555-1', { failed: CallResult.Busy });
      await engine.pass(29_999);
      expect(engine.dialer.placed).to.have.length(1);
      await engine.pass(1001);
      expect(engine.dialer.placed).to.have.length(2);
      await engine.call('555-1', { failed: CallResult.Busy });
      expect(engine.events().at(-1)).to.equal('Unloaded');
    });
  });
});
