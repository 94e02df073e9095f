import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connectDesktop, type DesktopClient } from '../src/client/index.js';
import { DEFAULT_COST, hashPassword } from '../src/util/scrypt-hash.js';
import { GatewayProcess } from '../test/support/gateway-process.js';

/**
 * How long until every desktop is logged in again after the gateway was killed and started anew, with passwords that are
 * hashes: `node dist/bench/relogin.js [DESKTOPS]`. See bench/README.md.
 */
const DESKTOPS = Number(process.argv[2] ?? 5000);
/** Cheaper than what hash-password makes, or the first logins would take minutes; after the restart no hash is computed. */
const CHEAP = { N: 1024, r: 8, p: 1 };
const AT_A_TIME = 100;
const PORT = '7411';
const HASHES_TIMED = 20;
const HASHES_AT_A_TIME = 2;

const seconds = (sinceMs: number): number => (performance.now() - sinceMs) / 1000;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const agentId = (index: number): string => String(100_001 + index);

/** All of them, some at a time. */
async function each<T>(count: number, job: (index: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) done[index] = await job(index);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return done;
}

async function writeConfig(directory: string): Promise<string> {
  const client = { name: 'desktop', password: await hashPassword('of the desktops', CHEAP), roles: ['agent'] };
  const agents = await each(DESKTOPS, async (index) => ({ id: agentId(index), name: agentId(index), password: await hashPassword(agentId(index), CHEAP) }));
  const file = join(directory, 'config.yaml');
  // JSON is YAML
  await writeFile(file, JSON.stringify({
    server: { dbid: 156, name: 'OCServer' },
    listeners: { direct: { port: 0 }, tevents: { port: Number(PORT) }, http: { port: 0 } },
    store: { url: 'pglite:./data' },
    agents,
    groups: [{ dbid: 732, name: 'Sales', agents: agents.map(({ id }) => id) }],
    callingLists: [{ dbid: 501, name: 'Spring', table: 'cl_spring' }],
    campaigns: [{ dbid: 101, name: 'Spring', description: '', lists: [{ list: 'Spring', weight: 10 }] }],
    campaignGroups: [{ dbid: 1001, campaign: 101, group: 732, dialMode: 'Preview' }],
    clients: [client],
  }));
  return file;
}

async function logIn(index: number): Promise<DesktopClient> {
  const desktop = await connectDesktop({ host: '127.0.0.1', port: Number(PORT), applicationName: 'desktop', password: 'of the desktops', reconnect: true, requestTimeoutMs: 60_000 });
  await desktop.registerAddress(`dn${index}`);
  await desktop.login(agentId(index), { password: agentId(index) });
  await desktop.ready();
  return desktop;
}

const directory = await mkdtemp(join(tmpdir(), 'ocm-bench-'));
const env = { OCM_LISTENERS_TEVENTS_PORT: PORT };
let gateway: GatewayProcess | undefined;
try {
  let since = performance.now();
  const config = await writeConfig(directory);
  say(`${DESKTOPS} hashes of the cheap kind made in ${seconds(since).toFixed(1)} s`);
  gateway = GatewayProcess.start(env, config);
  await gateway.ready();
  since = performance.now();
  const desktops = await each(DESKTOPS, logIn);
  say(`first logins, by password, each hash computed: ${seconds(since).toFixed(1)} s`);

  await gateway.end('SIGKILL');
  since = performance.now();
  gateway = GatewayProcess.start(env, config);
  await gateway.ready();
  say(`killed; the gateway serves again after ${seconds(since).toFixed(1)} s`);
  await Promise.all(desktops.map((desktop) => desktop.up()));
  say(`all ${DESKTOPS} desktops are registered, logged in and ready ${seconds(since).toFixed(1)} s after the start of the new process`);

  since = performance.now();
  for (let left = HASHES_TIMED; left > 0; left -= HASHES_AT_A_TIME) await Promise.all(Array.from({ length: HASHES_AT_A_TIME }, () => hashPassword('x', DEFAULT_COST)));
  say(`hashes as hash-password makes them, ${HASHES_AT_A_TIME} at a time, would take ${((seconds(since) / HASHES_TIMED) * DESKTOPS).toFixed(0)} s for as many`);
  await Promise.all(desktops.map((desktop) => desktop.close()));
} finally {
  await gateway?.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
}
