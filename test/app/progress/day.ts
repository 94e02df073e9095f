import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeStoreDirectory } from '../../support/engine.js';
import { GatewayProcess, type ProcessPorts } from '../../support/gateway-process.js';
import { fillList, late, startCampaigns } from '../../support/progress/campaign.js';
import { type ProgressCampaign, writeDeployment } from '../../support/progress/deployment.js';
import { Desk } from '../../support/progress/desk.js';
import { readCampaigns, type StoredCampaign } from '../../support/progress/store.js';
import { Leaver, STAGES, WAYS } from './leavers.js';

const agentsOf = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(2, '0')}`);

const LEAVERS = STAGES.flatMap((stage) => WAYS.map((way) => ({ stage, way })));
const LEAVING = agentsOf('2', LEAVERS.length);
const STAYING = agentsOf('3', 4);
const SHARED = agentsOf('4', 9);

/** Of the campaign whose agents leave: enough for each of them to have had a call. */
export const AUTUMN_RECORDS = 90;
/** Of each of the two that share agents. */
export const SHARED_RECORDS = 50;

/** What the simulated switch makes of the calls that nobody answers. */
export const UNANSWERED = ['NoAnswer', 'Busy', 'AnsweringMachine'] as const;

export interface Day {
  readonly campaigns: readonly ProgressCampaign[];
  readonly stored: readonly StoredCampaign[];
  /** Desks of the campaign that many agents work. */
  readonly many: readonly Desk[];
  readonly leavers: readonly Leaver[];
  /** Those who go on without the leavers. */
  readonly stayers: readonly Desk[];
  /** Desks of two campaigns, some of them of both. */
  readonly shared: readonly Desk[];
  /** What the gateway has written. */
  readonly output: string;
  readonly exitCode: number | null;
}

/**
 * A day of a gateway in a process of its own: a campaign of `records` records with 40 agents, one whose agents leave, and
 * two that share agents, one after the other, each to its completion. Then the gateway is stopped and its store read.
 */
export async function playDay(records: number, timeoutMs: number): Promise<Day> {
  const campaigns: ProgressCampaign[] = [
    { name: 'Spring', agents: agentsOf('1', 40), records },
    { name: 'Autumn', agents: [...LEAVING, ...STAYING], records: AUTUMN_RECORDS },
    { name: 'Summer', agents: SHARED.slice(0, 6), records: SHARED_RECORDS },
    { name: 'Winter', agents: SHARED.slice(3), records: SHARED_RECORDS },
  ];
  const [spring, , summer, winter] = campaigns as [ProgressCampaign, ProgressCampaign, ProgressCampaign, ProgressCampaign];
  const directory = await mkdtemp(join(tmpdir(), 'ocm-progress-'));
  const store = await makeStoreDirectory();
  const opened: { close(): Promise<void> }[] = [];
  let gateway: GatewayProcess | undefined;
  try {
    const config = await writeDeployment(directory, campaigns, {
      seed: 7,
      ring: ['2ms', '6ms'],
      talk: ['4ms', '12ms'],
      results: { Answer: 0.7, NoAnswer: 0.1, Busy: 0.1, AnsweringMachine: 0.1 },
      group: { agentGrace: '300ms', abandonTimeout: '1s' },
    });
    gateway = GatewayProcess.start({ OCM_STORE_URL: `pglite:${store}` }, config);
    const ports = await gateway.ready();
    for (const [index, campaign] of campaigns.entries()) await fillList(ports, index, campaign);
    const parts = { ports, timeoutMs, opened };

    const many = await openDesks(parts, spring.agents);
    await startCampaigns(ports, [0]);
    await completed(parts, many, () => [spring.name]);

    const { leavers, stayers } = await playLeavers(parts);

    const shared = await openDesks(parts, SHARED);
    await startCampaigns(ports, [2, 3]);
    await completed(parts, shared, ({ agentId }) => [summer, winter].filter(({ agents }) => agents.includes(agentId)).map(({ name }) => name));

    const { code } = await gateway.end('SIGTERM');
    return { campaigns, stored: await readCampaigns(store, campaigns), many, leavers, stayers, shared, output: gateway.stdout + gateway.stderr, exitCode: code };
  } finally {
    for (const one of opened) await one.close();
    await gateway?.end();
    await rm(directory, { recursive: true, force: true });
    await rm(store, { recursive: true, force: true });
  }
}

interface Parts {
  readonly ports: ProcessPorts;
  readonly timeoutMs: number;
  readonly opened: { close(): Promise<void> }[];
}

async function openDesks({ ports, opened }: Parts, agents: readonly string[]): Promise<Desk[]> {
  const desks: Desk[] = [];
  for (const agentId of agents) {
    const desk = await Desk.open({ agentId, port: ports.tevents });
    opened.push(desk);
    desks.push(desk);
  }
  return desks;
}

/** Resolves when every desk has been told that its campaigns are unloaded, and its line is closed. */
async function completed({ timeoutMs }: Parts, desks: readonly Desk[], campaignsOf: (desk: Desk) => readonly string[]): Promise<void> {
  const told = (): number => desks.filter((desk) => desk.told.some(({ name }) => name === 'CampaignUnloaded')).length;
  const calls = (): number => desks.reduce((sum, desk) => sum + desk.calls.size, 0);
  await Promise.race([
    Promise.all(desks.map((desk) => desk.until('CampaignUnloaded', campaignsOf(desk)))),
    ...desks.map(({ failed }) => failed),
    late(timeoutMs, () => `${told()} of ${desks.length} desks were told CampaignUnloaded, after ${calls()} calls`),
  ]);
  for (const desk of desks) await desk.finish();
}

async function playLeavers(parts: Parts): Promise<Pick<Day, 'leavers' | 'stayers'>> {
  const leavers: Leaver[] = [];
  for (const [index, { stage, way }] of LEAVERS.entries()) {
    const leaver = await Leaver.open(LEAVING[index] ?? '', parts.ports.tevents, stage, way);
    parts.opened.push(leaver);
    leavers.push(leaver);
  }
  const stayers = await openDesks(parts, STAYING);
  await startCampaigns(parts.ports, [1]);
  await completed(parts, stayers, () => ['Autumn']);
  for (const leaver of leavers) await leaver.finish();
  return { leavers, stayers };
}
