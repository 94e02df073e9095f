import { EventErrorCode, keys, UserEventError } from '../../protocol/index.js';
import { ConnectionClosed, connectDesktop, type DesktopClient, type ReceivedData, RequestRefused, RequestTimedOut } from '../../src/client/index.js';
import { systemClock } from '../../src/util/clock.js';
import { HOST } from '../support/gateway.js';
import { resultOf } from '../support/worker.js';
import type { SoakGroup } from './deployment.js';
import type { Stop } from './stop.js';
import { Witness } from './witness.js';
import type { Tenure } from './invariants/told-once.js';

const RECONNECT = { firstDelayMs: 50, maxDelayMs: 2000 };
const AGAIN_MS = 300;
/** How long an agent stays, and stays away. */
const STAY_MS = { min: 8000, max: 60_000 };
const AWAY_MS = { min: 200, max: 12_000 };
/** How long it takes for a record, and waits for the next where there was none. */
const WORK_MS = { min: 500, max: 6000 };
const IDLE_MS = { min: 1000, max: 3000 };
/** Of the ends of a stay, those at which the agent does not log out. */
const WALKS_OUT = 0.4;

const { CampaignNotLoaded, CampaignNotRunning, StoreAway, UnknownRecordHandle, RecordNotWithAgent, TooManyRecords } = UserEventError;
/** There is nothing to do just now. */
const NO_WORK: ReadonlySet<number> = new Set([CampaignNotLoaded, CampaignNotRunning, StoreAway, TooManyRecords]);
/** The record is not this agent's any more: it was away for too long, or the group was unloaded by force. */
const TAKEN: ReadonlySet<number> = new Set([UnknownRecordHandle, RecordNotWithAgent]);

export interface DesktopParts {
  readonly agentId: string;
  readonly group: SoakGroup;
  readonly port: number;
  readonly random: () => number;
  readonly stop: Stop;
  readonly counts: DesktopCounts;
  /** The agent was acknowledged that it has ended this record with this result. */
  readonly onAcknowledged: (phone: string, result: number) => void;
  readonly onTenure: (tenure: Tenure) => void;
}

/** Of all desktops. */
export interface DesktopCounts {
  logins: number;
  logouts: number;
  walkOuts: number;
  reconnects: number;
  records: number;
  rejected: number;
  acknowledged: number;
  taken: number;
  refused: number;
}

export const noCounts = (): DesktopCounts => ({ logins: 0, logouts: 0, walkOuts: 0, reconnects: 0, records: 0, rejected: 0, acknowledged: 0, taken: 0, refused: 0 });

const isLost = (error: unknown): boolean =>
  error instanceof ConnectionClosed || error instanceof RequestTimedOut || (error instanceof RequestRefused && !error.userEvent && error.code === EventErrorCode.StoreAway);

/** An agent who comes, works what the campaign has, and goes: in order, or by pulling the plug. */
export class SoakDesktop {
  readonly #witness: Witness;
  #client: DesktopClient | undefined;
  #closed = false;

  constructor(private readonly parts: DesktopParts) {
    this.#witness = new Witness(parts.agentId, parts.group.dbid, parts.onTenure);
  }

  /** Comes and goes until it is told to stop; is logged out then. */
  async run(): Promise<void> {
    const { stop, random, counts } = this.parts;
    while (!stop.stopped) {
      const client = await this.#arrive();
      if (client === undefined) break;
      await this.#stay(client);
      if (stop.stopped) break;
      if (random() < WALKS_OUT) {
        counts.walkOuts += 1;
        await this.#leave(client);
      } else {
        await this.#logout(client);
      }
      await stop.pause(this.#between(AWAY_MS));
    }
  }

  /** Everything that was sent to it has come by then. */
  async flush(): Promise<void> {
    const atMs = systemClock.now();
    if (this.#client === undefined) return;
    try {
      await this.#client.request('RequestHeartbeat', {});
      this.#witness.flushed(atMs);
    } catch (error) {
      if (!isLost(error)) throw error;
    }
  }

  /** Logs out, for which an agent that has walked out comes back once more. */
  async finish(): Promise<void> {
    const client = this.#client ?? (await this.#arrive(true));
    if (client !== undefined) await this.#logout(client);
  }

  /** Leaves at once, whatever it is at: that fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.close();
  }

  #between({ min, max }: { readonly min: number; readonly max: number }): number {
    return min + (max - min) * this.parts.random();
  }

  async #arrive(whatever = false): Promise<DesktopClient | undefined> {
    const { port, stop, random, agentId, counts } = this.parts;
    let client: DesktopClient | undefined;
    while (client === undefined) {
      if (stop.stopped && !whatever) return undefined;
      try {
        client = await connectDesktop({
          host: HOST,
          port,
          applicationName: 'desktop',
          reconnect: RECONNECT,
          random,
          eventLimit: 64,
          profile: this.#witness.profile(),
          onConnection: ({ kind }) => {
            if (kind === 'lost') this.#witness.lineOver();
            else counts.reconnects += 1;
          },
        });
      } catch (error) {
        if (this.#closed || !isLost(error)) throw error;
        await pause(AGAIN_MS);
      }
    }
    this.#client = client;
    await this.#insist(client, () => client.registerAddress(`7${agentId}`));
    await this.#insist(client, () => client.login(agentId));
    await this.#insist(client, () => client.ready());
    counts.logins += 1;
    return client;
  }

  async #logout(client: DesktopClient): Promise<void> {
    await this.#insist(client, () => {
      this.#witness.leaving();
      return client.logout();
    });
    this.parts.counts.logouts += 1;
    await this.#leave(client);
  }

  async #leave(client: DesktopClient): Promise<void> {
    this.#client = undefined;
    await client.close();
    this.#witness.lineOver();
  }

  /** Works until its time is over. */
  async #stay(client: DesktopClient): Promise<void> {
    const untilMs = systemClock.now() + this.#between(STAY_MS);
    if (this.parts.group.mode === 'Progress') return this.#takeCalls(client, untilMs);
    while (!this.parts.stop.stopped && systemClock.now() < untilMs) {
      const record = await this.#askForRecord(client);
      if (record === undefined) await this.parts.stop.pause(this.#between(IDLE_MS));
      else await this.#work(client, record);
    }
  }

  async #askForRecord(client: DesktopClient): Promise<ReceivedData | undefined> {
    try {
      const event = await client.userRequest('PreviewRecordRequest', { [keys.GSW_CAMPAIGN_NAME]: this.parts.group.campaign });
      return event.name === 'PreviewRecord' ? event : undefined;
    } catch (error) {
      if (isLost(error)) return undefined;
      if (!(error instanceof RequestRefused && error.userEvent && NO_WORK.has(error.code))) throw error;
      this.parts.counts.refused += 1;
      return undefined;
    }
  }

  /** Ends records whose calls are over, while there are any, until its time is over. */
  async #takeCalls(client: DesktopClient, untilMs: number): Promise<void> {
    const { stop } = this.parts;
    const calls = client.calls[Symbol.asyncIterator]();
    let next = calls.next();
    const failures: unknown[] = [];
    const working = new Map<number, Promise<void>>();
    const begin = (data: ReceivedData): void => {
      const handle = data.integer(keys.GSW_RECORD_HANDLE) ?? 0;
      if (working.has(handle)) return;
      working.set(handle, this.#work(client, data).catch((error: unknown) => void failures.push(error)).finally(() => working.delete(handle)));
    };
    while (!stop.stopped && systemClock.now() < untilMs && failures.length === 0) {
      const came = await Promise.race([next, stop.pause(this.#between(IDLE_MS))]);
      if (came === undefined) continue;
      if (came.done === true) break;
      next = calls.next();
      if (came.value.name === 'EventReleased') begin(came.value);
    }
    // told by nobody once the client is closed
    next.catch(() => undefined);
    await Promise.all(working.values());
    if (failures.length > 0) throw failures[0];
  }

  async #work(client: DesktopClient, record: ReceivedData): Promise<void> {
    const { stop, counts, group, random, onAcknowledged } = this.parts;
    counts.records += 1;
    await stop.pause(this.#between(WORK_MS));
    const phone = record.text(keys.GSW_PHONE) ?? '';
    const named = { [keys.GSW_RECORD_HANDLE]: record.integer(keys.GSW_RECORD_HANDLE) ?? 0 };
    const rejects = group.mode === 'Preview' && random() < 0.05;
    const result = resultOf(phone);
    const ended = rejects ? await this.#end(client, 'RecordReject', named) : await this.#end(client, 'RecordProcessed', { ...named, [keys.GSW_CALL_RESULT]: result });
    if (!ended) counts.taken += 1;
    else if (rejects) counts.rejected += 1;
    else {
      counts.acknowledged += 1;
      onAcknowledged(phone, result);
    }
  }

  /** Whether it was acknowledged; not, where the record had been taken from the agent. Sent again where it was not answered. */
  async #end(client: DesktopClient, request: string, pairs: Readonly<Record<string, number>>): Promise<boolean> {
    for (;;) {
      try {
        await this.#insist(client, () => client.userRequest(request, pairs));
        return true;
      } catch (error) {
        if (!(error instanceof RequestRefused && error.userEvent)) throw error;
        if (TAKEN.has(error.code)) return false;
        if (error.code !== StoreAway) throw error;
        this.parts.counts.refused += 1;
        await pause(AGAIN_MS);
      }
    }
  }

  /** Asks until it is answered, over lost lines. */
  async #insist<T>(client: DesktopClient, ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        await client.up();
        return await ask();
      } catch (error) {
        if (this.#closed || !isLost(error)) throw error;
        if (error instanceof RequestRefused) await pause(AGAIN_MS);
      }
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.after(ms, resolve, { keepAlive: true }));
}
