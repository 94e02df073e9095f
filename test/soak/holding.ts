import { readFile, rm } from 'node:fs/promises';
import { systemClock } from '../../src/util/clock.js';
import { sampleOf } from '../metrics/support.js';
import { HOST } from '../support/gateway.js';
import type { Holding, MemorySample } from './invariants/leaks.js';

const LOOK_MS = 20;

async function metricsAt(httpPort: number): Promise<(name: string, labels?: Record<string, string>) => number> {
  const text = await (await fetch(`http://${HOST}:${httpPort}/metrics`)).text();
  return (name, labels = {}) => sampleOf(text, name, labels) ?? 0;
}

/** What a gateway's process holds; its number of timers it writes to `timersFile`. `agents` is what the store says. */
export async function readHolding(httpPort: number, pid: number, timersFile: string, agents: number): Promise<Holding> {
  await rm(timersFile, { force: true });
  process.kill(pid, 'SIGUSR2');
  const timers = Number(await written(timersFile));
  const value = await metricsAt(httpPort);
  return {
    connections: value('ocm_connections', { dialect: 'T' }) + value('ocm_connections', { dialect: 'GSW_CM' }),
    agents,
    openFiles: value('process_open_fds'),
    handles: value('nodejs_active_handles_total'),
    timers,
  };
}

async function written(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    if (text !== '') return text;
    await new Promise<void>((resolve) => void systemClock.after(LOOK_MS, resolve, { keepAlive: true }));
  }
}

/** Undefined while the gateway does not answer. */
export async function readMemory(httpPort: number, pid: number): Promise<MemorySample | undefined> {
  try {
    const value = await metricsAt(httpPort);
    return { atMs: systemClock.now(), pid, bytes: value('process_resident_memory_bytes') };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
