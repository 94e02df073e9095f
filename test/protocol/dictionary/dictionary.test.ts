import { expect } from 'chai';

import {
  attributeId, attributesOf, findAttribute, findAttributeByName, findMessage, findMessageByName, KEY_NAMES, keys, messagesOf, messageType,
} from '../../../protocol/index.js';
import type { DialectName } from '../../../protocol/index.js';

const DIALECTS: readonly DialectName[] = ['GSW_CM', 'T'];

/** Written down once more, so that a slip in the tables shows. */
const NUMBERS: Readonly<Record<DialectName, string>> = {
  GSW_CM: '6 7 8 9 10 11 12 13 14 18 19 20 21 22 23 24 25 26 27 29 36 1000 1001',
  T: '0 3 4 8 9 10 11 48 49 50 52 53 54 60 61 64 65 73 74 75 76 96 138 1000 1001',
};

/** Where a T attribute stands in a frame. */
const rank = (id: number): number => ({ 2: -2, 4: -1, 3: 1000 })[id] ?? id;

describe('the dictionaries', () => {
  for (const dialect of DIALECTS) {
    describe(dialect, () => {
      const messages = messagesOf(dialect);
      const attributes = attributesOf(dialect);

      it('have the published messages and no other', () => {
        expect(messages.map((message) => message.type).join(' ')).to.equal(NUMBERS[dialect]);
      });

      it('number their attributes from 1 without a gap', () => {
        expect(attributes.map((attribute) => attribute.id)).to.deep.equal(attributes.map((_, index) => index + 1));
      });

      it('have every name once, and find it by number and by name', () => {
        expect(new Set([...messages, ...attributes].map((row) => row.name)).size).to.equal(messages.length + attributes.length);
        for (const message of messages) {
          expect(findMessage(dialect, message.type)).to.equal(message);
          expect(findMessageByName(message.name)).to.equal(message);
          expect(messageType(message.name)).to.equal(message.type);
          expect(message.dialect).to.equal(dialect);
        }
        for (const attribute of attributes) {
          expect(findAttribute(dialect, attribute.id)).to.equal(attribute);
          expect(findAttributeByName(attribute.name)).to.equal(attribute);
          expect(attributeId(attribute.name)).to.equal(attribute.id);
        }
      });

      it('require only what may be carried, and carry nothing twice', () => {
        for (const message of messages) {
          expect(message.carries, message.name).to.include.members([...message.required]);
          expect(new Set(message.carries).size, message.name).to.equal(message.carries.length);
          expect(message.attributes.map((attribute) => attribute.name), message.name).to.deep.equal(message.carries);
        }
      });

      it('know which side sends a message by its name', () => {
        for (const message of messages) {
          const expected = message.name.endsWith('Heartbeat') ? 'either' : /^(GSW_CM_Ev|Event)/.test(message.name) ? 'event' : 'request';
          expect(message.direction, message.name).to.equal(expected);
        }
      });

      it('answer undefined for what they do not have', () => {
        expect(findMessage(dialect, 34)).to.equal(undefined);
        expect(findAttribute(dialect, 0)).to.equal(undefined);
        expect(findAttribute(dialect, 99)).to.equal(undefined);
        expect(findMessageByName('toString')).to.equal(undefined);
        expect(findAttributeByName('constructor')).to.equal(undefined);
      });
    });
  }

  it('write GSW_CM attributes in the order of their table', () => {
    for (const message of messagesOf('GSW_CM')) {
      const ids = message.attributes.map((attribute) => attribute.id);
      expect(ids, message.name).to.deep.equal(ids.toSorted((a, b) => a - b));
    }
  });

  it('write T attributes in the order of their table, but ThisDN and EventSequenceNumber first and UserData last', () => {
    for (const message of messagesOf('T')) {
      const ids = message.attributes.map((attribute) => attribute.id);
      expect(ids, message.name).to.deep.equal(ids.toSorted((a, b) => rank(a) - rank(b)));
    }
  });

  it('require a ReferenceID of every GSW_CM request, and of the heartbeat\'s answer none', () => {
    for (const message of messagesOf('GSW_CM')) {
      expect(message.requiredIds.has(1), message.name).to.equal(message.direction === 'request' || message.type === 1000);
    }
  });

  it('require a RequestID of every GSW_CM event', () => {
    for (const message of messagesOf('GSW_CM')) {
      expect(message.requiredIds.has(2), message.name).to.equal(message.direction === 'event' || message.type === 1001);
    }
  });

  it('mark exactly the passwords as secret', () => {
    const secret = DIALECTS.flatMap((dialect) => attributesOf(dialect)).filter((attribute) => attribute.secret === true);
    expect(secret.map((attribute) => attribute.name)).to.deep.equal([
      'GSW_CM_AttrClientPassword', 'GSW_CM_AttrUserPassword', 'AttributeApplicationPassword', 'AttributeAgentPassword',
    ]);
  });
});

describe('the keys', () => {
  it('are spelled as they are named, once each', () => {
    expect(new Set(KEY_NAMES).size).to.equal(KEY_NAMES.length);
    for (const name of KEY_NAMES) expect(keys[name]).to.equal(name);
  });
});
