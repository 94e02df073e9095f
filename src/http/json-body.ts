import { LosslessNumber, parse } from 'lossless-json';
import { HttpFault } from './fault.js';
import { BODY_DEPTH } from './limits.js';

/**
 * JSON whose numbers keep their kind: an integer that fits an int32 is a number, a larger one that
 * fits an int64 a bigint, and everything else (1.0, 1e3, 2^80) a LosslessNumber with its text, so that
 * 1.0 does not pass for 1. Empty text is undefined. Throws HttpFault (InvalidParameter).
 */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  if (isDeeperThan(text, BODY_DEPTH)) {
    throw new HttpFault('InvalidParameter', `body: found lists or objects nested more than ${BODY_DEPTH} deep, expected fewer`);
  }
  try {
    return parse(text, undefined, parseNumber);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpFault('InvalidParameter', `body: expected JSON: ${error.message}`);
  }
}

const INTEGER = /^-?\d{1,19}$/;

function parseNumber(text: string): number | bigint | LosslessNumber {
  if (!INTEGER.test(text)) return new LosslessNumber(text);
  const exact = BigInt(text);
  if (BigInt.asIntN(32, exact) === exact) return Number(exact);
  return BigInt.asIntN(64, exact) === exact ? exact : new LosslessNumber(text);
}

/** The parser recurses: a megabyte of brackets would exhaust its stack. */
function isDeeperThan(text: string, levels: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}
