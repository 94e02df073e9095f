import { deepEqual } from 'node:assert';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { int, makeMessage, string } from '../protocol/index.js';
import { frameNamed } from '../test/protocol/support/fixtures.js';
import { assemble } from './protocol/assembly.js';
import type { Codec } from './protocol/codec.js';
import { makeOwnCodecs } from './protocol/own.js';
import { PAIRS } from './protocol/pairs.js';
import { interleave } from './protocol/rounds.js';
import type { Job } from './protocol/rounds.js';

/** Decoding, encoding and frame assembly, compared: see bench/README.md. One process, everything in turns. */
const ROUNDS = Number(process.env['OCM_BENCH_ROUNDS'] ?? 21);
const SIZES = [64, 128, 256, 512].map((kib) => kib * 1024);
const AIM = 2.2;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function compare(what: string, jobs: readonly Job[]): void {
  say(what);
  for (const { name, perSecond, toFirst } of interleave(jobs, ROUNDS)) {
    say(`  ${name.padEnd(70)} ${Math.round(perSecond / 1000).toString().padStart(6)} k/s  ${toFirst.toFixed(2).padStart(5)}`);
  }
}

const peers = new URL('../../bench/peers/', import.meta.url);
if (!existsSync(new URL('node_modules/mqtt-packet', peers))) throw new Error('no peers: npm ci --prefix bench/peers');
const { makeCodecs } = (await import(new URL('codecs.mjs', peers).href)) as { readonly makeCodecs: (pairs: typeof PAIRS) => Codec[] };

const list = PAIRS.map(([key, value]) => ({ key, value: typeof value === 'number' ? int(value) : string(value) }));
const request = makeMessage('RequestDistributeUserEvent', { AttributeReferenceID: 7, AttributeThisDN: '7001', AttributeUserData: list });
const golden = frameNamed('EventUserEvent/campaign-stopped').message;
const codecs = [...makeOwnCodecs('list of 12 pairs', request), ...makeOwnCodecs('golden example 4', golden), ...makeCodecs(PAIRS)];
for (const { bytes, decode, reads } of codecs) deepEqual(decode(bytes), reads);

say(`Node ${process.version}, ${cpus()[0]?.model}, ${ROUNDS} rounds, medians; thousands in a second of processor time; the last column is the speed beside that of the first line`);
compare('decode', codecs.map(({ name, bytes, decode }) => ({ name: `${name} (${bytes.length} bytes)`, run: () => decode(bytes) })));
compare('encode', codecs.flatMap(({ name, bytes, encode }) => (encode === undefined ? [] : [{ name: `${name} (${bytes.length} bytes)`, run: encode }])));
say('frames that arrive in chunks of 1,460 bytes: time for 2n over time for n');
for (const size of SIZES) {
  const [, double] = interleave([assemble(size), assemble(2 * size)], ROUNDS);
  if (double !== undefined) say(`  ${size / 1024} to ${double.name}: ${(1 / double.toFirst).toFixed(2)} (at most ${AIM}), ${(1e6 / double.perSecond).toFixed(0)} us for the longer`);
}
