import { Parser } from 'binary-parser/dist/binary_parser.js';

import { MAX_LIST_DEPTH } from '../codec/layout.js';
import type { Attribute, Dialect, Message } from '../codec/message.js';
import { MASKED } from '../codec/value.js';
import type { Value } from '../codec/value.js';
import { DEFAULT_LIMITS } from '../profile/limits.js';
import type { FrameLimits } from '../profile/profile.js';
import { Conformance } from './conformance.js';
import { header, parseHeader } from './header.js';
import { ValueGrammar } from './value-grammar.js';
import type { ValueNode } from './value-grammar.js';

interface FrameNode {
  readonly attributes: readonly { readonly id: number; readonly value: ValueNode }[];
}

const checks = new Conformance();
const values = new ValueGrammar(checks);
const grammars = new Map<number, Parser>();

/** The grammar of a whole frame whose lists nest at most `listDepth` deep. */
function frameGrammar(listDepth: number): Parser {
  const known = grammars.get(listDepth);
  if (known !== undefined) return known;
  const attribute = new Parser()
    .saveOffset('at', {
      formatter(at: number) {
        checks.endAttribute();
        checks.fits(at, 2);
        return at;
      },
    })
    .uint16('id', {
      formatter(id: number) {
        checks.beginAttribute(id);
        return id;
      },
    })
    .nest('value', { type: values.value(listDepth) });
  const frame = new Parser()
    .nest('header', { type: header })
    .array('attributes', { length: 'header.attributeCount', type: attribute })
    .saveOffset('end', {
      formatter(end: number) {
        checks.endAttribute();
        checks.leave(end);
        return end;
      },
    });
  grammars.set(listDepth, frame);
  return frame;
}

/**
 * Reads one whole frame by the declared grammar: what the `decode` command uses, and the oracle that
 * the tests hold the checked reader against. It answers the same message, or throws ProtocolError
 * with the same code, offset, message type and attribute. `dialect` is the one that is expected;
 * without it both are taken.
 */
export function parseFrameWithGrammar(frame: Uint8Array, dialect?: Dialect, limits: FrameLimits = DEFAULT_LIMITS): Message {
  const { dialect: spoken, messageType, attributeCount } = parseHeader(frame, dialect, limits);
  checks.begin(messageType, frame.length, limits.entries - attributeCount);
  const tree = frameGrammar(Math.min(limits.listDepth, MAX_LIST_DEPTH)).parse(frame) as FrameNode;
  const attributes = tree.attributes.map(({ id, value }): Attribute => ({ id, value: toValue(value) }));
  return { dialect: spoken, type: messageType, attributes };
}

function toValue({ tag, payload }: ValueNode): Value {
  const { number = 0, long = 0n, text = '', bytes = new Uint8Array(), pairs = [] } = payload;
  switch (tag) {
    case 0:
      return MASKED;
    case 1:
      return { type: 'int', value: number };
    case 2:
      return { type: 'string', value: text };
    case 3:
      return { type: 'binary', value: bytes };
    case 4:
      return { type: 'kvlist', value: pairs.map((pair) => ({ key: pair.key, value: toValue(pair.value) })) };
    case 5:
      return { type: 'wstring', value: text };
    case 6:
      return { type: 'long', value: long };
    default:
      return { type: 'float', value: number };
  }
}
