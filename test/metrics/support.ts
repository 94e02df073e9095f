import { makeMessage } from '../../protocol/index.js';
import { Metrics } from '../../src/metrics/metrics.js';
import { createNetCounters } from '../../src/net/net-counters.js';
import { Traffic } from '../../src/session/traffic.js';

/** The value of a sample with exactly these labels in the text format of Prometheus; undefined where there is none. */
export function sampleOf(text: string, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  for (const line of text.split('\n')) {
    const [, found, inner = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found !== name) continue;
    const has = inner === '' ? [] : inner.split(/,(?=\w+=)/);
    if (has.length === wanted.length && wanted.every((pair) => has.includes(pair))) return Number(value);
  }
  return undefined;
}

/** The gateway's own metrics and what each is told apart by. */
export async function everyMetric(): Promise<{ readonly name: string; readonly labels: readonly string[] }[]> {
  const metrics = new Metrics();
  const traffic = new Traffic();
  traffic.received(makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: 1 }));
  traffic.refused('HTTP', 'InvalidParameter');
  traffic.malformed('T', 'FrameTooLong');
  metrics.answered({ method: 'GET', route: '/health', status: 200, ms: 1 });
  for (const step of ['retrieval', 'result', 'probe', 'completion', 'fanOut'] as const) metrics.durations.took(step, 1, 1);
  metrics.durations.unloaded(1, true);
  metrics.watch({
    traffic,
    snapshots: () => [{ status: 'Running' }],
    recordCounts: () => [{ list: 'Spring', ready: 1, retrieved: 0, final: 0, countedAt: 0 }],
    connections: () => [{ dialect: 'T', counters: createNetCounters(), waitingBytes: 0 }],
    http: () => undefined,
      logins: () => [{ entrance: 'T', outcome: 'wrong', count: 0 }],
    heldBytes: () => 0,
    now: () => 0,
  });
  const text = await metrics.render();
  return Array.from(text.matchAll(/^# HELP (ocm_\w+) /gm), ([, name = '']) => {
    const [, labels = ''] = new RegExp(`^${name}(?:_sum)?(?:\\{(.*)\\})? `, 'm').exec(text) ?? [];
    return { name, labels: Array.from(labels.matchAll(/(\w+)="/g), ([, label = '']) => label) };
  });
}
