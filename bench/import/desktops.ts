import { setTimeout as pause } from 'node:timers/promises';
import { DialMode } from '../../protocol/index.js';
import { connectDesktop, connectDirect, type DesktopClient } from '../../src/client/index.js';
import type { ProcessPorts } from '../../test/support/gateway-process.js';
import { agentIds, CAMPAIGN_ID, GROUP_ID, WORKED } from './deployment.js';
import { Stopwatch, type Wait } from './waits.js';

/** What an agent thinks between two requests. */
const THINK_MS = 20;
/** Result of every call. */
const ANSWER = 33;
const host = '127.0.0.1';

/** Desktops that take records and end them, in a closed loop, until they are stopped. */
export class Desktops {
  readonly #watch = new Stopwatch();
  #stopped = false;

  private constructor(
    private readonly desktops: readonly DesktopClient[],
    private readonly loops: { done: Promise<unknown> },
  ) {}

  /** Starts the campaign and its agents. */
  static async start(ports: ProcessPorts): Promise<Desktops> {
    const supervisor = await connectDirect({ host, port: ports.direct, clientName: 'bench' });
    const campaign = { GSW_CM_AttrCampaignID: CAMPAIGN_ID, GSW_CM_AttrGroupID: GROUP_ID };
    await supervisor.request('GSW_CM_ReqLoadCampaign', campaign);
    await supervisor.request('GSW_CM_ReqStartDialing', { ...campaign, GSW_CM_AttrDialMode: DialMode.Preview });
    await supervisor.close();
    const desktops = await Promise.all(agentIds().map((id) => begin(id, ports.tevents)));
    const loops = { done: Promise.resolve() as Promise<unknown> };
    const started = new Desktops(desktops, loops);
    loops.done = Promise.all(desktops.map((desktop) => started.#work(desktop)));
    // told by `stop`, or by whoever waits for the loops
    loops.done.catch(() => undefined);
    return started;
  }

  /** Rejects where a desktop fails; never resolves while they work. */
  get failed(): Promise<unknown> {
    return this.loops.done;
  }

  /** From each request to its answer, which comes behind its acknowledgment. */
  take(): Wait[] {
    return this.#watch.take();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.loops.done;
    for (const desktop of this.desktops) await desktop.close();
  }

  async #work(desktop: DesktopClient): Promise<void> {
    while (!this.#stopped) {
      const record = await this.#watch.time(() => desktop.userRequest('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: WORKED }));
      if (record.name !== 'PreviewRecord') throw new Error(`the list of the agents is too short: ${record.name}`);
      await pause(THINK_MS);
      const handle = record.integer('GSW_RECORD_HANDLE') ?? 0;
      await this.#watch.time(() => desktop.userRequest('RecordProcessed', { GSW_RECORD_HANDLE: handle, GSW_CALL_RESULT: ANSWER }));
      await pause(THINK_MS);
    }
  }
}

async function begin(id: string, port: number): Promise<DesktopClient> {
  const desktop = await connectDesktop({ host, port, applicationName: 'bench' });
  await desktop.registerAddress(`7${id}`);
  await desktop.login(id);
  await desktop.ready();
  return desktop;
}
