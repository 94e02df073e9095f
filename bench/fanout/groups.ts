import type { Crowds } from './crowd.js';
import { median, ms, say } from './figures.js';
import { BenchGateway, type Stopped } from './gateway.js';
import type { LoopDelay } from './probe.js';

/** Many campaign groups whose last results come at the same moment: does the loop stay free, and when has the last desktop heard of it? */

const CROWD = 'groups';

interface Round {
  /** From the last results until the last desktop had CampaignUnloaded. */
  readonly last: number;
  /** From the last commit on. */
  readonly sinceCommit: number;
  /** Between the first commit and the last. */
  readonly commits: number;
  readonly loop: LoopDelay;
}

async function complete(crowds: Crowds, server: BenchGateway, groups: number, bytes?: number): Promise<Round> {
  const finish = await server.prepare();
  await crowds.settled(CROWD);
  await (bytes === undefined ? crowds.learn(CROWD) : crowds.arm(CROWD, bytes));
  await server.peer.ask<Stopped[]>('stopped');
  await server.peer.ask('watchLoop');
  const causedAt = await finish();
  const last = await crowds.arrived(CROWD);
  const loop = await server.peer.ask<LoopDelay>('loopDelay');
  await crowds.settled(CROWD);
  const stopped = (await server.peer.ask<Stopped[]>('stopped')).map(({ at }) => at);
  if (stopped.length !== groups) throw new Error(`${stopped.length} of ${groups} groups were stopped`);
  return { last: last - causedAt, sinceCommit: last - Math.max(...stopped), commits: Math.max(...stopped) - Math.min(...stopped), loop };
}

export async function manyGroups(crowds: Crowds, groups: number, agents: number, rounds: number, profileTo: string | undefined): Promise<void> {
  say(`${groups} groups of ${agents} agents, ${groups * agents} desktops, ${rounds} rounds: all last results at once`);
  const server = await BenchGateway.start({ groups, agents }, profileTo);
  try {
    await server.seatWorkers();
    await crowds.connect(CROWD, { kind: 'desktop', port: server.tevents, names: server.listeners });
    await complete(crowds, server, groups);
    const { length: bytes } = await crowds.sample(CROWD);
    const results: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      results.push(await complete(crowds, server, groups, bytes));
      const wrong = (await crowds.counts(CROWD)).filter((count) => count !== bytes).length;
      if (wrong > 0) throw new Error(`${wrong} desktops did not have ${bytes} bytes`);
    }
    const of = (figure: (round: Round) => number): string => `${ms(median(results.map(figure)))} ms (at most ${ms(Math.max(...results.map(figure)))})`;
    say(`  last CampaignUnloaded ${of(({ last }) => last)} after the results; commits within ${of(({ commits }) => commits)}; last desktop ${of(({ sinceCommit }) => sinceCommit)} after the last commit`);
    say(`  loop late: p50 ${of(({ loop }) => loop.p50)}, p99 ${of(({ loop }) => loop.p99)}, at most ${of(({ loop }) => loop.max)}`);
  } finally {
    await crowds.close(CROWD);
    await server.end();
  }
}
