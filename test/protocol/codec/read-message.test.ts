import { expect } from 'chai';
import * as fc from 'fast-check';

import { findMessage, makeMessage, MASKED, ocm1, readAttribute, readMessage, referenceIdOf } from '../../../protocol/index.js';
import type { Attribute, Dialect, Message, Value } from '../../../protocol/index.js';
import { dictionaryMessage } from '../support/arbitraries.js';
import { frameNamed } from '../support/fixtures.js';

const int = (id: number, value: number): Attribute => ({ id, value: { type: 'int', value } });
const of = (id: number, value: Value): Attribute => ({ id, value });
const message = (type: number, attributes: Attribute[], dialect: Dialect = 'GSW_CM'): Message => ({ dialect, type, attributes });

describe('readMessage', () => {
  it('gives the attributes by name', () => {
    const read = readMessage(frameNamed('GSW_CM_ReqLoadCampaign/auto-completion').message);
    if (read.kind === 'wrong' || read.name !== 'GSW_CM_ReqLoadCampaign') throw new Error('not what was sent');
    expect(read.attributes).to.deep.equal({
      GSW_CM_AttrReferenceID: 10,
      GSW_CM_AttrCampaignID: 101,
      GSW_CM_AttrGroupID: 732,
      GSW_CM_AttrProperties: [{ key: 'GSW_AUTO_COMPLETION', value: { type: 'int', value: 1 } }],
    });
  });

  it('takes every message of the dictionary, its attributes in any order', () => {
    fc.assert(fc.property(dictionaryMessage, (sent) => {
      const read = readMessage({ ...sent, attributes: sent.attributes.toReversed() });
      expect(read).to.include({ kind: 'message', name: findMessage(sent.dialect, sent.type)?.name });
    }));
  });

  it('misses any required attribute by name', () => {
    fc.assert(fc.property(dictionaryMessage, fc.nat(), (sent, pick) => {
      const required = sent.attributes.filter(({ id }) => findMessage(sent.dialect, sent.type)?.requiredIds.has(id) === true);
      const left = required[pick % Math.max(1, required.length)];
      fc.pre(left !== undefined);
      const read = readMessage({ ...sent, attributes: sent.attributes.filter(({ id }) => id !== left.id) });
      expect(read).to.include({ kind: 'wrong', reason: 'MissingAttribute' });
    }));
  });

  it('refuses an unknown message type, and keeps the reference', () => {
    const sent = message(34, [int(1, 77)]);
    expect(readMessage(sent)).to.deep.equal({
      message: sent, kind: 'wrong', reason: 'UnknownMessage', dialect: 'GSW_CM', type: 34, referenceId: 77, what: 'Unknown message type 34',
    });
  });

  it('names a required attribute that is missing', () => {
    const sent = message(6, [int(1, 5)]);
    expect(readMessage(sent)).to.deep.equal({
      message: sent, kind: 'wrong', reason: 'MissingAttribute', dialect: 'GSW_CM', type: 6, name: 'GSW_CM_ReqRegisterClient',
      attribute: 'GSW_CM_AttrClientName', referenceId: 5, what: 'GSW_CM_AttrClientName is missing in GSW_CM_ReqRegisterClient',
    });
    expect(readMessage(message(7, []))).to.include({ reason: 'MissingAttribute', attribute: 'GSW_CM_AttrReferenceID' }).and.not.have.property('referenceId');
  });

  it('leaves the rest of what is wrong to be read, by name', () => {
    const sent = message(7, [int(1, 5), of(3, { type: 'string', value: '101' }), int(4, 732), int(4, 9), of(10, { type: 'masked' })]);
    expect(readMessage(sent)).to.include({ kind: 'wrong', message: sent });
    expect(readAttribute(sent, 'GSW_CM_AttrGroupID')).to.equal(732);
    for (const name of ['GSW_CM_AttrCampaignID', 'GSW_CM_AttrSessionID', 'GSW_CM_AttrProperties'] as const) expect(readAttribute(sent, name), name).to.equal(undefined);
  });

  it('names an attribute of another type', () => {
    expect(readMessage(message(7, [int(1, 5), of(3, { type: 'string', value: '101' })]))).to.include({
      reason: 'WrongType', attribute: 'GSW_CM_AttrCampaignID', referenceId: 5,
      what: 'GSW_CM_AttrCampaignID is of type string where int is wanted',
    });
    expect(readMessage(message(7, [of(1, { type: 'long', value: 5n })]))).to.include({ reason: 'WrongType', attribute: 'GSW_CM_AttrReferenceID' });
  });

  it('checks the type of an attribute that the message would not need', () => {
    expect(readMessage(message(7, [int(1, 5), of(6, { type: 'string', value: 'Preview' })]))).to.include({
      reason: 'WrongType', attribute: 'GSW_CM_AttrDialMode',
    });
    const read = readMessage(message(7, [int(1, 5), int(6, 3)]));
    expect(read).to.deep.include({ kind: 'message', attributes: { GSW_CM_AttrReferenceID: 5 } });
  });

  it('refuses a masked value where it would be used, and carries it inside of a list', () => {
    expect(readMessage(message(7, [int(1, 5), of(3, MASKED)]))).to.include({
      reason: 'WrongType', attribute: 'GSW_CM_AttrCampaignID', what: 'GSW_CM_AttrCampaignID is masked where int is wanted',
    });
    expect(readMessage(message(7, [int(1, 5), of(10, MASKED)]))).to.include({ reason: 'WrongType', attribute: 'GSW_CM_AttrProperties' });
    expect(readMessage(frameNamed('GSW_CM_ReqLoadCampaign/auto-completion-masked').message)).to.include({ kind: 'message' });
  });

  it('takes a wstring where a string is wanted, not the other way round', () => {
    const read = readMessage(message(0, [of(7, { type: 'wstring', value: 'Ж' })], 'T'));
    expect(read).to.deep.include({ kind: 'message', attributes: { AttributeApplicationName: 'Ж' } });
  });

  it('counts the first of a repeated attribute, whatever the second is', () => {
    const read = readMessage(message(7, [int(1, 5), int(1, 6), of(3, { type: 'int', value: 101 }), of(3, MASKED)]));
    expect(read).to.deep.include({ kind: 'message', attributes: { GSW_CM_AttrReferenceID: 5, GSW_CM_AttrCampaignID: 101 } });
    expect(readMessage(message(7, [of(1, MASKED), int(1, 6)]))).to.include({ reason: 'WrongType', attribute: 'GSW_CM_AttrReferenceID' });
  });

  it('leaves unknown attributes alone', () => {
    expect(readMessage(frameNamed('GSW_CM_ReqStartDialing/unknown-attribute').message)).to.include({ kind: 'message' });
  });
});

describe('referenceIdOf', () => {
  it('answers what an error answers to', () => {
    expect(referenceIdOf(message(34, [int(3, 1), int(1, 9), int(1, 8)]))).to.equal(9);
    expect(referenceIdOf(message(34, [of(1, { type: 'string', value: '9' })]))).to.equal(undefined);
    expect(referenceIdOf(message(34, []))).to.equal(undefined);
  });
});

describe('makeMessage', () => {
  it('writes what the golden answer is', () => {
    const golden = frameNamed('GSW_CM_EvCampaignLoaded/answer');
    const made = makeMessage('GSW_CM_EvCampaignLoaded', {
      GSW_CM_AttrScheduleScriptID: 0, GSW_CM_AttrGroupCampaignStatus: 4, GSW_CM_AttrDialMode: 0, GSW_CM_AttrSessionID: 1001,
      GSW_CM_AttrGroupID: 732, GSW_CM_AttrCampaignID: 101, GSW_CM_AttrRequestID: 10, GSW_CM_AttrOptimizeBy: undefined,
    });
    expect(Uint8Array.from(ocm1.encode(made))).to.deep.equal(golden.bytes);
  });

  it('writes what the golden request is', () => {
    const golden = frameNamed('GSW_CM_ReqLoadCampaign/auto-completion');
    expect(makeMessage('GSW_CM_ReqLoadCampaign', {
      GSW_CM_AttrProperties: [{ key: 'GSW_AUTO_COMPLETION', value: { type: 'int', value: 1 } }],
      GSW_CM_AttrGroupID: 732, GSW_CM_AttrCampaignID: 101, GSW_CM_AttrReferenceID: 10,
    })).to.deep.equal(golden.message);
  });

  it('keeps empty and zero values', () => {
    const made = makeMessage('EventUserEvent', { AttributeThisDN: '', AttributeEventSequenceNumber: 0n, AttributeReferenceID: 0, AttributeUserData: [] });
    expect(made.attributes.map((attribute) => attribute.id)).to.deep.equal([2, 4, 1, 3]);
  });
});
