import { rm } from 'node:fs/promises';
import { type Dialect, ocm1 } from '../../protocol/index.js';
import { systemClock } from '../../src/util/clock.js';
import { frames, malformed } from '../protocol/support/fixtures.js';
import { makeStoreDirectory } from '../support/engine.js';
import { GatewayProcess, type ProcessPorts } from '../support/gateway-process.js';
import { importRecords } from '../support/gateway.js';
import { corpus } from './corpus.js';
import { Dice } from './dice.js';
import { Finding, FuzzLine } from './fuzz-line.js';
import { playHttp } from './http.js';
import { prelude, type Seat } from './messages.js';
import { anyBytes, type StreamParts, wellFormed } from './stream.js';
import { type Rest, Vitals, type Worst } from './vitals.js';

export interface FuzzOptions {
  /** How many frames, HTTP requests among them, are to be read by the gateway. */
  readonly frames: number;
  readonly seed: number;
  /** Told now and then. */
  readonly onProgress?: (account: Account) => void;
}

export interface Account {
  frames: number;
  /** Of them over HTTP. */
  requests: number;
  connections: number;
  readonly findings: Finding[];
}

export interface FuzzReport extends Account {
  readonly ms: number;
  readonly worst: Worst;
  readonly before: Rest;
  readonly after: Rest;
  /** What the gateway did wrong beside the findings: not there, something left behind, errors in its log. */
  readonly problems: readonly string[];
}

const LANES = 12;
/** Streams of a connection at most. */
const ROUNDS = 12;
const AGENTS: readonly [string, ...string[]] = ['1001', '1002', '1003', '2001'];
const RECORDS = 300;
/** What a process may hold more than before: it has been warmed up. */
const MORE_RSS_MIB = 160;
const MORE_DESCRIPTORS = 8;
const LONGEST_DELAY_MS = 3_000;
const REST_MS = 30_000;
const PROGRESS_MS = 1_000;

/** Sends changed frames, sessions and requests to the listeners of a gateway that runs in a process of its own, and watches it. */
export async function fuzz({ frames: wanted, seed, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const directory = await makeStoreDirectory();
  const gateway = GatewayProcess.start({ OCM_STORE_URL: `pglite:${directory}` });
  const account: Account = { frames: 0, requests: 0, connections: 0, findings: [] };
  const problems: string[] = [];
  const readLog = (): void => {
    const cut = gateway.stdout.lastIndexOf('\n') + 1;
    problems.push(...(gateway.stdout.slice(0, cut).match(/^\S+ error .*$/gm) ?? []).slice(0, 5));
    // what a long run says does not fit into memory
    gateway.stdout = gateway.stdout.slice(cut);
  };
  let vitals: Vitals | undefined;
  try {
    const ports = await gateway.ready();
    await importRecords({ ports }, RECORDS);
    vitals = await Vitals.start(gateway, ports);
    const from = systemClock.now();
    const isLate = (since: number): boolean => systemClock.now() - since > REST_MS;
    const run = async (until: number): Promise<void> => {
      const goesOn = (): boolean => account.frames < until && account.findings.length === 0 && vitals?.problems.length === 0;
      await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane, new Dice(seed * 1000 + lane + until), ports, account, goesOn)));
    };
    const progress = watch(() => {
      readLog();
      onProgress?.(account);
    });
    // what every kind of request needs once, such as compiled code and pages of the store, is no leak
    await run(wanted / 5);
    const warm = await vitals.rest(lateFrom(isLate));
    await run(wanted);
    const after = await vitals.rest(lateFrom(isLate));
    progress();
    const ms = systemClock.now() - from;
    await vitals.stop();
    readLog();
    const { worst } = vitals;
    problems.push(...vitals.problems);
    if (after.rssMiB > warm.rssMiB + MORE_RSS_MIB) problems.push(`memory grew from ${warm.rssMiB.toFixed(0)} to ${after.rssMiB.toFixed(0)} MiB`);
    if (after.descriptors > warm.descriptors + MORE_DESCRIPTORS) problems.push(`${after.descriptors - warm.descriptors} descriptors are left`);
    for (const [what, delay] of [['a heartbeat', worst.heartbeatMs], ['/health', worst.healthMs], ['the loop, p99,', worst.loopDelayP99Ms]] as const) {
      if (delay > LONGEST_DELAY_MS) problems.push(`${what} took ${delay.toFixed(0)} ms`);
    }
    return { ...account, ms, worst, before: warm, after, problems };
  } finally {
    const { code } = await gateway.end('SIGTERM');
    if (code !== 0) problems.push(`the gateway ended with ${code}: ${gateway.stderr.slice(0, 2000)}`);
    await rm(directory, { recursive: true, force: true });
  }
}

const lateFrom = (isLate: (since: number) => boolean): (() => boolean) => {
  const since = systemClock.now();
  return () => isLate(since);
};

function watch(look: () => void): () => void {
  const tick = (): { cancel(): void } => systemClock.after(PROGRESS_MS, () => {
    look();
    timer = tick();
  });
  let timer = tick();
  return () => timer.cancel();
}

/** One client after the other. */
async function runLane(lane: number, dice: Dice, ports: ProcessPorts, account: Account, goesOn: () => boolean): Promise<void> {
  const from = `127.0.1.${lane + 1}`;
  const dialect: Dialect = lane % 2 === 0 ? 'T' : 'GSW_CM';
  const parts: StreamParts = {
    dialect,
    // two lanes share an agent and its DN now and then
    seat: { dn: String(7001 + (lane >> 2)), agent: AGENTS[(lane >> 2) % AGENTS.length] ?? AGENTS[0] },
    known: [...frames.filter(({ message }) => message.dialect === dialect), ...malformed.filter(({ listener }) => listener === dialect), ...corpus.filter((one) => one.dialect === dialect)].map(({ bytes }) => bytes),
  };
  while (goesOn()) {
    try {
      if (dice.oneIn(12)) {
        const sent = await playHttp(ports.http, from, dice);
        account.frames += sent;
        account.requests += sent;
      } else await playLine(dialect === 'T' ? ports.tevents : ports.direct, from, parts, dice, account, goesOn);
      account.connections += 1;
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      account.findings.push(error);
    }
  }
}

async function playLine(port: number, from: string, parts: StreamParts, dice: Dice, account: Account, goesOn: () => boolean): Promise<void> {
  const line = await FuzzLine.open(port, parts.dialect, from);
  try {
    let bytes: Buffer = Buffer.concat(sessionBegin(dice, parts.dialect, parts.seat));
    for (let round = dice.below(ROUNDS); round >= 0 && goesOn(); round -= 1) {
      const { frames: read, lives } = await line.play(bytes, dice);
      account.frames += read;
      if (!lives) return;
      bytes = dice.oneIn(3) ? anyBytes(dice, parts) : wellFormed(dice, parts);
    }
  } finally {
    line.leave(dice);
  }
}

const sessionBegin = (dice: Dice, dialect: Dialect, seat: Seat): Uint8Array[] => prelude(dice, dialect, seat).map((message) => ocm1.encode(message));
