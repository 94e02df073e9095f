import type { Dialect } from '../codec/message.js';
import { TYPE_LINE } from './describe.js';
import { QUOTED } from './quoting.js';

/** What one line of a trace is by its looks alone. `value` is text that has not been read yet; undefined where the name stands alone. */
export type TraceLine =
  | { readonly kind: 'blank' }
  | { readonly kind: 'head'; readonly dialect: Dialect | undefined }
  | { readonly kind: 'type'; readonly dialect: Dialect; readonly value: string | undefined }
  | { readonly kind: 'attribute'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'number'; readonly id: number; readonly value: string | undefined }
  | { readonly kind: 'pair'; readonly indent: number; readonly key: string; readonly value: string | undefined }
  /** Begins with a quote of some kind, and is no pair. */
  | { readonly kind: 'quoted' }
  | { readonly kind: 'other' };

/** One s in `message` is missing in some published entries. */
const HEAD = /(?:^|\s)(OCMClient|TServerClient|HTTPProxyClient)(?:\[[^\]]*\])?::mess?age\s+(?:received|sent)$/;
const NAMED = /^([A-Za-z]\w*)(?:\s+(.+))?$/s;
const ATTRIBUTE_NAME = /^(?:GSW_CM_Attr|Attribute(?=[A-Z]))/;
const NUMBERED = /^(\d{1,5})(?:\s+(.+))?$/s;
const PAIR = new RegExp(`^${QUOTED}(?:\\s+(.+))?$`, 's');

/** Documents turn straight quotes into curly ones. */
const QUOTE = /^['"`\u2018\u2019\u201c\u201d]/;

const DIALECT_OF: Readonly<Record<string, Dialect>> = { OCMClient: 'GSW_CM', TServerClient: 'T' };

/** Any blank space separates a name from its value: traces are copied through documents that fold it. */
export function classifyLine(line: string): TraceLine {
  const text = line.trim();
  if (text === '') return { kind: 'blank' };
  const head = HEAD.exec(text)?.[1];
  if (head !== undefined) return { kind: 'head', dialect: DIALECT_OF[head] };
  const [, key, pairValue] = PAIR.exec(text) ?? [];
  if (key !== undefined) return { kind: 'pair', indent: line.length - line.trimStart().length, key, value: pairValue };
  if (QUOTE.test(text)) return { kind: 'quoted' };
  const [, id, numberedValue] = NUMBERED.exec(text) ?? [];
  if (id !== undefined) return { kind: 'number', id: Number(id), value: numberedValue };
  const [, name, value] = NAMED.exec(text) ?? [];
  return name === undefined ? { kind: 'other' } : classifyNamed(name, value);
}

function classifyNamed(name: string, value: string | undefined): TraceLine {
  if (name === TYPE_LINE.GSW_CM) return { kind: 'type', dialect: 'GSW_CM', value };
  if (name === TYPE_LINE.T) return { kind: 'type', dialect: 'T', value };
  return ATTRIBUTE_NAME.test(name) ? { kind: 'attribute', name, value } : { kind: 'other' };
}
