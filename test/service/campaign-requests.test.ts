import { expect } from 'chai';
import type { CampaignRequest, GroupTarget } from '../../src/campaign/requests.js';
import { type Checked, checkRequest } from '../../src/service/campaign-requests.js';
import { parseChanged } from '../config/support.js';
import { NAMES } from './support.js';

/** Campaigns 101 and 102, groups 732 and 733, campaign groups 1001 (101, 732) and 1002 (102, 733). */
const { deployment } = parseChanged(() => undefined);

const check = (request: Partial<CampaignRequest>): Checked =>
  checkRequest(deployment, { kind: 'Load', target: { campaignId: 101, groupId: 732 }, by: 'Ada', names: NAMES, ...request });

function refusalOf(request: Partial<CampaignRequest>): { readonly code: string; readonly message: string; readonly group: number | undefined } {
  const checked = check(request);
  if (!('refusal' in checked)) throw new Error('it was not refused');
  return { ...checked.refusal, group: checked.group?.dbid };
}

const TARGETS: readonly (readonly [what: string, target: GroupTarget, found: number | string])[] = [
  ['campaign and group', { campaignId: 101, groupId: 732 }, 1001],
  ['session alone', { sessionId: 1002 }, 1002],
  ['session and campaign', { sessionId: 1002, campaignId: 102 }, 1002],
  ['session and group', { sessionId: 1002, groupId: 733 }, 1002],
  ['all three', { sessionId: 1001, campaignId: 101, groupId: 732 }, 1001],
  ['nothing', {}, 'InvalidParameter'],
  ['campaign alone', { campaignId: 101 }, 'InvalidParameter'],
  ['group alone', { groupId: 732 }, 'InvalidParameter'],
  ['unknown campaign', { campaignId: 999, groupId: 732 }, 'CampaignNotFound'],
  ['unknown campaign beside a session', { campaignId: 999, sessionId: 1001 }, 'CampaignNotFound'],
  ['unknown group', { campaignId: 101, groupId: 999 }, 'GroupNotFound'],
  ['unknown campaign and group', { campaignId: 999, groupId: 999 }, 'CampaignNotFound'],
  ['campaign and group of other pairs', { campaignId: 101, groupId: 733 }, 'CampaignGroupNotFound'],
  ['unknown session', { sessionId: 9999 }, 'CampaignGroupNotFound'],
  ['session that is not the campaign\'s', { sessionId: 1002, campaignId: 101 }, 'CampaignGroupNotFound'],
  ['session that is not the group\'s', { sessionId: 1002, groupId: 732 }, 'CampaignGroupNotFound'],
  ['0 as a campaign', { campaignId: 0, groupId: 732 }, 'CampaignNotFound'],
];

describe('what a campaign request names', () => {
  for (const [what, target, expected] of TARGETS) {
    it(`${what}: ${expected}`, () => {
      const checked = check({ target });
      expect('refusal' in checked ? checked.refusal.code : checked.group.dbid).to.equal(expected);
    });
  }
});

describe('what is wrong with a campaign request', () => {
  const badFlag = { autoCompletion: { kind: 'integer', value: 2n } } as const;
  const badForm = { optimizeBy: 6 };
  const unknown = { target: { campaignId: 999, groupId: 732 } };

  it('is told in the order of form, flag, ids', () => {
    expect(refusalOf({ ...badForm, ...badFlag, ...unknown }).message).to.match(/^OptimizeBy is 6/);
    expect(refusalOf({ ...badFlag, ...unknown }).message).to.match(/^GSW_AUTO_COMPLETION is 2/);
    expect(refusalOf(unknown).code).to.equal('CampaignNotFound');
    expect(refusalOf({ ...badFlag, target: { campaignId: 101 } }).message, 'an id that is missing is form').to.match(/^GroupID is missing/);
  });

  it('is told in the words of its protocol', () => {
    const names = { campaignId: 'campaignId', groupId: 'groupId', optimizeBy: 'optimizeBy', optimizeGoal: 'optimizeGoal' };
    expect(refusalOf({ names, ...badForm }).message).to.match(/^optimizeBy is 6/);
    expect(refusalOf({ names, optimizeGoal: -1 }).message).to.match(/^optimizeGoal is -1/);
    expect(refusalOf({ names, target: {} }).message).to.match(/^campaignId is missing/);
    expect(refusalOf({ names, target: { campaignId: 101 } }).message).to.match(/^groupId is missing/);
  });

  it('names the group where the ids are good', () => {
    expect(refusalOf(badFlag)).to.include({ code: 'InvalidParameter', group: 1001 });
    expect(refusalOf({ ...badFlag, ...unknown }).group).to.equal(undefined);
  });

  for (const [what, wrong] of Object.entries({ 'OptimizeBy -1': { optimizeBy: -1 }, 'OptimizeBy 6': { optimizeBy: 6 }, 'OptimizeGoal -1': { optimizeGoal: -1 } })) {
    it(`${what} is InvalidParameter`, () => expect(refusalOf(wrong).code).to.equal('InvalidParameter'));
  }

  it('is not the mode: that is asked behind the state', () => {
    expect(check({ dialMode: 99 })).to.have.nested.property('request.dialMode', 99);
  });
});

describe('the flag of a campaign request', () => {
  const flag = { autoCompletion: { kind: 'text', value: '1' } } as const;

  for (const kind of ['Load', 'StartDialing', 'SetDialingMode'] as const) {
    it(`is taken from ${kind}`, () => {
      const checked = check({ kind, ...flag });
      expect(checked).to.have.nested.property('request.autoCompletion', true);
      expect(checked).to.not.have.property('warning');
    });
  }

  for (const kind of ['Unload', 'StopDialing', 'GetCampaignStatus', 'ForceUnload', 'Complete'] as const) {
    it(`is ignored in ${kind}, good or bad, with a warning`, () => {
      for (const autoCompletion of [flag.autoCompletion, { kind: 'other', what: 'a list' } as const]) {
        const checked = check({ kind, autoCompletion });
        expect(checked).to.not.have.nested.property('request.autoCompletion');
        expect(checked).to.have.property('warning', `GSW_AUTO_COMPLETION is ignored in ${kind}`);
      }
    });
  }

  it('is nothing where it is absent, and the rest is handed on', () => {
    expect(check({ kind: 'StartDialing', dialMode: 3, optimizeBy: 5, optimizeGoal: 0 })).to.deep.include({
      request: { kind: 'StartDialing', by: 'Ada', dialMode: 3, optimizeBy: 5, optimizeGoal: 0 },
    });
  });
});
