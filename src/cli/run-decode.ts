import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { describeEntry, findMessage, type Message, ocm1, parseFrameWithGrammar, parseLiteral, parseTrace, ProtocolError, reveal } from '../../protocol/index.js';
import type { DecodeOptions, Reveal, RunDecode } from './decode.js';
import { UserError } from './errors.js';
import { formatHex, HexError, parseHex } from './hex-text.js';

export interface DecodeStreams {
  readonly stdin: NodeJS.ReadableStream;
  /** Resolves when the chunk is taken. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
}

/** Bytes of a length field. */
const LENGTH_BYTES = 4;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The body of `decode`: frames to the trace form, or a trace to frames. What is good in front of what is malformed is written. */
export function createDecode({ stdin, write }: DecodeStreams): RunDecode {
  return async (options) => {
    const name = options.input === '-' ? 'stdin' : options.input;
    const input = await read(options, stdin);
    let number = 0;
    for (const message of options.encode ? readTrace(input, name) : readFrames(input, name)) {
      number += 1;
      const whole = revealAll(message, options.reveal);
      if (options.binary) await write(encode(whole, name, number));
      else await write((number === 1 ? '' : '\n') + describe(whole, options, name, number));
    }
    if (number === 0) throw new UserError(`${name}: there is no ${options.encode ? 'entry of a trace' : 'frame'} in it`);
  };
}

function describe(message: Message, { encode: toHex }: DecodeOptions, name: string, number: number): string {
  return `${toHex ? formatHex(encode(message, name, number)) : asEntry(message)}\n`;
}

/** A frame knows neither time nor connection, so its entry has zeros there; who sends such a message, the dictionary knows. */
function asEntry(message: Message): string {
  const direction = findMessage(message.dialect, message.type)?.direction === 'event' ? 'sent' : 'received';
  return describeEntry({ time: '00:00:00.000', connection: 0, direction }, message, { showValues: true });
}

async function read({ input }: DecodeOptions, stdin: NodeJS.ReadableStream): Promise<Buffer> {
  try {
    return input === '-' ? await buffer(stdin) : await readFile(input);
  } catch (error) {
    throw new UserError(`${input} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Frames one after the other, as bytes or as hex. */
function* readFrames(input: Buffer, name: string): Generator<Message> {
  const bytes = isText(input) ? fromHex(input, name) : input;
  let at = 0;
  for (let number = 1; at < bytes.length; number += 1) {
    const size = bytes.length - at < LENGTH_BYTES ? bytes.length - at : LENGTH_BYTES + bytes.readUInt32BE(at);
    try {
      yield parseFrameWithGrammar(bytes.subarray(at, at + size));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new UserError(`${name}: malformed at byte offset ${at + error.offset}, in frame ${number}: ${error.message} of the frame`);
    }
    at += size;
  }
}

/** Frames that are bytes begin with 00: with any printable character or line end they would be over every limit. */
function isText(input: Buffer): boolean {
  if (input.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) return true;
  const [first] = input;
  return first !== undefined && ((first >= 0x20 && first < 0x7f) || (first >= 0x09 && first <= 0x0d));
}

function fromHex(input: Buffer, name: string): Buffer {
  const text = toText(input, name);
  try {
    return parseHex(text);
  } catch (error) {
    if (!(error instanceof HexError)) throw error;
    const before = text.slice(0, error.offset);
    const line = before.split(/\r\n|\n|\r/).length;
    const hint = /^\s*\S*(MessageType|\d:)/m.test(text) ? '; a trace is taken back to frames with --encode' : '';
    throw new UserError(`${name}: not hex at byte offset ${Buffer.byteLength(before)}, in line ${line}: ${error.message}${hint}`);
  }
}

function readTrace(input: Buffer, name: string): Message[] {
  const text = toText(input, name);
  try {
    return parseTrace(text);
  } catch (error) {
    if (error instanceof ProtocolError) throw new UserError(`${name}: ${error.message}, which begins at byte offset ${lineOffset(input, error.offset)}`);
    throw error;
  }
}

/** Where a line (from 1) begins. */
function lineOffset(input: Buffer, line: number): number {
  const lines = input.toString('latin1').split(/(?<=\r\n|\n|\r(?!\n))/);
  return lines.slice(0, line - 1).join('').length;
}

/** Text, without a byte order mark. Bytes that are no UTF-8 would come out as other characters: they are refused. */
function toText(input: Buffer, name: string): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input);
  for (const { index } of text.matchAll(/\ufffd/g)) {
    const offset = Buffer.byteLength(text.slice(0, index));
    if (!input.subarray(offset, offset + 3).equals(Buffer.from('\ufffd'))) throw new UserError(`${name}: no UTF-8 at byte offset ${offset}`);
  }
  return text.replace(/^\ufeff/, '');
}

function revealAll(message: Message, reveals: readonly Reveal[]): Message {
  return reveals.reduce((shown, { key, value }) => reveal(shown, key, parseLiteral(value) ?? { type: 'string', value }), message);
}

function encode(message: Message, name: string, number: number): Uint8Array {
  try {
    return ocm1.encode(message);
  } catch (error) {
    if (error instanceof ProtocolError) throw new UserError(`${name}: entry ${number} is no frame: ${error.message}`);
    throw error;
  }
}
