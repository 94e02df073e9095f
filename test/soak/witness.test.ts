import { expect } from 'chai';
import { DEFAULT_LIMITS, int, keys, long, makeMessage, type Message, ocm1, string } from '../../protocol/index.js';
import type { Tenure } from './invariants/told-once.js';
import { Witness } from './witness.js';

const login = makeMessage('EventAgentLogin', { AttributeReferenceID: 1, AttributeThisDN: '7001', AttributeAgentID: '1' });
const logout = makeMessage('EventAgentLogout', { AttributeReferenceID: 2, AttributeThisDN: '7001', AttributeAgentID: '1' });
const told = (number: bigint): Message =>
  makeMessage('EventUserEvent', {
    AttributeThisDN: '7001',
    AttributeExtensions: [
      { key: keys.GSW_SESSION_UUID, value: string('s1') },
      { key: keys.GSW_EVENT_NUMBER, value: long(number) },
    ],
    AttributeUserData: [
      { key: keys.GSW_USER_EVENT, value: string('CampaignLoaded') },
      { key: keys.GSW_APPLICATION_ID, value: int(156) },
    ],
  });

describe('what is noted of an agent', () => {
  let tenures: Tenure[];
  let witness: Witness;
  /** One more line, which brings these. */
  function line(...messages: readonly Message[]): void {
    const profile = witness.profile();
    const splitter = profile.splitter(DEFAULT_LIMITS, (frame) => void profile.decode(frame, 'T', DEFAULT_LIMITS));
    for (const message of messages) splitter.push(ocm1.encode(message));
  }
  const numbers = (): number[][][] => tenures.map(({ stays }) => stays.map((stay) => stay.told.map(({ number }) => number)));
  beforeEach(() => {
    tenures = [];
    witness = new Witness('1', 1001, (tenure) => tenures.push(tenure));
  });

  it('is what came on each line from its login to its logout, twice what came twice', () => {
    line(told(9n), login, told(1n), told(2n), told(2n));
    line(login, told(2n), told(3n));
    expect(tenures).to.deep.equal([]);
    line(login, logout, told(4n));
    expect(numbers()).to.deep.equal([[[1, 2, 2], [2, 3], []]]);
    expect(tenures[0]).to.include({ agentId: '1', group: 1001 });
  });

  it('ends with a line on which a logout was asked for and not answered', () => {
    line(login, told(1n));
    witness.leaving();
    witness.lineOver();
    expect(numbers()).to.deep.equal([[[1]]]);
    line(login, told(3n), logout);
    expect(numbers()).to.deep.equal([[[1]], [[3]]]);
  });

  it('is sure of what came until it was flushed, and of nothing on a short line', () => {
    line(login);
    witness.flushed(Number.MAX_SAFE_INTEGER);
    line(login, logout);
    expect(tenures[0]?.stays.map((stay) => stay.sureUntilMs)).to.deep.equal([Number.MAX_SAFE_INTEGER, undefined]);
  });

  it('has when a line was lost before the answer to its login', () => {
    line(login);
    line();
    line(login, logout);
    const [first, second] = tenures[0]?.stays ?? [];
    expect(first?.givenUntilMs).to.equal(0);
    expect(second?.givenUntilMs).to.be.at.least(first?.startMs ?? Infinity);
  });
});
