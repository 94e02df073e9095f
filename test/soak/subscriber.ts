import { type Message, readMessage } from '../../protocol/index.js';
import { connectDirect, ConnectionClosed, type DirectClient, RequestTimedOut } from '../../src/client/index.js';
import { systemClock } from '../../src/util/clock.js';
import { HOST } from '../support/gateway.js';
import type { SoakGroup } from './deployment.js';
import type { Listening } from './invariants/heard-once.js';
import { tapped } from './tap.js';
import { SETTLE_MS } from './witness.js';

/** What an event of a campaign group is in the journal. */
const KINDS: Readonly<Record<string, string>> = {
  GSW_CM_EvCampaignLoaded: 'Loaded',
  GSW_CM_EvCampaignUnloaded: 'Unloaded',
  GSW_CM_EvDialingStarted: 'Started',
  GSW_CM_EvDialingStopped: 'Stopped',
  GSW_CM_EvDialingModeChanged: 'ModeChanged',
};

/** A direct client that has subscribed to every campaign, and notes what it is told on each of its lines. */
export class Subscriber {
  #client: DirectClient | undefined;
  #heard = new Map<number, string[]>();
  /** Since when the line has every subscription. */
  #startMs: number | undefined;
  #registered = 0;

  constructor(
    private readonly groups: readonly SoakGroup[],
    private readonly onOver: (listening: Listening) => void,
  ) {}

  async open(port: number): Promise<void> {
    const client = await connectDirect({
      host: HOST,
      port,
      clientName: 'subscriber',
      reconnect: { firstDelayMs: 50, maxDelayMs: 2000 },
      eventLimit: 1,
      profile: tapped(() => {
        this.#lineOver(systemClock.now() - SETTLE_MS);
        return (message) => this.#hear(message);
      }),
      onConnection: ({ kind }) => {
        if (kind === 'lost') this.#lineOver(systemClock.now() - SETTLE_MS);
      },
    });
    this.#client = client;
    for (const { campaignDbid } of this.groups) await client.request('GSW_CM_ReqCampaignRegistered', { GSW_CM_AttrCampaignID: campaignDbid });
  }

  /** Everything up to now has come: closes it. */
  async finish(): Promise<void> {
    const atMs = systemClock.now();
    try {
      await this.#client?.request('GSW_CM_ReqHeartbeat', {});
      this.#lineOver(atMs);
    } catch (error) {
      if (!(error instanceof ConnectionClosed || error instanceof RequestTimedOut)) throw error;
    }
    await this.close();
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }

  #lineOver(sureUntilMs: number): void {
    if (this.#startMs !== undefined) this.onOver({ startMs: this.#startMs, heard: this.#heard, sureUntilMs });
    this.#startMs = undefined;
    this.#registered = 0;
    this.#heard = new Map();
  }

  #hear(message: Message): void {
    const read = readMessage(message);
    if (read.kind === 'wrong') return;
    if (read.name === 'GSW_CM_EvCampaignRegistered') {
      this.#registered += 1;
      if (this.#registered === this.groups.length) this.#startMs = systemClock.now();
      return;
    }
    const kind = KINDS[read.name];
    if (kind === undefined || !('GSW_CM_AttrSessionID' in read.attributes)) return;
    const group = read.attributes.GSW_CM_AttrSessionID ?? 0;
    const heard = this.#heard.get(group);
    if (heard === undefined) this.#heard.set(group, [kind]);
    else heard.push(kind);
  }
}
