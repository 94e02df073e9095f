import { StoreAway, type StoreClient } from '../../src/store/client.js';
import { HOST } from '../support/gateway.js';
import type { SoakGroup } from './deployment.js';
import type { Records } from './records.js';
import type { Stop } from './stop.js';

const LOOK_MS = 400;
const NOT_LOADED = 0;
const LOADED = 4;
const RUNNING = 5;
/** The part of all looks at a running group at which somebody stops or unloads it by hand. */
const BY_HAND = 0.004;
/** How many records a group gets whenever it has completed. */
const RECORDS_PER_AGENT = 2;
const FEWEST = 10;
const HAND_REQUESTS = ['StopDialing', 'CampaignComplete', 'CampaignForceUnload'] as const;

export interface CampaignParts {
  readonly groups: readonly SoakGroup[];
  readonly client: StoreClient;
  readonly records: Records;
  readonly httpPort: () => number | undefined;
  readonly random: () => number;
  readonly stop: Stop;
}

/** Whoever runs the campaigns: fills, loads and starts every group again when it has completed, going by what the store says of it. */
export class Campaigns {
  readonly counts = { loads: 0, starts: 0, byHand: 0, refused: 0, unanswered: 0 };
  /** Records are added, and groups stopped by hand; else what is left is dialed, and that is all. */
  refilling = true;
  readonly #busy = new Map<number, Promise<void>>();

  constructor(private readonly parts: CampaignParts) {}

  async run(): Promise<void> {
    const { groups, stop } = this.parts;
    const failures: unknown[] = [];
    while (!stop.stopped && failures.length === 0) {
      const statuses = await this.#statuses();
      for (const [index, group] of groups.entries()) {
        const status = statuses?.get(group.dbid);
        if (status === undefined || this.#busy.has(index)) continue;
        const job = this.#attend(group, index, status)
          .catch((error: unknown) => void failures.push(error))
          .finally(() => this.#busy.delete(index));
        this.#busy.set(index, job);
      }
      await stop.pause(LOOK_MS);
    }
    await Promise.all(this.#busy.values());
    if (failures.length > 0) throw failures[0];
  }

  async #statuses(): Promise<Map<number, number> | undefined> {
    try {
      const rows = await this.parts.client.query<{ dbid: number; status: number }>('SELECT dbid, status FROM ocm_campaign_group');
      return new Map(rows.map(({ dbid, status }) => [dbid, status]));
    } catch (error) {
      if (error instanceof StoreAway) return undefined;
      throw error;
    }
  }

  async #attend(group: SoakGroup, index: number, status: number): Promise<void> {
    const { records, random, stop } = this.parts;
    if (status === RUNNING) {
      if (!this.refilling || random() >= BY_HAND) return;
      const request = HAND_REQUESTS[Math.floor(random() * HAND_REQUESTS.length)] ?? 'StopDialing';
      if (await this.#ask(group, request, {})) this.counts.byHand += 1;
      return;
    }
    if (status === NOT_LOADED) {
      if (this.refilling && !(await records.add(group, index, Math.max(FEWEST, RECORDS_PER_AGENT * group.agents.length), random() < 0.6))) return;
      if (!this.refilling && !(await this.#hasReady(group))) return;
      if (!(await this.#ask(group, 'CampaignLoad', { GSW_AUTO_COMPLETION: 1 }))) return;
      this.counts.loads += 1;
    }
    if (stop.stopped || (status !== NOT_LOADED && status !== LOADED)) return;
    if (await this.#ask(group, 'StartDialing', { GSW_AUTO_COMPLETION: 1 })) this.counts.starts += 1;
  }

  async #hasReady({ table }: SoakGroup): Promise<boolean> {
    try {
      return (await this.parts.client.query(`SELECT 1 FROM ${table} WHERE record_status = 1 LIMIT 1`)).length > 0;
    } catch (error) {
      if (error instanceof StoreAway) return false;
      throw error;
    }
  }

  /** Whether it was done; not, where the gateway or its store is away, or the group is in another state by now. */
  async #ask({ dbid }: SoakGroup, request: string, body: object): Promise<boolean> {
    const port = this.parts.httpPort();
    if (port === undefined) return false;
    try {
      const answer = await fetch(`http://${HOST}:${port}/campaigngroups/${dbid}?req=${request}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      const text = await answer.text();
      if (answer.ok) return true;
      if (answer.status !== 409 && answer.status !== 503) throw new Error(`${request} of group ${dbid} was answered ${answer.status}: ${text}`);
      this.counts.refused += 1;
    } catch (error) {
      // what fetch throws where the line broke
      if (!(error instanceof TypeError)) throw error;
      this.counts.unanswered += 1;
    }
    return false;
  }
}
