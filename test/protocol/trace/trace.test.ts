import { expect } from 'chai';
import * as fc from 'fast-check';

import {
  binary, describeEntry, describeHttpEntry, describeMessage, findAttribute, float, int, kvlist, long, MASKED, ocm1, parseLiteral, parseTrace,
  reveal, string, wstring,
} from '../../../protocol/index.js';
import type { EntryHead, Message, Value } from '../../../protocol/index.js';
import { anyMessage, dictionaryMessage } from '../support/arbitraries.js';
import { frameNamed } from '../support/fixtures.js';

const SHOWN = { showValues: true };
const HIDDEN = { showValues: false };
const head: EntryHead = { time: '23:57:57.891', connection: 9, direction: 'received' };

const properties = (value: Value): Message => ({ dialect: 'GSW_CM', type: 7, attributes: [{ id: 10, value: kvlist([{ key: 'k', value }]) }] });
const isSecret = (message: Message, id: number): boolean => findAttribute(message.dialect, id)?.secret === true;
const withoutSecrets = (message: Message): Message =>
  ({ ...message, attributes: message.attributes.filter(({ id }) => !isSecret(message, id)) });

/** How many lines a list takes, counted from the values alone. */
function linesOf(value: Value): number {
  return value.type === 'kvlist' ? value.value.reduce((sum, pair) => sum + 1 + linesOf(pair.value), 0) : 0;
}

describe('a trace entry', () => {
  it('says who sent what over which connection', () => {
    const { message } = frameNamed('EventUserEvent/campaign-stopped');
    const first = describeEntry({ time: '01:02:03.004', connection: 12, direction: 'sent' }, message, HIDDEN).split('\n')[0];
    expect(first).to.equal('01:02:03.004 TServerClient[12]::message sent');
    expect(describeEntry(head, properties(int(1)), HIDDEN).split('\n')[0]).to.equal('23:57:57.891 OCMClient[9]::message received');
  });

  it('reads back to the same bytes with values shown, whatever was sent', () => {
    fc.assert(fc.property(fc.oneof(anyMessage, dictionaryMessage), (sent) => {
      const message = withoutSecrets(sent);
      const [read] = parseTrace(describeEntry(head, message, SHOWN));
      expect(read).to.deep.equal(message);
      if (read !== undefined) expect(Buffer.compare(ocm1.encode(read), ocm1.encode(message))).to.equal(0);
    }), { numRuns: 400 });
  });

  it('reads back after its tabs have become blanks', () => {
    fc.assert(fc.property(dictionaryMessage, (sent) => {
      const message = withoutSecrets(sent);
      expect(parseTrace(describeEntry(head, message, SHOWN).replaceAll('\t', '    '))).to.deep.equal([message]);
    }), { numRuns: 100 });
  });

  it('has exactly the lines of its structure, each of them indented: no value can forge one', () => {
    fc.assert(fc.property(anyMessage, fc.boolean(), (message, showValues) => {
      const text = describeEntry(head, message, { showValues });
      const lines = text.split(/[\n\r\u0085\u2028\u2029\v\f]/);
      const shown = message.attributes.filter(({ id }) => !isSecret(message, id));
      expect(lines).to.have.length(2 + message.attributes.length + shown.reduce((sum, { value }) => sum + linesOf(value), 0));
      for (const line of lines.slice(1)) expect(line[0]).to.equal('\t');
      // Nothing that would move the cursor, or turn the direction of the text.
      expect(text.replaceAll(/[\n\t]/g, '')).to.not.match(/[\p{Bidi_Control}\p{Cc}]/u);
    }), { numRuns: 300 });
  });

  it('never ends a line in a blank', () => {
    fc.assert(fc.property(dictionaryMessage, (message) => {
      for (const line of describeMessage(message, SHOWN)) expect(line).to.not.match(/\s$/);
    }));
  });
});

describe('values in a trace', () => {
  const forms: readonly [value: Value, text: string][] = [
    [int(5), '5'], [int(-5), '-5'], [long(5n), '5L'], [float(5), '5.0'], [float(-0), '-0.0'], [float(0), '0.0'], [float(1e21), '1e+21'],
    [float(1.5e-7), '1.5e-7'], [float(Number.NaN), 'NaN'], [float(Infinity), 'Infinity'], [float(-Infinity), '-Infinity'],
    [string('5'), "'5'"], [string(''), "''"], [wstring('5'), "L'5'"], [binary(Uint8Array.of(0, 255)), '0x00ff'],
    [binary(new Uint8Array()), '0x'], [MASKED, "'****'"], [string('****'), "'\\x2a***'"], [wstring('****'), "L'****'"], [kvlist([]), '{}'],
    [string("it's \\"), "'it\\'s \\\\'"], [string('\n\r\t\0\x9f'), "'\\n\\r\\t\\x00\\x9f'"], [string('\u2028\u202e\ufeff'), "'\\u2028\\u202e\\ufeff'"],
    [string('Ж 😀'), "'Ж 😀'"],
  ];

  for (const [value, text] of forms) {
    it(`${text} stands for its type and value alone`, () => {
      expect(describeMessage(properties(value), SHOWN).at(-1)).to.equal(`\t\t'k' ${text}`);
      expect(parseLiteral(text)).to.deep.equal(value);
    });
  }

  it('are nothing else', () => {
    for (const text of ['', '5 ', '05x', '2147483648', '9223372036854775808L', "'", "'a", "'a'b'", "'\\q'", "'\\x4'", 'L', '0xf', '0xgg', '1.', '.5', 'true', '{', "' '' '"]) {
      expect(parseLiteral(text), text).to.equal(undefined);
    }
  });
});

describe('masking', () => {
  const userData = kvlist([
    { key: 'GSW_AGENT_REQ_TYPE', value: string('RecordProcessed') },
    { key: 'GSW_RECORD_HANDLE', value: int(41) },
    { key: 'GSW_PHONE', value: string('5551234') },
    { key: 'more', value: kvlist([{ key: 'GSW_REFERENCE_ID', value: int(7) }, { key: 'name', value: string('Ada') }]) },
  ]);

  it('withholds every property of a GSW_CM message', () => {
    expect(describeMessage({ dialect: 'GSW_CM', type: 7, attributes: [{ id: 10, value: userData }] }, HIDDEN).slice(2)).to.deep.equal([
      "\t\t'GSW_AGENT_REQ_TYPE' '****'", "\t\t'GSW_RECORD_HANDLE' '****'", "\t\t'GSW_PHONE' '****'", "\t\t'more'",
      "\t\t\t'GSW_REFERENCE_ID' '****'", "\t\t\t'name' '****'",
    ]);
  });

  it('shows of a T message what it asks and for which record', () => {
    expect(describeMessage({ dialect: 'T', type: 48, attributes: [{ id: 3, value: userData }] }, HIDDEN).slice(2)).to.deep.equal([
      "\t\t'GSW_AGENT_REQ_TYPE' 'RecordProcessed'", "\t\t'GSW_RECORD_HANDLE' 41", "\t\t'GSW_PHONE' '****'", "\t\t'more'",
      "\t\t\t'GSW_REFERENCE_ID' 7", "\t\t\t'name' '****'",
    ]);
  });

  it('withholds secret attributes whatever the listener shows, of any type', () => {
    for (const value of [string('swordfish'), wstring('swordfish'), kvlist([{ key: 'swordfish', value: string('swordfish') }])]) {
      for (const [dialect, id] of [['GSW_CM', 16], ['GSW_CM', 18], ['T', 8], ['T', 10]] as const) {
        const lines = describeMessage({ dialect, type: 8, attributes: [{ id, value }] }, SHOWN);
        expect(lines.join('\n')).to.not.contain('swordfish');
        expect(lines.at(-1)).to.match(/Password +'\*\*\*\*'$/);
      }
    }
  });
});

describe('the native family of HTTP in a trace', () => {
  const list = [
    { key: 'GSW_AGENT_REQ_TYPE', value: string('StartDialing') }, { key: 'GSW_DIAL_MODE', value: int(2) },
    { key: 'other', value: kvlist([{ key: 'x\ny', value: float(1) }]) },
  ];

  it('quotes key and value of every line', () => {
    expect(describeHttpEntry(head, list, SHOWN)).to.equal([
      '23:57:57.891 HTTPProxyClient[9]::message received', "\t'GSW_AGENT_REQ_TYPE' 'StartDialing'", "\t'GSW_DIAL_MODE' '2'", "\t'other'",
      "\t\t'x\\ny' '1'",
    ].join('\n'));
  });

  it('is masked as user data is', () => {
    expect(describeHttpEntry(head, list, HIDDEN).split('\n').slice(1, 3)).to.deep.equal([
      "\t'GSW_AGENT_REQ_TYPE' 'StartDialing'", "\t'GSW_DIAL_MODE' '****'",
    ]);
  });
});

describe('reveal', () => {
  const masked = frameNamed('GSW_CM_ReqGetCampaignStatus/every-type').message;

  it('puts the value in the place of every masked one of that key, at any depth', () => {
    expect(describeMessage(reveal(masked, 'm', int(1)), SHOWN).at(-1)).to.equal("\t\t\t'm' 1");
  });

  it('changes nothing else', () => {
    expect(reveal(masked, 'i', int(1))).to.deep.equal(masked);
    expect(reveal(masked, 'L', int(1))).to.deep.equal(masked);
  });

  it('takes the name of a secret attribute', () => {
    const login = frameNamed('RequestAgentLogin/with-password');
    const [read] = parseTrace(login.trace ?? '');
    if (read === undefined) throw new Error('no message');
    expect(Uint8Array.from(ocm1.encode(reveal(read, 'AttributeAgentPassword', string('swordfish'))))).to.deep.equal(login.bytes);
  });
});
