import { availableParallelism } from 'node:os';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Crowds } from './fanout/crowd.js';
import { say } from './fanout/figures.js';
import { frozenDesktop } from './fanout/frozen.js';
import { manyGroups } from './fanout/groups.js';
import { lastOf } from './fanout/last-of.js';
import { stages } from './fanout/stages.js';

/** Fan-out, compared: see bench/README.md. Servers and clients are processes of their own. */
const { values: options } = parseArgs({
  options: {
    desktops: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '15' },
    /** last, groups, frozen or stages */
    only: { type: 'string' },
    profile: { type: 'string' },
  },
});
/** Processes that the clients are divided among. */
const CLIENT_PROCESSES = 2;
const GROUPS = 40;
const AGENTS = 250;
const CYCLES = 600;

if (!existsSync(new URL('../../bench/peers/node_modules/aedes', import.meta.url))) throw new Error('no aedes: npm ci --prefix bench/peers');
const wanted = (scenario: string): boolean => options.only === undefined || options.only === scenario;

say(`Node ${process.version}, ${availableParallelism()} processors`);
const crowds = Crowds.start(CLIENT_PROCESSES);
try {
  const [desktops, rounds] = [Number(options.desktops), Number(options.rounds)];
  if (wanted('last')) await lastOf(crowds, desktops, rounds, options.profile);
  if (wanted('groups')) await manyGroups(crowds, GROUPS, AGENTS, rounds, options.profile);
  if (wanted('frozen')) await frozenDesktop(crowds, CYCLES);
  if (wanted('stages')) await stages(crowds, [1, 1000, desktops], rounds);
} finally {
  await crowds.end();
}
