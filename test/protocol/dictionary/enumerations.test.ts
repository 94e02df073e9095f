import { expect } from 'chai';

import {
  CallResult, CampaignMode, ContactType, DialMode, ErrorCode, GroupCampaignStatus, nameOf, numberOf, OptimizeBy, RecordStatus, RecordType,
  UserEventError,
} from '../../../protocol/index.js';

describe('enumerations', () => {
  const dense: readonly [name: string, enumeration: Readonly<Record<string, number>>, first: number, last: number][] = [
    ['DialMode', DialMode, 0, 11],
    ['OptimizeBy', OptimizeBy, 0, 5],
    ['GroupCampaignStatus', GroupCampaignStatus, 0, 5],
    ['ErrorCode', ErrorCode, 0, 17],
    ['UserEventError', UserEventError, 1, 12],
    ['CallResult', CallResult, 0, 53],
    ['RecordType', RecordType, 0, 7],
    ['RecordStatus', RecordStatus, 0, 10],
    ['ContactType', ContactType, 0, 11],
  ];

  for (const [name, enumeration, first, last] of dense) {
    it(`${name} counts from ${first} to ${last}`, () => {
      expect(Object.values(enumeration)).to.deep.equal(Array.from({ length: last - first + 1 }, (_, index) => first + index));
    });
  }

  it('are found both ways, and only by their own names', () => {
    expect(nameOf(CallResult, 33)).to.equal('Answer');
    expect(nameOf(CallResult, 54)).to.equal(undefined);
    expect(numberOf(CallResult, 'WrongNumber')).to.equal(53);
    expect(numberOf(CallResult, 'answer')).to.equal(undefined);
    expect(numberOf(CallResult, 'toString')).to.equal(undefined);
  });

  it('name the campaign mode of every dial mode but NoDialMode', () => {
    const named = Object.keys(DialMode).filter((mode) => mode !== 'NoDialMode');
    expect(Object.keys(CampaignMode)).to.have.members(named);
    expect(CampaignMode.PredictAndSeize).to.equal('EngagedPredictive');
  });
});
