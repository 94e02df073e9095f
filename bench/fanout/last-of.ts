import { fileURLToPath } from 'node:url';
import type { Crowds } from './crowd.js';
import { median, ms, quantile, say } from './figures.js';
import { BenchGateway, type Stopped } from './gateway.js';
import { publishBytes } from './mqtt.js';
import { Peer } from './peer.js';
import type { LoopDelay, Memory } from './probe.js';

/** One completion, or what stands for it, to many desktops: the gateway, aedes and bare sockets in turns. */

const module = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const PROBE = new URL('probe.js', import.meta.url).href;

/** What a round of one contender has come to. Milliseconds. */
interface Round {
  /** From the cause until the last desktop had CampaignStopped. */
  readonly last: number;
  /** Of the gateway: from the last result's request, with its commit, the probe and the completion. */
  readonly sinceResult?: number;
  /** Processor time of the server, all threads. */
  readonly cpu: number;
  readonly loop: LoopDelay;
}

interface Contender {
  readonly name: string;
  readonly peer: Peer;
  /** Bytes per connection that the first `connect` has added. */
  memory: Memory | undefined;
  readonly rounds: Round[];
  connect(names: readonly string[]): Promise<void>;
  round(): Promise<Round>;
  end(): Promise<void>;
}

const names = (desktops: number): string[] => Array.from({ length: desktops }, (_, index) => String(20_001 + index));

/** What the gateway sends each of its desktops for a completion, learned from itself. */
interface Payload {
  /** CampaignStopped, then CampaignUnloaded. */
  readonly bytes: Buffer;
  readonly stoppedBytes: number;
}

async function gateway(crowds: Crowds, desktops: number, profileTo: string | undefined): Promise<Contender & { readonly payload: () => Promise<Payload> }> {
  const server = await BenchGateway.start({ groups: 1, agents: desktops + 1 }, profileTo);
  await server.seatWorkers();
  const crowd = 'gateway';
  const complete = async (stoppedBytes?: number): Promise<Round> => {
    const finish = await server.prepare();
    await crowds.settled(crowd);
    await (stoppedBytes === undefined ? crowds.learn(crowd) : crowds.arm(crowd, stoppedBytes));
    await server.peer.ask<Stopped[]>('stopped');
    await server.peer.ask('watchLoop');
    const causedAt = await finish();
    const last = await crowds.arrived(crowd);
    const cpuMs = await server.peer.ask<number>('cpu');
    const loop = await server.peer.ask<LoopDelay>('loopDelay');
    const [stopped] = await server.peer.ask<Stopped[]>('stopped');
    if (stopped === undefined) throw new Error('nothing was stopped');
    await crowds.settled(crowd);
    return { last: last - stopped.at, sinceResult: last - causedAt, cpu: cpuMs - stopped.cpuMs, loop };
  };
  let learned: Payload | undefined;
  const payload = async (): Promise<Payload> => {
    if (learned !== undefined) return learned;
    await complete();
    const bytes = await crowds.sample(crowd);
    learned = { bytes, stoppedBytes: 4 + bytes.readUInt32BE(0) };
    return learned;
  };
  return {
    name: crowd,
    peer: server.peer,
    memory: undefined,
    rounds: [],
    connect: (all) => crowds.connect(crowd, { kind: 'desktop', port: server.tevents, names: all }),
    payload,
    async round() {
      const { bytes, stoppedBytes } = await payload();
      const round = await complete(stoppedBytes);
      const counts = await crowds.counts(crowd);
      if (!counts.every((count) => count === bytes.length)) throw new Error(`desktops had ${Math.min(...counts)} to ${Math.max(...counts)} bytes of ${bytes.length}`);
      return round;
    },
    end: () => server.end(),
  };
}

async function peerServer(crowds: Crowds, name: 'aedes' | 'bare', payload: () => Promise<Payload>): Promise<Contender> {
  const peer = Peer.start(name, module(`${name}.js`), [], { nodeOptions: ['--expose-gc', '--import', PROBE] });
  const port = await peer.ask<number>('listen');
  const framed = (bytes: number): number => (name === 'aedes' ? publishBytes(bytes) : bytes);
  return {
    name,
    peer,
    memory: undefined,
    rounds: [],
    connect: (all) => crowds.connect(name, { kind: name === 'aedes' ? 'mqtt' : 'bare', port, names: all }),
    async round() {
      const { bytes } = await payload();
      await crowds.settled(name);
      await crowds.arm(name, framed(bytes.length));
      await peer.ask('watchLoop');
      const before = await peer.ask<number>('cpu');
      const at = await peer.ask<number>('send', bytes.toString('base64'));
      const last = await crowds.arrived(name);
      const cpu = (await peer.ask<number>('cpu')) - before;
      return { last: last - at, cpu, loop: await peer.ask<LoopDelay>('loopDelay') };
    },
    end: () => peer.end(),
  };
}

/** The first half warms the server up: what the second adds is what a desktop costs. */
async function connect(contender: Contender, desktops: number): Promise<void> {
  const all = names(desktops);
  const half = all.length >> 1;
  await contender.connect(all.slice(0, half));
  const before = await contender.peer.ask<Memory>('memory');
  await contender.connect(all.slice(half));
  const after = await contender.peer.ask<Memory>('memory');
  const added = all.length - half;
  contender.memory = { rss: (after.rss - before.rss) / added, used: (after.used - before.used) / added };
}

const kib = (bytes = Number.NaN): string => (bytes / 1024).toFixed(1);

function describe({ name, rounds, memory }: Contender, desktops: number): string {
  const last = rounds.map((round) => round.last);
  const cpu = rounds.map((round) => (1000 * round.cpu) / desktops);
  const sinceResult = rounds.flatMap((round) => round.sinceResult ?? []);
  const more = sinceResult.length === 0 ? '' : `; from the last result ${ms(median(sinceResult))}`;
  const loop = median(rounds.map((round) => round.loop.max));
  return (
    `  ${name.padEnd(8)} last ${ms(median(last)).padStart(6)} ms (${ms(quantile(last, 0))} to ${ms(quantile(last, 1))})${more}; ` +
    `${median(cpu).toFixed(1)} us of CPU per desktop; loop late at most ${ms(loop)} ms; ${kib(memory?.rss)} KiB of RSS, ${kib(memory?.used)} used, per desktop`
  );
}

export async function lastOf(crowds: Crowds, desktops: number, rounds: number, profileTo: string | undefined): Promise<void> {
  say(`${desktops} desktops, ${rounds} rounds: from the commit (or the call) until the last has CampaignStopped`);
  const ours = await gateway(crowds, desktops, profileTo);
  const bare = await peerServer(crowds, 'bare', ours.payload);
  const aedes = await peerServer(crowds, 'aedes', ours.payload);
  const contenders = [ours, aedes, bare];
  try {
    for (const contender of contenders) await connect(contender, desktops);
    for (let round = 0; round <= rounds; round += 1) {
      for (const contender of contenders) {
        const result = await contender.round();
        // the first is for the compiler
        if (round > 0) contender.rounds.push(result);
      }
    }
    for (const contender of contenders) say(describe(contender, desktops));
    const last = ({ rounds: all }: Contender): number => median(all.map((round) => round.last));
    const cpu = ({ rounds: all }: Contender): number => median(all.map((round) => round.cpu));
    const over = (of: Contender, kind: keyof Memory): string => kib((of.memory?.[kind] ?? Number.NaN) - (bare.memory?.[kind] ?? Number.NaN));
    say(`  last desktop: ${(last(ours) / last(aedes)).toFixed(2)} of aedes, ${(last(ours) / last(bare)).toFixed(2)} of bare sockets`);
    say(`  CPU: ${(cpu(ours) / cpu(aedes)).toFixed(2)} of aedes, ${(cpu(ours) / cpu(bare)).toFixed(2)} of bare sockets`);
    say(`  memory over a bare socket, KiB per desktop: ${over(ours, 'used')} used, ${over(ours, 'rss')} of RSS (aedes ${over(aedes, 'used')}, ${over(aedes, 'rss')})`);
  } finally {
    for (const contender of contenders) {
      await crowds.close(contender.name);
      await contender.end();
    }
  }
}
