import { expect } from 'chai';
import * as fc from 'fast-check';
import { int, long, string, wstring } from '../../../protocol/index.js';
import { LineError, parseCommandLine } from '../../../src/cli/desk/command-line.js';

describe('a line of the desktop', () => {
  const CASES: readonly (readonly [line: string, parsed: ReturnType<typeof parseCommandLine>])[] = [
    ['', { command: '', words: [], pairs: [] }],
    ['  take  ', { command: 'take', words: [], pairs: [] }],
    ['done Busy', { command: 'done', words: ['Busy'], pairs: [] }],
    ['a b "c d" \'e  f\'', { command: 'a', words: ['b', 'c d', 'e  f'], pairs: [] }],
    ['a k=v', { command: 'a', words: [], pairs: [{ key: 'k', value: string('v') }] }],
    ['a k=007 k=', { command: 'a', words: [], pairs: [{ key: 'k', value: string('007') }, { key: 'k', value: string('') }] }],
    ['a k="x \\"y\\" z" w', { command: 'a', words: ['w'], pairs: [{ key: 'k', value: string('x "y" z') }] }],
    ["a k='x=y' l=u=v", { command: 'a', words: [], pairs: [{ key: 'k', value: string('x=y') }, { key: 'l', value: string('u=v') }] }],
    ['a at="12/24/2026 18:30"', { command: 'a', words: [], pairs: [{ key: 'at', value: string('12/24/2026 18:30') }] }],
    [
      "a i:=5 l:=5L t:='5' w:=L'x y' f:=0.5",
      {
        command: 'a',
        words: [],
        pairs: [
          { key: 'i', value: int(5) },
          { key: 'l', value: long(5n) },
          { key: 't', value: string('5') },
          { key: 'w', value: wstring('x y') },
          { key: 'f', value: { type: 'float', value: 0.5 } },
        ],
      },
    ],
    ['a 18:30 =x', { command: 'a', words: ['18:30', '=x'], pairs: [] }],
  ];
  for (const [line, parsed] of CASES) {
    it(JSON.stringify(line), () => {
      expect(parseCommandLine(line)).to.deep.equal(parsed);
    });
  }

  for (const line of ['a "b', "a k='x", 'a k:=x', 'a k:=', 'a k:=99999999999']) {
    it(`refuses ${JSON.stringify(line)}`, () => {
      expect(() => parseCommandLine(line)).to.throw(LineError);
    });
  }

  it('takes any text in quotes as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
        const { words, pairs } = parseCommandLine(`a k=${quoted} ${quoted}x`);
        expect(words).to.deep.equal([`${text}x`]);
        expect(pairs).to.deep.equal([{ key: 'k', value: string(text) }]);
      }),
    );
  });
});
