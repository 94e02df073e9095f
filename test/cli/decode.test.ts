import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { expect } from 'chai';
import type { DecodeOptions } from '../../src/cli/decode.js';
import { UserError } from '../../src/cli/errors.js';
import { createDecode } from '../../src/cli/run-decode.js';
import { writerTo } from '../../src/cli/write-out.js';
import { frameNamed, frames, malformed, readText } from '../protocol/support/fixtures.js';

interface Decoded {
  readonly out: Buffer;
  readonly text: string;
  /** What the command failed with; undefined where it did not. */
  readonly failure: UserError | undefined;
}

async function decode(input: string | Uint8Array, options: Partial<DecodeOptions> = {}): Promise<Decoded> {
  const chunks: Buffer[] = [];
  const run = createDecode({
    stdin: Readable.from([Buffer.from(input)]),
    write: (chunk) => {
      chunks.push(Buffer.from(chunk));
      return Promise.resolve();
    },
  });
  let failure: UserError | undefined;
  try {
    await run({ input: '-', encode: false, binary: false, reveal: [], ...options });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    failure = error;
  }
  const out = Buffer.concat(chunks);
  return { out, text: out.toString(), failure };
}

const LOAD = 'GSW_CM_ReqLoadCampaign';
const hexOf = (name: string): string => readText(`${name}.hex`) ?? '';
/** A fixture's trace with zeros in its head line: a frame knows neither the time nor the connection. */
const traceOf = (name: string): string =>
  (readText(`${name}.trace`) ?? '').replace(/^[\d:.]+ (\w+)\[\d+\]::message \w+/, `00:00:00.000 $1[0]::message ${/\[(?:GSW_CM_)?Ev/.test(readText(`${name}.trace`) ?? '') ? 'sent' : 'received'}`).trimEnd();

/** A stream whose every write fails. */
const failing = (code: string): Writable =>
  new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });

describe('decode', () => {
  for (const { name, bytes, trace } of frames) {
    if (trace === undefined) continue;
    it(`shows ${name}, from hex and from bytes`, async () => {
      const shown = `${traceOf(name)}\n`;
      expect(await decode(hexOf(name))).to.include({ text: shown, failure: undefined });
      expect(await decode(bytes)).to.include({ text: shown, failure: undefined });
    });
  }

  it('reads several frames, with comments and blank space wherever people put them', async () => {
    const dump = `# what the supervisor sent\r\n${hexOf(`${LOAD}/auto-completion`).toUpperCase().replaceAll(' ', '  ')}# its answer\n\n${hexOf('GSW_CM_EvCampaignLoaded/answer').replaceAll(/\s/g, '')}`;
    const { text, failure } = await decode(`\ufeff${dump}`);
    expect(failure).to.equal(undefined);
    expect(text).to.equal(`${traceOf(`${LOAD}/auto-completion`)}\n\n${traceOf('GSW_CM_EvCampaignLoaded/answer')}\n`);
  });

  it('reads the file that it is given', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'decode-'));
    try {
      writeFileSync(join(directory, 'frame'), frameNamed(`${LOAD}/auto-completion`).bytes);
      expect((await decode('', { input: join(directory, 'frame') })).text).to.equal(`${traceOf(`${LOAD}/auto-completion`)}\n`);
    } finally {
      rmSync(directory, { recursive: true });
    }
    const gone = join(directory, 'frame');
    expect((await decode('', { input: gone })).failure?.message).to.match(/^.*frame cannot be read: ENOENT/);
  });

  it('puts a value in the place of a masked one', async () => {
    const { text } = await decode(hexOf(`${LOAD}/published-excerpt`), { reveal: [{ key: 'GSW_AUTO_COMPLETION', value: '1' }] });
    expect(text).to.equal(`${traceOf(`${LOAD}/auto-completion`)}\n`);
  });
});

describe('decode of malformed frames', () => {
  for (const { name, bytes, offset, code } of malformed) {
    // which dialect a frame should have is a listener's business, and bytes behind a frame are the next one
    if (code === 'WrongDialect' || name === 'malformed/bytes-behind-frame') continue;
    it(`says where ${name} is wrong, and writes what was good before`, async () => {
      const before = frameNamed('GSW_CM_ReqHeartbeat/unasked');
      const alone = await decode(bytes);
      expect(alone.failure?.message).to.match(new RegExp(`^stdin: malformed at byte offset ${offset}, in frame 1: .* at byte offset ${offset} of the frame$`));
      expect(alone.out).to.have.length(0);
      const second = await decode(Buffer.concat([before.bytes, bytes]));
      expect(second.failure?.message).to.include(`malformed at byte offset ${before.bytes.length + offset}, in frame 2: `);
      expect(second.text).to.equal(`${traceOf('GSW_CM_ReqHeartbeat/unasked')}\n`);
      expect(second.failure?.exitCode).to.equal(1);
    });
  }

  const CASES: readonly (readonly [what: string, input: string | Uint8Array, says: string])[] = [
    ['no hex digit', '00 00\n00 0g 43', 'stdin: not hex at byte offset 10, in line 2: "g" is no hex digit'],
    ['no hex digit behind a comment of wide characters', '# \u00e9\n0x00', 'stdin: not hex at byte offset 6, in line 2: "x" is no hex digit'],
    ['half a byte', '00 000 00', 'stdin: not hex at byte offset 5, in line 1: half a byte: an odd number of hex digits'],
    ['a trace', traceOf(`${LOAD}/auto-completion`), 'stdin: not hex at byte offset 2, in line 1: ":" is no hex digit; a trace is taken back to frames with --encode'],
    ['no UTF-8', Buffer.from([0x23, 0x20, 0xef, 0xbf, 0xbd, 0x20, 0xff]), 'stdin: no UTF-8 at byte offset 6'],
    ['nothing', '', 'stdin: there is no frame in it'],
    ['comments only', '# nothing\n', 'stdin: there is no frame in it'],
    ['a few bytes', '00 00', 'stdin: malformed at byte offset 0, in frame 1: '],
  ];
  for (const [what, input, says] of CASES) {
    it(`says what is wrong with ${what}`, async () => {
      const { failure, out } = await decode(input);
      expect(failure?.message.slice(0, says.length)).to.equal(says);
      expect(out).to.have.length(0);
    });
  }
});

describe('decode --encode', () => {
  const folded = readText(`${LOAD}/published-excerpt.folded.trace`) ?? '';

  it('takes the published excerpt back to golden example 6, and revealed to golden example 1', async () => {
    expect((await decode(folded, { encode: true })).text).to.equal(hexOf(`${LOAD}/published-excerpt`));
    const reveal = [{ key: 'GSW_AUTO_COMPLETION', value: '1' }];
    expect((await decode(folded, { encode: true, reveal })).text).to.equal(hexOf(`${LOAD}/auto-completion`));
  });

  it('reveals what is no literal as text', async () => {
    const reveal = [{ key: 'GSW_AUTO_COMPLETION', value: 'one=1' }];
    const hex = (await decode(folded, { encode: true, reveal })).text;
    expect((await decode(hex)).text).to.include("'GSW_AUTO_COMPLETION' 'one=1'");
  });

  for (const { name, bytes, trace } of frames) {
    // a secret is not in its trace
    if (trace === undefined || /password/.test(name)) continue;
    it(`takes the trace of ${name} back to its bytes`, async () => {
      expect(await decode(trace, { encode: true })).to.include({ text: hexOf(name), failure: undefined });
      expect((await decode(trace, { encode: true, binary: true })).out.equals(bytes)).to.equal(true);
    });
  }

  it('puts a blank line between frames in hex, and nothing between bytes', async () => {
    const names = [`${LOAD}/auto-completion`, 'GSW_CM_EvCampaignLoaded/answer'];
    const log = names.map((name) => readText(`${name}.trace`)).join('23:57:57.892 something else\n');
    expect((await decode(log, { encode: true })).text).to.equal(names.map(hexOf).join('\n'));
    const bytes = Buffer.concat(names.map((name) => frameNamed(name).bytes));
    expect((await decode(log, { encode: true, binary: true })).out.equals(bytes)).to.equal(true);
  });

  const CASES: readonly (readonly [what: string, input: string | Uint8Array, says: string])[] = [
    [
      'a value that is none',
      `caf\u00e9\r\nGSW_CM_MessageType 7\r\nGSW_CM_AttrGroupID seven\r\n`,
      'stdin: Bad trace: what stands behind the name is no value at line 3, which begins at byte offset 29',
    ],
    ['no entry', 'nothing of a trace\n', 'stdin: there is no entry of a trace in it'],
    ['a frame', frameNamed(`${LOAD}/auto-completion`).bytes, 'stdin: no UTF-8 at byte offset'],
    ['half of a surrogate pair', "GSW_CM_MessageType 6\nGSW_CM_AttrClientName '\\ud800'\n", 'stdin: entry 1 is no frame: '],
  ];
  for (const [what, input, says] of CASES) {
    it(`says what is wrong with ${what}`, async () => {
      const { failure, out } = await decode(input, { encode: true });
      expect(failure?.message.slice(0, says.length)).to.equal(says);
      expect(out).to.have.length(0);
    });
  }
});

describe('what decode writes to', () => {
  it('may go away in the middle', async () => {
    await writerTo(failing('EPIPE'))('text');
  });

  it('may not fail in another way', async () => {
    const failure = await writerTo(failing('ENOSPC'))('text').catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'ENOSPC');
  });
});

it('the fixtures of decode are the golden examples', () => {
  const golden = readFileSync(new URL('../../../protocol/README.md', import.meta.url), 'utf8');
  for (const name of ['published-excerpt', 'auto-completion']) expect(golden).to.include(hexOf(`${LOAD}/${name}`));
});
