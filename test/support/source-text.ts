/** What a source file says in code, and what in its string literals; comments are in neither. */
export interface SourceText {
  /** The code, with every literal's content left out. */
  readonly code: string;
  /** The contents of the string and template literals, in order. */
  readonly literals: readonly string[];
}

/** A slash behind one of these begins a regular expression; behind anything else it divides. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|throw))$/;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const QUOTED = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** Splits TypeScript into code and literals: enough of the grammar for that, and no more. */
export function splitSource(text: string): SourceText {
  const literals: string[] = [];
  let code = '';
  let at = 0;
  /** For every template we are in: how many braces its substitution has open. */
  const substitutions: number[] = [];

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const template = (): void => {
    const from = at;
    while (at < text.length && text[at] !== '`' && !text.startsWith('${', at)) at += text[at] === '\\' ? 2 : 1;
    literals.push(text.slice(from, at));
    if (text[at] === '`') at += 1;
    else {
      at += 2;
      substitutions.push(0);
    }
  };

  while (at < text.length) {
    if (match(COMMENT) !== undefined) continue;
    const quoted = match(QUOTED);
    if (quoted !== undefined) {
      literals.push(quoted.slice(1, -1));
      code += "''";
      continue;
    }
    if (text[at] === '/' && BEFORE_REGEX.test(code.trimEnd()) && match(REGEX) !== undefined) {
      code += '/./';
      continue;
    }
    const char = text[at] ?? '';
    at += 1;
    if (char === '`') {
      code += "''";
      template();
      continue;
    }
    const depth = substitutions.at(-1);
    if (depth !== undefined && char === '}' && depth === 0) {
      substitutions.pop();
      template();
      continue;
    }
    if (depth !== undefined && (char === '{' || char === '}')) substitutions[substitutions.length - 1] = depth + (char === '{' ? 1 : -1);
    code += char;
  }
  return { code, literals };
}

/**
 * What a file imports, as it names it: imports, re-exports, dynamic imports and files of worker threads;
 * types count. Names that are imported as types only begin with `type `.
 */
export function importsOf(text: string): { readonly from: string; readonly names: readonly string[] }[] {
  const plain = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/[^\n]*/gm, '');
  const static_ = [...plain.matchAll(/^\s*(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s+'([^']+)'/gm)];
  const bare = [...plain.matchAll(/^\s*import\s+'([^']+)'/gm)];
  const dynamic = [...plain.matchAll(/\bimport\(\s*'([^']+)'\s*\)|new Worker\(new URL\('([^']+)'/g)];
  return [
    ...static_.map(([, types, clause = '', from = '']) => {
      const names = clause.replaceAll(/[{}]/g, '').split(',').map((name) => name.trim()).filter((name) => name !== '');
      return { from, names: types === undefined ? names : names.map((name) => `type ${name}`) };
    }),
    ...bare.map(([, from = '']) => ({ from, names: [] })),
    ...dynamic.map(([, from, worker]) => ({ from: from ?? worker ?? '', names: [] })),
  ];
}
