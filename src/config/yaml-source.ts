import { LineCounter, isMap, isNode, isPair, parseDocument } from 'yaml';
import type { Document, ErrorCode } from 'yaml';
import { ConfigProblem } from './config-error.js';
import type { Path } from './config-error.js';

export interface YamlSource {
  readonly root: unknown;
  /** The line, from 1, of a key or of the nearest one above it that is in the file. */
  lineOf(path: Path): number | undefined;
}

function offsetOf(document: Document, path: Path): number | undefined {
  const parent = path.length === 0 ? document.contents : document.getIn(path.slice(0, -1), true);
  const key = path.at(-1);
  if (isMap(parent) && key !== undefined) {
    const pair = parent.items.find((item) => isPair(item) && isNode(item.key) && item.key.toJSON() === key);
    return pair !== undefined && isNode(pair.key) ? pair.key.range?.[0] : undefined;
  }
  const node = path.length === 0 ? parent : document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

/** In place of messages that quote the file in their middle. */
const TOLD_ANEW: Partial<Record<ErrorCode, string>> = {
  TAG_RESOLVE_FAILED: 'unresolved tag (text that begins with ! needs quotes)',
  BAD_DQ_ESCAPE: 'invalid escape sequence',
};

/** What the library says, without the piece of the file that it quotes behind a colon: that may be a password without its quotes. */
const withoutQuote = (message: string): string => message.replace(/(?<! ):\s.*/s, '');

/** Reads YAML 1.2. Throws ConfigProblem (Syntax) that names the line. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ConfigProblem('Syntax', [], `line ${line}, column ${col}: ${TOLD_ANEW[problem.code] ?? withoutQuote(problem.message)}; expected YAML`);
  }
  return {
    root: toValue(document),
    lineOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const offset = offsetOf(document, path.slice(0, length));
        if (offset !== undefined) return lines.linePos(offset).line;
      }
      return undefined;
    },
  };
}

function toValue(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigProblem('Syntax', [], `found aliases that cannot be resolved (${withoutQuote(reason)}), expected YAML`);
  }
}
