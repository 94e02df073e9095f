import { expect } from 'chai';
import * as fc from 'fast-check';

import { describeEntry, int, kvlist, MASKED, parseTrace, ProtocolError, string } from '../../../protocol/index.js';
import type { Message } from '../../../protocol/index.js';
import { frameNamed, frames } from '../support/fixtures.js';
import { errorOf } from '../support/outcome.js';

const HEAD = '23:57:57.891 OCMClient[9]::message received';
const TYPE = '\tGSW_CM_MessageType              7 [GSW_CM_ReqLoadCampaign]';
const text = (...lines: string[]): string => lines.join('\n');
const load = (...attributes: Message['attributes']): Message => ({ dialect: 'GSW_CM', type: 7, attributes });

describe('reading a trace', () => {
  it('reads several entries, both ways and of both dialects', () => {
    const shown = frames.filter((frame) => frame.name.startsWith('Event') || frame.name.startsWith('GSW_CM_Ev'));
    const entries = shown.map(({ head, message }) => describeEntry(head, message, { showValues: true }));
    expect(parseTrace(entries.join('\n'))).to.deep.equal(shown.map((frame) => frame.message));
  });

  it('skips unrelated lines, blank ones, and entries of HTTP', () => {
    const read = parseTrace(text(
      '23:57:50.000 Trc 04541 Message received', "'quoted prose", '', HEAD, '', TYPE, '\tGSW_CM_AttrReferenceID          10', '',
      '23:57:57.900 Trc 52000 Campaign Group Spring@Sales has been loaded',
      'CampaignGroup(1001) (Spring@Sales): Created', '5 agents are assigned', "OCMClient[backup]::Notifying backup, record handle: 41",
      '23:57:58.000 HTTPProxyClient[3]::mesage received', "\t'GSW_AGENT_REQ_TYPE' 'CampaignLoad'", '23:57:58.100 Trc 1',
    ));
    expect(read).to.deep.equal([load({ id: 1, value: int(10) })]);
  });

  it('needs no head line, no name in brackets, and no line feed alone at line ends', () => {
    expect(parseTrace('\ufeffGSW_CM_MessageType 7\r\nGSW_CM_AttrReferenceID\u00a010\r\n')).to.deep.equal([load({ id: 1, value: int(10) })]);
  });

  it('goes by the number of a message, not by the name that a vendor prints', () => {
    const [read] = parseTrace('GSW_CM_MessageType 18 [CM_EvClientReqistred]');
    expect(read).to.include({ dialect: 'GSW_CM', type: 18 });
  });

  it('puts a nested list together by how far its lines are indented', () => {
    const nested = text(TYPE, '\tGSW_CM_AttrProperties', "  'a'", "      'b'", "        'c' 1", "      'd' 2", "  'e' 3");
    expect(parseTrace(nested)).to.deep.equal([load({
      id: 10,
      value: kvlist([
        { key: 'a', value: kvlist([{ key: 'b', value: kvlist([{ key: 'c', value: int(1) }]) }, { key: 'd', value: int(2) }]) },
        { key: 'e', value: int(3) },
      ]),
    })]);
  });

  it('reads nested lists flat where indentation is lost', () => {
    expect(parseTrace(text('GSW_CM_MessageType 7', 'GSW_CM_AttrProperties', "'a'", "'b' 1", "'c' '****'"))).to.deep.equal([load({
      id: 10, value: kvlist([{ key: 'a', value: kvlist([]) }, { key: 'b', value: int(1) }, { key: 'c', value: MASKED }]),
    })]);
  });

  it('takes an indented pair below a pair with a value for its sibling', () => {
    expect(parseTrace(text(TYPE, 'GSW_CM_AttrProperties', "'a' 1", "    'b' 2"))).to.deep.equal([load({
      id: 10, value: kvlist([{ key: 'a', value: int(1) }, { key: 'b', value: int(2) }]),
    })]);
  });

  it('takes a list whose name stands alone with nothing below it for an empty one', () => {
    expect(parseTrace(text(TYPE, '\tGSW_CM_AttrProperties', '\tGSW_CM_AttrReferenceID 1'))).to.deep.equal([
      load({ id: 10, value: kvlist([]) }, { id: 1, value: int(1) }),
    ]);
  });

  it('keeps any blank space inside of quotes', () => {
    expect(parseTrace(text(TYPE, "\tGSW_CM_AttrErrorMessage   '  a   b  '"))).to.deep.equal([load({ id: 12, value: string('  a   b  ') })]);
  });

  it('holds no message where there is none', () => {
    expect(parseTrace('')).to.deep.equal([]);
    expect(parseTrace('nothing of the kind')).to.deep.equal([]);
  });
});

describe('a bad trace', () => {
  const cases: readonly [why: string, line: number, trace: string][] = [
    ['a head line without a message', 1, text(HEAD, '23:57:58.000 Trc 1')],
    ['a head line without a message, before the next', 2, text('', HEAD, HEAD, TYPE)],
    ['a message type of another dialect than its head line', 2, text(HEAD, 'MessageType 96 [EventUserEvent]')],
    ['a message type that is no number', 2, text(HEAD, 'GSW_CM_MessageType [GSW_CM_ReqLoadCampaign]')],
    ['a message type without anything', 1, 'GSW_CM_MessageType'],
    ['a message type out of range', 1, 'MessageType 65536'],
    ['an attribute before any message', 1, 'GSW_CM_AttrReferenceID 10'],
    ['an attribute behind an unrelated line', 3, text(TYPE, '23:57:58.000 Trc 1', 'GSW_CM_AttrReferenceID 10')],
    ['a pair behind an unrelated line', 4, text(TYPE, 'GSW_CM_AttrProperties', '23:57:58.000 Trc 1', "'a' 1")],
    ['an attribute that the dialect has not', 2, text(TYPE, 'GSW_CM_AttrNonsense 10')],
    ['an attribute of the other dialect', 2, text(TYPE, "AttributeThisDN '7001'")],
    ['an attribute number out of range', 2, text(TYPE, '65536 1')],
    ['a value that is none', 2, text(TYPE, 'GSW_CM_AttrReferenceID ten')],
    ['an int out of range', 2, text(TYPE, 'GSW_CM_AttrReferenceID 2147483648')],
    ['an attribute without a value', 2, text(TYPE, 'GSW_CM_AttrReferenceID', 'GSW_CM_AttrCampaignID 101')],
    ['a last attribute without a value', 3, text(HEAD, TYPE, 'GSW_CM_AttrReferenceID')],
    ['a pair outside of a list', 3, text(TYPE, 'GSW_CM_AttrReferenceID 10', "'a' 1")],
    ['a pair whose value is none', 3, text(TYPE, 'GSW_CM_AttrProperties', "'a' 1 2")],
    ['a key with an escape that is none', 3, text(TYPE, 'GSW_CM_AttrProperties', "'\\q' 1")],
    ['a key whose quotes do not end', 3, text(TYPE, 'GSW_CM_AttrProperties', "'a 1")],
    ['a pair in curly quotes', 3, text(TYPE, 'GSW_CM_AttrProperties', '\u2018a\u2019 1')],
    ['an empty key', 3, text(TYPE, 'GSW_CM_AttrProperties', "'' 1")],
  ];

  for (const [why, line, trace] of cases) {
    it(`${why} is refused with its line`, () => {
      const error = errorOf(() => parseTrace(trace));
      expect(error).to.include({ code: 'BadTrace', offset: line });
      expect(error.message).to.match(new RegExp(`^Bad trace: .+ at line ${line}$`));
    });
  }

  it('is all that can go wrong, whatever the text', () => {
    const pieces = frames.flatMap((frame) => (frame.trace ?? '').split('\n'));
    const line = fc.oneof(fc.constantFrom(...pieces), fc.string(), fc.constantFrom(...pieces).map((piece) => piece.slice(2, -1)));
    fc.assert(fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      try {
        parseTrace(lines.join('\n'));
      } catch (error) {
        expect(error).to.be.instanceOf(ProtocolError).with.property('code', 'BadTrace');
      }
    }), { numRuns: 500 });
  });

  it('does not hide in a golden one', () => {
    expect(parseTrace(frameNamed('EventUserEvent/forged-lines').maskedTrace ?? '')).to.have.length(1);
  });
});
