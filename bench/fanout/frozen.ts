import type { Crowds } from './crowd.js';
import { ms, say } from './figures.js';
import { BenchGateway } from './gateway.js';
import { now } from './peer.js';
import type { LoopDelay } from './probe.js';

/** One desktop of twenty stops reading: what do the others lose by it? */

const CROWD = 'frozen';
const DESKTOPS = 20;
/** Long events, so that the buffers of the kernel and the outbox of the frozen one are soon full. */
const DESCRIPTION_BYTES = 8192;

interface Phase {
  /** From the first request until the last of those who read had the last event. */
  readonly took: number;
  /** Bytes that each of them had. */
  readonly counts: readonly number[];
  readonly loop: LoopDelay;
}

/** So many loads and unloads, one after the other, of which every desktop is told. */
async function churn(crowds: Crowds, server: BenchGateway, cycles: number, cycleBytes: number): Promise<Phase> {
  await crowds.settled(CROWD);
  await crowds.arm(CROWD, cycles * cycleBytes);
  await server.peer.ask('watchLoop');
  const before = now();
  for (let cycle = 0; cycle < cycles; cycle += 1) await server.cycle();
  const last = await crowds.arrived(CROWD);
  return { took: last - before, counts: await crowds.counts(CROWD), loop: await server.peer.ask<LoopDelay>('loopDelay') };
}

export async function frozenDesktop(crowds: Crowds, cycles: number): Promise<void> {
  say(`${DESKTOPS} desktops, ${2 * cycles} events of ${DESCRIPTION_BYTES} bytes and more to each, with and without one that does not read`);
  const server = await BenchGateway.start({ groups: 1, agents: DESKTOPS + 1, descriptionBytes: DESCRIPTION_BYTES });
  try {
    await crowds.connect(CROWD, { kind: 'desktop', port: server.tevents, names: server.listeners });
    await crowds.learn(CROWD);
    await server.cycle();
    await crowds.settled(CROWD);
    const { length: cycleBytes } = await crowds.sample(CROWD);
    await churn(crowds, server, cycles, cycleBytes);
    const without = await churn(crowds, server, cycles, cycleBytes);
    await crowds.freeze(CROWD);
    const withOne = await churn(crowds, server, cycles, cycleBytes);
    for (const [name, { took, counts, loop }] of [['all read', without], ['one frozen', withOne]] as const) {
      const whole = counts.filter((count) => count === cycles * cycleBytes).length;
      say(`  ${name.padEnd(10)} ${whole} of ${counts.length} had every event; ${ms(took / (2 * cycles))} ms per event; loop late p99 ${ms(loop.p99)} ms`);
    }
    const closed = /ocm_connections_closed_total\{[^}]*reason="(outboxFull|drainTimeout)"[^}]*\} 1\b/.exec(await server.metrics())?.[1];
    say(`  time with the frozen one: ${(withOne.took / without.took).toFixed(2)} of that without; it was ${closed === undefined ? 'not closed' : `closed (${closed})`}`);
  } finally {
    await crowds.close(CROWD);
    await server.end();
  }
}
