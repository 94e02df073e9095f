import type { Crowds } from './crowd.js';
import { median, ms, quantile, say } from './figures.js';
import { BenchGateway, type Stopped } from './gateway.js';

/** The way from the last result to the last desktop, stage by stage, as the gateway measures it itself. */

const CROWD = 'stages';
const STAGES = ['result', 'probe', 'completion', 'fanOut'] as const;
type Stage = (typeof STAGES)[number];
/** CampaignStopped and CampaignUnloaded come in one write: any byte of them tells. */
const ANY = 1;

const both = (values: readonly number[]): string => `${ms(median(values))} / ${ms(quantile(values, 0.99))}`;

export async function stages(crowds: Crowds, counts: readonly number[], rounds: number): Promise<void> {
  say(`from the last result to the last desktop, median / p99 of ${rounds} completions in ms`);
  const most = Math.max(...counts);
  const server = await BenchGateway.start({ groups: 1, agents: most + 1 });
  try {
    await server.seatWorkers();
    let connected = 0;
    for (const count of counts) {
      await crowds.connect(CROWD, { kind: 'desktop', port: server.tevents, names: server.listeners.slice(connected, count) });
      connected = count;
      say(`  ${String(count).padStart(5)} desktops: ${await measure(crowds, server, rounds)}`);
    }
  } finally {
    await crowds.close(CROWD);
    await server.end();
  }
}

async function measure(crowds: Crowds, server: BenchGateway, rounds: number): Promise<string> {
  const found: Record<Stage | 'all', number[]> = { result: [], probe: [], completion: [], fanOut: [], all: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const finish = await server.prepare();
    await crowds.settled(CROWD);
    await crowds.arm(CROWD, ANY);
    await server.peer.ask<Stopped[]>('stopped');
    await server.peer.ask('steps');
    const causedAt = await finish();
    const last = await crowds.arrived(CROWD);
    await crowds.settled(CROWD);
    const steps = await server.peer.ask<[step: string, ms: number][]>('steps');
    // the first is for the compiler
    if (round === 0) continue;
    found.all.push(last - causedAt);
    for (const stage of STAGES) found[stage].push(steps.findLast(([step]) => step === stage)?.[1] ?? Number.NaN);
  }
  return `result commit ${both(found.result)}; probe ${both(found.probe)}; completion commit ${both(found.completion)}; fan-out ${both(found.fanOut)}; last desktop ${both(found.all)}`;
}
