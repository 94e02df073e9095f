import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import {
  attributesOf, CallResult, ContactType, DialMode, ErrorCode, EventErrorCode, GroupCampaignStatus, KEY_NAMES, messagesOf, OptimizeBy, RecordStatus,
  RecordType, UserEventError,
} from '../../protocol/index.js';
import type { DialectName } from '../../protocol/index.js';
import { bytesOf, frameNamed } from './support/fixtures.js';

/** A stranger writes a client from this page alone, so it must say what the code does. */
const page = readFileSync(new URL('../../../protocol/README.md', import.meta.url), 'utf8');

const SHORT = /^(?:GSW_CM_Attr|Attribute)/;
const FROM = { request: 'client', event: 'gateway', either: 'either' };

describe('protocol/README.md', () => {
  for (const dialect of ['GSW_CM', 'T'] satisfies DialectName[]) {
    it(`has every message of ${dialect} with what it carries`, () => {
      for (const message of messagesOf(dialect)) {
        const carries = message.attributes.map(({ id, name }) => {
          const short = name.replace(SHORT, '');
          return message.requiredIds.has(id) ? `**${short}**` : short;
        });
        expect(page).to.contain(`\n| ${message.type} | ${message.name} | ${FROM[message.direction]} | ${carries.join(', ')} |\n`);
      }
    });

    it(`has every attribute of ${dialect}`, () => {
      for (const { id, name, type } of attributesOf(dialect)) expect(page).to.contain(`\n| ${id} | ${name} | ${type} |`);
    });
  }

  it('has every enumeration', () => {
    const enumerations = {
      DialMode, OptimizeBy, GroupCampaignStatus, ErrorCode, EventErrorCode, UserEventError, CallResult, RecordType, RecordStatus, ContactType,
    };
    for (const [name, enumeration] of Object.entries(enumerations)) {
      const members = Object.entries(enumeration).map(([member, value]) => `${value} ${member}`);
      expect(page).to.contain(`- **${name}**: ${members.join(', ')}.`);
    }
  });

  it('has every key', () => {
    for (const key of KEY_NAMES) expect(page).to.match(new RegExp(`\\| ${key}( \\*)? \\|`));
  });

  it('has the golden frames, byte for byte', () => {
    const dumps = Array.from(page.matchAll(/```\n((?:[0-9a-f]{2}[ \n])+)```/g), ([, dump = '']) => bytesOf(dump));
    expect(dumps).to.deep.equal([
      'GSW_CM_ReqLoadCampaign/auto-completion', 'GSW_CM_EvCampaignLoaded/answer', 'GSW_CM_EvDialingStopped/completion',
      'EventUserEvent/campaign-stopped', 'EventUserEvent/campaign-unloaded', 'GSW_CM_ReqLoadCampaign/auto-completion-masked',
      'GSW_CM_ReqGetCampaignStatus/every-type',
    ].map((name) => frameNamed(name).bytes));
  });
});
