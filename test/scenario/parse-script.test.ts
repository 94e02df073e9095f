import { expect } from 'chai';
import { checkScript, parseScript, ScriptError } from '../../src/scenario/index.js';
import type { Role } from '../../src/scenario/index.js';

function faultOf(text: string, role?: Role): string {
  try {
    const script = parseScript(text);
    if (role !== undefined) checkScript(script, role);
    return 'none';
  } catch (error) {
    expect(error).to.be.instanceOf(ScriptError);
    return String(error);
  }
}

const script = (...lines: string[]): string => ['connection sup direct', 'connection ada tevents', ...lines].join('\n');

describe('scenario/parse-script', () => {
  it('reads every kind of step and value', () => {
    const { steps } = parseScript(
      script(
        '  # a comment alone',
        'sup > GSW_CM_ReqGetCampaignStatus   # and one behind',
        '\tGSW_CM_AttrReferenceID          10',
        "    GSW_CM_AttrClientName 'a # b\\''",
        '    99 0x00ff',
        '    GSW_CM_AttrProperties',
        "        'L'",
        "            'i' -2",
        "            'wide' L'Ж'   # é",
        "        'long' 5L",
        "        'any' *",
        "        'x' $x=7",
        '',
        'sup<27',
        'repeat 2',
        '    ada silent',
        '    repeat 3',
        '        ada ends',
        '    end',
        'end',
        'ada closed',
      ),
    );
    expect(steps.map((step) => [step.line, step.kind])).to.deep.equal([[1, 'connect'], [2, 'connect'], [4, 'message'], [16, 'message'], [17, 'repeat'], [23, 'end']]);
    const [, , sent, expected, repeat, closed] = steps;
    expect(sent).to.deep.include({ connection: 'sup', direction: 'toGateway', dialect: 'GSW_CM', type: 12, text: 'sup > GSW_CM_ReqGetCampaignStatus   # and one behind' });
    expect(sent).to.have.property('attributes').that.deep.equals([
      { line: 5, id: 1, name: 'GSW_CM_AttrReferenceID', pattern: { kind: 'value', value: { type: 'int', value: 10 } } },
      { line: 6, id: 15, name: 'GSW_CM_AttrClientName', pattern: { kind: 'value', value: { type: 'string', value: "a # b'" } } },
      { line: 7, id: 99, name: '99', pattern: { kind: 'value', value: { type: 'binary', value: Uint8Array.of(0, 255) } } },
      {
        line: 8, id: 10, name: 'GSW_CM_AttrProperties',
        pattern: {
          kind: 'list',
          pairs: [
            {
              line: 9, key: 'L',
              pattern: {
                kind: 'list',
                pairs: [
                  { line: 10, key: 'i', pattern: { kind: 'value', value: { type: 'int', value: -2 } } },
                  { line: 11, key: 'wide', pattern: { kind: 'value', value: { type: 'wstring', value: 'Ж' } } },
                ],
              },
            },
            { line: 12, key: 'long', pattern: { kind: 'value', value: { type: 'long', value: 5n } } },
            { line: 13, key: 'any', pattern: { kind: 'any', example: undefined } },
            { line: 14, key: 'x', pattern: { kind: 'variable', name: 'x', example: { type: 'int', value: 7 } } },
          ],
        },
      },
    ]);
    expect(expected).to.deep.include({ direction: 'toClient', type: 27, attributes: [] });
    expect(repeat).to.have.property('count', 2);
    expect(repeat).to.have.nested.property('steps[1].count', 3);
    expect(repeat).to.have.nested.property('steps[1].steps[0].direction', 'toGateway');
    expect(closed).to.have.property('direction', 'toClient');
  });

  const faults: readonly (readonly [what: string, lines: readonly string[], fault: string])[] = [
    ['an unknown listener', ['connection eve http'], 'line 3: http is no listener'],
    ['a bad name', ['connection 7up direct'], 'line 3: 7up is no name'],
    ['a connection that is not there', ['eve > RequestAgentLogin'], 'line 3: there is no connection eve above'],
    ['a connection that is not there, silent', ['eve silent'], 'line 3: there is no connection eve above'],
    ['an unknown message', ['ada > RequestCoffee'], 'line 3: RequestCoffee is no message'],
    ['a message of the other dialect', ['ada > GSW_CM_ReqLoadCampaign'], 'line 3: GSW_CM_ReqLoadCampaign is no message'],
    ['a type out of range', ['ada > 65536'], 'line 3: 65536 is no message'],
    ['an unknown attribute', ['ada > 8', '  AttributeCoffee 1'], 'line 4: AttributeCoffee is no attribute'],
    ['an attribute of the other dialect', ['ada > 8', '  GSW_CM_AttrGroupID 1'], 'line 4: GSW_CM_AttrGroupID is no attribute'],
    ['an id out of range', ['ada > 8', '  65536 1'], 'line 4: 65536 is no attribute'],
    ['an attribute without a message', ['AttributeThisDN 1'], 'line 3: AttributeThisDN stands below no message'],
    ['an attribute behind a statement', ['ada > 8', 'ada silent', '  AttributeThisDN 1'], 'line 5: AttributeThisDN stands below no message'],
    ['a pair without a list', ['ada > 8', "  'key' 1"], 'line 4: a pair stands below no attribute'],
    ['a pair behind an attribute with a value', ['ada > 8', '  AttributeUserData', "    'a' 1", '  AttributeThisDN 1', "    'b' 1"], 'line 7: a pair stands below no attribute'],
    ['an empty key', ['ada > 8', '  AttributeUserData', "    '' 1"], 'line 5: a key is not empty'],
    ['a bad escape in a key', ['ada > 8', '  AttributeUserData', "    '\\q' 1"], 'line 5: the key has an escape'],
    ['a list without pairs', ['ada > 8', '  AttributeUserData', '', 'ada silent'], 'line 4: needs pairs below it'],
    ['a list without pairs at the end', ['ada > 8', '  AttributeUserData'], 'line 4: needs pairs below it'],
    ['a nested list without pairs', ['ada > 8', '  AttributeUserData', "    'a'", "    'b' 1"], 'line 5: needs pairs below it'],
    ['a pair between two lists', ['ada > 8', '  AttributeUserData', "    'a'", "        'b' 1", "      'c' 1"], 'line 7: is indented like no pair above it'],
    ['a pair further in than its list', ['ada > 8', '  AttributeUserData', "    'a' 1", "      'c' 1"], 'line 6: is indented like no pair above it'],
    ['no value', ['ada > 8', '  AttributeThisDN 7001x'], 'line 4: 7001x is no value'],
    ['a number out of range', ['ada > 8', '  AttributeThisDN 4294967296'], 'line 4: 4294967296 is no value'],
    ['a bad example', ['ada > 8', '  AttributeThisDN $dn=oops'], 'line 4: $dn=oops is no value'],
    ['a statement that is none', ['ada shouts'], 'line 3: is none of'],
    ['repeat 0', ['repeat 0', 'end'], 'line 3: repeat 0'],
    ['repeat without end', ['repeat 2', 'ada silent'], 'line 3: repeat has no end'],
    ['end without repeat', ['ada silent', 'end'], 'line 4: end has no repeat'],
  ];
  for (const [what, lines, fault] of faults) {
    it(`names the line of ${what}`, () => {
      expect(faultOf(script(...lines))).to.contain(fault);
    });
  }
});

describe('scenario/check-script', () => {
  const sends = (value: string): string => script('ada > 8', `  AttributeThisDN ${value}`);
  const captures = script('ada < 53', '  AttributeThisDN $dn', 'ada > 8', '  AttributeThisDN $dn');

  it('wants a value for all that is sent in the role that is played', () => {
    expect(faultOf(sends('*'), 'client')).to.contain('line 4: * has no value that could be sent; *=VALUE gives one');
    expect(faultOf(sends('$dn'), 'client')).to.contain('line 4: $dn has no value');
    expect(faultOf(sends('*'), 'gateway')).to.equal('none');
    expect(faultOf(sends("$dn='7001'"), 'client')).to.equal('none');
    expect(faultOf(captures, 'client')).to.equal('none');
    expect(faultOf(captures, 'gateway')).to.contain('line 4: $dn has no value');
  });

  it('looks into lists, and knows that what a block captures is forgotten behind it', () => {
    expect(faultOf(script('ada > 48', '  AttributeUserData', "    'a'", "      'b' $x"), 'client')).to.contain('line 6: $x');
    const block = ['repeat 2', 'ada < 96', '  AttributeUserData', "    'a'", "      'b' $x", 'ada > 48', '  AttributeThisDN $x', 'end'];
    expect(faultOf(script(...block), 'client')).to.equal('none');
    expect(faultOf(script(...block, 'ada > 48', '  AttributeThisDN $x'), 'client')).to.contain('line 12: $x');
  });
});
