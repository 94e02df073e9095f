import { readdirSync, readFileSync } from 'node:fs';

import type { Attribute, Dialect, EntryHead, Message, ProtocolErrorCode, Value } from '../../../protocol/index.js';

/** fixtures/frames: `<message>/<case>.hex` with its meaning beside it. */
const FRAMES = new URL('../../../../fixtures/frames/', import.meta.url);

export interface FrameFixture {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly head: EntryHead;
  readonly message: Message;
  /** With values shown; undefined where the case is about something else. */
  readonly trace: string | undefined;
  readonly maskedTrace: string | undefined;
}

export interface MalformedFixture {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly why: string;
  readonly listener: Dialect;
  readonly code: ProtocolErrorCode;
  readonly offset: number;
  readonly messageType?: number;
  readonly attribute?: number;
}

interface JsonValue {
  readonly type: Value['type'];
  readonly value?: unknown;
}

interface JsonFrame {
  readonly head: EntryHead;
  readonly dialect: Dialect;
  readonly type: number;
  readonly attributes: readonly (JsonValue & { readonly id: number })[];
}

function namesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, FRAMES))
    .filter((file) => file.endsWith('.hex'))
    .map((file) => `${folder}/${file.slice(0, -'.hex'.length)}`);
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, FRAMES), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function readRequired(path: string): string {
  return readFileSync(new URL(path, FRAMES), 'utf8');
}

/** Bytes of a hex dump; white space does not count. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function valueOf(json: JsonValue): Value {
  switch (json.type) {
    case 'masked':
      return { type: 'masked' };
    case 'binary':
      return { type: 'binary', value: bytesOf(String(json.value)) };
    case 'long':
      return { type: 'long', value: BigInt(String(json.value)) };
    case 'float':
      return { type: 'float', value: Number(json.value) };
    case 'kvlist':
      return {
        type: 'kvlist',
        value: (json.value as (JsonValue & { readonly key: string })[]).map((pair) => ({ key: pair.key, value: valueOf(pair) })),
      };
    case 'int':
    case 'string':
    case 'wstring':
      return { type: json.type, value: json.value } as Value;
  }
  throw new Error(`no such type: ${String(json.type)}`);
}

function readFrame(name: string): FrameFixture {
  const json = JSON.parse(readRequired(`${name}.json`)) as JsonFrame;
  const attributes = json.attributes.map(({ id, type, value }): Attribute => ({ id, value: valueOf({ type, value }) }));
  return {
    name,
    bytes: bytesOf(readRequired(`${name}.hex`)),
    head: json.head,
    message: { dialect: json.dialect, type: json.type, attributes },
    trace: readText(`${name}.trace`),
    maskedTrace: readText(`${name}.masked.trace`),
  };
}

const folders = readdirSync(FRAMES).filter((folder) => folder !== 'malformed');

export const frames: readonly FrameFixture[] = folders.flatMap(namesIn).map(readFrame);

export const malformed: readonly MalformedFixture[] = namesIn('malformed').map((name) => ({
  ...(JSON.parse(readRequired(`${name}.json`)) as Omit<MalformedFixture, 'name' | 'bytes'>),
  name,
  bytes: bytesOf(readRequired(`${name}.hex`)),
}));

export function frameNamed(name: string): FrameFixture {
  const frame = frames.find((candidate) => candidate.name === name);
  if (frame === undefined) throw new Error(`no fixture ${name}`);
  return frame;
}
