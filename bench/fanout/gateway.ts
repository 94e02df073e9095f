import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CallResult, int, keys } from '../../protocol/index.js';
import { connectDesktop, connectDirect, type DesktopClient, type DirectClient } from '../../src/client/index.js';
import { agentsOf, campaignId, campaignName, groupId, listName, type Shape, writeDeployment } from './deployment.js';
import { now, Peer } from './peer.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const LOADED = ['probe.js', 'watch-gateway.js'].flatMap((name) => ['--import', new URL(name, import.meta.url).href]);
const READY = /is ready direct=(\d+) tevents=(\d+) http=(\d+)/;

const AUTO_COMPLETION = [{ key: keys.GSW_AUTO_COMPLETION, value: int(1) }];

/** When a completion was committed. Milliseconds of the machine's clock, and of processor time of the gateway. */
export interface Stopped {
  readonly groupDbid: number;
  readonly at: number;
  readonly cpuMs: number;
}

/** The real gateway in a process of its own, with agents who work one record per group and whoever else logs in. */
export class BenchGateway {
  #workers: readonly DesktopClient[] = [];

  private constructor(
    readonly peer: Peer,
    readonly tevents: number,
    readonly direct: DirectClient,
    private readonly http: number,
    private readonly directory: string,
    private readonly shape: Shape,
  ) {}

  static async start(shape: Shape, profileTo?: string): Promise<BenchGateway> {
    const directory = await mkdtemp(join(tmpdir(), 'ocm-fanout-'));
    const config = await writeDeployment(directory, shape);
    const profiling = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
    const peer = Peer.start('gateway', MAIN, ['start', '--config', config], { nodeOptions: ['--expose-gc', ...profiling, ...LOADED] });
    const [, direct, tevents, http] = await peer.said(READY);
    const supervisor = await connectDirect({ host: '127.0.0.1', port: Number(direct), clientName: 'bench', requestTimeoutMs: 60_000 });
    return new BenchGateway(peer, Number(tevents), supervisor, Number(http), directory, shape);
  }

  /** Those who only listen: every agent but the first of each group. */
  get listeners(): string[] {
    return agentsOf(this.shape).flatMap((agents) => agents.slice(1));
  }

  /** Logs in the first agent of each group, who works. */
  async seatWorkers(): Promise<void> {
    this.#workers = await Promise.all(
      agentsOf(this.shape).map(async ([agent = '']) => {
        const desktop = await connectDesktop({ host: '127.0.0.1', port: this.tevents, applicationName: 'worker', requestTimeoutMs: 60_000 });
        await desktop.registerAddress(agent);
        await desktop.login(agent);
        await desktop.ready();
        return desktop;
      }),
    );
  }

  /** Loads one record into every list, and every campaign group, dialing in Preview until it is depleted; its record is in its worker's hands. */
  async prepare(): Promise<() => Promise<number>> {
    const handles: number[] = [];
    for (let group = 0; group < this.shape.groups; group += 1) {
      await this.#import(group);
      const names = { GSW_CM_AttrCampaignID: campaignId(group), GSW_CM_AttrGroupID: groupId(group) };
      await this.direct.request('GSW_CM_ReqLoadCampaign', { ...names, GSW_CM_AttrProperties: AUTO_COMPLETION });
      await this.direct.request('GSW_CM_ReqStartDialing', names);
      handles.push(await this.#takeRecord(group));
    }
    return async () => {
      const at = now();
      await Promise.all(this.#workers.map((worker, group) => worker.userRequest('RecordProcessed', { [keys.GSW_RECORD_HANDLE]: handles[group] ?? 0, [keys.GSW_CALL_RESULT]: CallResult.Answer })));
      return at;
    };
  }

  /** A campaign group is loaded and unloaded again: two events for everybody. */
  async cycle(): Promise<void> {
    const names = { GSW_CM_AttrCampaignID: campaignId(0), GSW_CM_AttrGroupID: groupId(0) };
    await this.direct.request('GSW_CM_ReqLoadCampaign', names);
    await this.direct.request('GSW_CM_ReqUnloadCampaign', names);
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.http}/metrics`)).text();
  }

  async end(): Promise<void> {
    await Promise.all([this.direct.close(), ...this.#workers.map((worker) => worker.close())]);
    await this.peer.end();
    await rm(this.directory, { recursive: true, force: true });
  }

  async #import(group: number): Promise<void> {
    const url = `http://127.0.0.1:${this.http}/lists/${listName(group)}/import`;
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'text/csv' }, body: `contact_info,contact_info_type,tz_dbid\n2025550100,4,1\n` });
    if (!answer.ok) throw new Error(`import: ${await answer.text()}`);
  }

  async #takeRecord(group: number): Promise<number> {
    const worker = this.#workers[group];
    for (;;) {
      const event = await worker?.userRequest('PreviewRecordRequest', { [keys.GSW_CAMPAIGN_NAME]: campaignName(group) });
      const handle = event?.integer(keys.GSW_RECORD_HANDLE);
      if (handle !== undefined) return handle;
    }
  }
}
