import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeStoreDirectory } from '../support/engine.js';
import { fillList, late, startCampaigns } from '../support/progress/campaign.js';
import { type ProgressCampaign, writeDeployment } from '../support/progress/deployment.js';
import { Desk, type SeenEvent, type Told } from '../support/progress/desk.js';
import { readCampaigns, type StoredCampaign } from '../support/progress/store.js';
import { seededRandom } from '../support/random.js';
import { type DialedCall, readDialed } from './dialed-calls.js';
import { Keeper } from './keeper.js';
import { type KillPlan, momentsOf } from './kill-run.js';
import { DIALED_FILE } from './record-dialer.js';

const AGENTS = ['101', '102', '103', '104', '105', '106'];
/** They take a break after each record until somebody else has ended one: calls that were placed for them wait for others. */
const RESTING = ['105', '106'];
const CAMPAIGN = 'Spring';
const RECORDER = pathToFileURL(join(import.meta.dirname, 'record-dialer.js')).href;
const RECONNECT = { firstDelayMs: 20, maxDelayMs: 200 };
const ANSWERED = 0.7;
/** With each answered call: it is heard to ring, and to be established. */
const STEPS_PER_CALL = 2;
/** Of the steps that may be expected: there will be fewer, and no kill is to be left over. */
const SURE = 0.6;

export interface ProgressKillOutcome {
  readonly desks: readonly Desk[];
  /** What the dialer was asked to call, in all lives of the gateway. */
  readonly dialed: readonly DialedCall[];
  readonly kills: number;
  readonly exitCode: number | null;
  readonly stored: StoredCampaign;
}

/**
 * Agents are called in a campaign until it has completed by itself, while the gateway is killed at moments that follow from
 * the seed: in each part of the work when somebody hears a call, and last as soon as an agent hears that the campaign has stopped.
 */
export async function runProgressKills({ seed, kills, records, timeoutMs }: KillPlan): Promise<ProgressKillOutcome> {
  const random = seededRandom(seed);
  const campaign: ProgressCampaign = { name: CAMPAIGN, agents: AGENTS, records };
  const directory = await mkdtemp(join(tmpdir(), 'ocm-progress-'));
  const store = await makeStoreDirectory();
  const file = join(directory, 'dialed.jsonl');
  const desks: Desk[] = [];
  let keeper: Keeper | undefined;
  try {
    const config = await writeDeployment(directory, [campaign], {
      seed,
      ring: ['10ms', '40ms'],
      talk: ['10ms', '60ms'],
      results: { Answer: ANSWERED, NoAnswer: 0.1, Busy: 0.1, AnsweringMachine: 0.1 },
      // what has ended is to be there to be compared
      group: { replayWindow: '1h' },
    });
    const gateway = (keeper = await Keeper.start(store, { config, env: { NODE_OPTIONS: `--import=${RECORDER}`, [DIALED_FILE]: file } }));
    await fillList(gateway.ports, 0, campaign);
    const moments = momentsOf(random, kills - 1, records * ANSWERED * STEPS_PER_CALL * SURE);
    const { onCall, onTold } = killAt(moments, gateway, random);
    const onEnded = (by: string): void => {
      for (const desk of desks) if (RESTING.includes(desk.agentId)) desk.setReady(desk.agentId !== by);
    };
    for (const agentId of AGENTS) {
      const watch = { onCall: (_: unknown, { name }: SeenEvent) => onCall(name), onTold: ({ name }: Told) => onTold(name), onEnded: () => onEnded(agentId) };
      desks.push(await Desk.open({ agentId, port: gateway.ports.tevents, reconnect: RECONNECT, random, ...watch }));
    }
    await startCampaigns(gateway.ports, [0]);
    await Promise.race([
      Promise.all(desks.map((desk) => desk.until('CampaignUnloaded', [CAMPAIGN]))),
      ...desks.map(({ failed }) => failed),
      gateway.failed,
      late(timeoutMs, () => `${gateway.kills} kills, ${desks.reduce((sum, { calls }) => sum + calls.size, 0)} calls`),
    ]);
    await gateway.settled();
    for (const desk of desks) await desk.finish();
    const exitCode = await gateway.stop();
    const [stored = { rows: [], outs: [], journal: [] }] = await readCampaigns(store, [campaign]);
    return { desks, dialed: await readDialed(file), kills: gateway.kills, exitCode, stored };
  } finally {
    for (const desk of desks) await desk.close();
    await keeper?.destroy();
    await rm(directory, { recursive: true, force: true });
    await rm(store, { recursive: true, force: true });
  }
}

/** Kills when a moment has come, at once or up to 15 ms later: with calls that ring, talk, or are being ended. */
function killAt(moments: readonly number[], keeper: Keeper, random: () => number): { readonly onCall: (name: string) => void; readonly onTold: (name: string) => void } {
  const left = [...moments];
  let steps = 0;
  let stopped = false;
  const kill = (): void => keeper.kill(Math.floor(random() * 16));
  return {
    onCall(name) {
      if (name === 'EventReleased') return;
      steps += 1;
      if (steps < (left[0] ?? Infinity)) return;
      left.shift();
      kill();
    },
    onTold(name) {
      if (name !== 'CampaignStopped' || stopped) return;
      stopped = true;
      kill();
    },
  };
}
