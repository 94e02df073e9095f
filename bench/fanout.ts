import { availableParallelism } from 'node:os';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Crowds } from './fanout/crowd.js';
import { say } from './fanout/figures.js';
import { lastOf } from './fanout/last-of.js';

/** Fan-out, compared: see bench/README.md. Servers and clients are processes of their own. */
const { values: options } = parseArgs({
  options: {
    desktops: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '15' },
    only: { type: 'string' },
    profile: { type: 'string' },
  },
});
/** Processes that the clients are divided among. */
const CLIENT_PROCESSES = 2;

if (!existsSync(new URL('../../bench/peers/node_modules/aedes', import.meta.url))) throw new Error('no aedes: npm ci --prefix bench/peers');
const wanted = (scenario: string): boolean => options.only === undefined || options.only === scenario;

say(`Node ${process.version}, ${availableParallelism()} processors`);
const crowds = Crowds.start(CLIENT_PROCESSES);
try {
  if (wanted('last')) await lastOf(crowds, Number(options.desktops), Number(options.rounds), options.profile);
} finally {
  await crowds.end();
}
