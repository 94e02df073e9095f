import { expect } from 'chai';

import { DEFAULT_LIMITS, describeEntry, findAttribute, MASKED, ocm1, parseFrameWithGrammar, parseTrace, reveal } from '../../../protocol/index.js';
import type { Message } from '../../../protocol/index.js';
import { bytesOf, frameNamed, frames, readText } from '../support/fixtures.js';

/** What a trace can give back: a secret attribute is never shown. */
function withSecretsMasked(message: Message): Message {
  const attributes = message.attributes.map(({ id, value }) => ({
    id,
    value: findAttribute(message.dialect, id)?.secret === true ? MASKED : value,
  }));
  return { ...message, attributes };
}

describe('golden frames', () => {
  it('are there', () => {
    expect(frames.map((frame) => frame.name)).to.include.members([
      'GSW_CM_ReqLoadCampaign/auto-completion', 'GSW_CM_EvCampaignLoaded/answer', 'GSW_CM_EvDialingStopped/completion',
      'EventUserEvent/campaign-stopped', 'EventUserEvent/campaign-unloaded', 'GSW_CM_ReqLoadCampaign/auto-completion-masked',
      'GSW_CM_ReqGetCampaignStatus/every-type', 'GSW_CM_ReqLoadCampaign/published-excerpt',
    ]);
  });

  for (const { name, bytes, head, message, trace, maskedTrace } of frames) {
    describe(name, () => {
      it('reads', () => {
        expect(ocm1.decode(bytes, message.dialect, DEFAULT_LIMITS)).to.deep.equal(message);
      });

      it('reads by the grammar', () => {
        expect(parseFrameWithGrammar(bytes)).to.deep.equal(message);
      });

      it('writes', () => {
        expect(Uint8Array.from(ocm1.encode(message))).to.deep.equal(bytes);
      });

      if (trace !== undefined) {
        it('shows, and its trace reads back', () => {
          expect(`${describeEntry(head, message, { showValues: true })}\n`).to.equal(trace);
          expect(parseTrace(trace)).to.deep.equal([withSecretsMasked(message)]);
        });
      }

      if (maskedTrace !== undefined) {
        it('shows masked', () => {
          expect(`${describeEntry(head, message, { showValues: false })}\n`).to.equal(maskedTrace);
        });
      }
    });
  }
});

describe('the published trace excerpt', () => {
  const folded = readText('GSW_CM_ReqLoadCampaign/published-excerpt.folded.trace') ?? '';
  const masked = frameNamed('GSW_CM_ReqLoadCampaign/auto-completion-masked');
  const revealed = frameNamed('GSW_CM_ReqLoadCampaign/auto-completion');
  const [message] = parseTrace(folded);
  if (message === undefined) throw new Error('the excerpt holds no message');

  it('reads back as the one request, its value masked', () => {
    expect(parseTrace(folded)).to.deep.equal([masked.message]);
    expect(Uint8Array.from(ocm1.encode(message))).to.deep.equal(masked.bytes);
  });

  it('is the request with the flag once the value is revealed', () => {
    const flagged = reveal(message, 'GSW_AUTO_COMPLETION', { type: 'int', value: 1 });
    expect(Uint8Array.from(ocm1.encode(flagged))).to.deep.equal(revealed.bytes);
    expect(Uint8Array.from(ocm1.encode(flagged))).to.deep.equal(bytesOf(`
      00 00 00 3e 43 01 00 07 00 04 00 01 01 00 00 00 0a 00 03 01 00 00 00 65 00 04 01 00 00 02 dc 00
      0a 04 00 00 00 1c 00 01 00 13 47 53 57 5f 41 55 54 4f 5f 43 4f 4d 50 4c 45 54 49 4f 4e 01 00 00 00 01`));
  });

  it('is what the request looks like, padded', () => {
    expect(describeEntry(revealed.head, revealed.message, { showValues: false })).to.equal([
      '23:57:57.891 OCMClient[9]::message received',
      '\tGSW_CM_MessageType              7 [GSW_CM_ReqLoadCampaign]',
      '\tGSW_CM_AttrReferenceID          10',
      '\tGSW_CM_AttrCampaignID           101',
      '\tGSW_CM_AttrGroupID              732',
      '\tGSW_CM_AttrProperties',
      "\t\t'GSW_AUTO_COMPLETION' '****'",
    ].join('\n'));
  });
});
