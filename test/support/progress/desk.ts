import { keys, type KvList, UserEventError } from '../../../protocol/index.js';
import {
  type CallEvent,
  ConnectionClosed,
  type DesktopClient,
  connectDesktop,
  type ReceivedData,
  type ReconnectOptions,
  RequestRefused,
  RequestTimedOut,
} from '../../../src/client/index.js';
import { HOST } from '../gateway.js';
import { resultOf } from '../worker.js';

/** One event of a call, as a desktop got it. */
export interface SeenEvent {
  readonly name: CallEvent['name'];
  /** AttributeEventSequenceNumber: its place among all that came on this line. */
  readonly sequence: bigint;
  readonly dn: string;
  readonly otherDn: string | undefined;
  readonly connection: bigint | undefined;
  readonly data: KvList;
}

/** A call as its agent has seen it. */
export interface SeenCall {
  readonly handle: number;
  readonly phone: string;
  readonly campaign: string;
  readonly events: SeenEvent[];
  /** The result with which the agent has ended the record, and where the acknowledgment came. */
  ended?: { readonly result: number; readonly sequence: bigint };
}

/** What a campaign group did, as a desktop was told. */
export interface Told {
  readonly campaign: string;
  readonly name: string;
  readonly sequence: bigint;
}

export interface DeskOptions {
  readonly agentId: string;
  readonly port: number;
  /** Whether it comes back where the line is lost; it then ends what it had. */
  readonly reconnect?: ReconnectOptions;
  readonly random?: () => number;
  /** Called with each event of a call. */
  readonly onCall?: (call: SeenCall, event: SeenEvent) => void;
  /** Called with everything that is told of a campaign. */
  readonly onTold?: (told: Told) => void;
  /** Called when the end of a record was acknowledged. */
  readonly onEnded?: (call: SeenCall) => void;
  /** Whether it ends a record whose call is over, as desktops do. */
  readonly endsRecords?: () => boolean;
}

/** The custom field that an agent writes. */
export const noteOf = (agentId: string, phone: string): string => `${phone} by ${agentId}`;

const sequenceOf = (message: { readonly attributes: { readonly AttributeEventSequenceNumber?: bigint | undefined } }): bigint =>
  message.attributes.AttributeEventSequenceNumber ?? -1n;

/** The desktop of an agent who is called in Progress: it notes what comes, and ends each record when its call is released. */
export class Desk {
  readonly agentId: string;
  readonly dn: string;
  readonly calls = new Map<number, SeenCall>();
  readonly told: Told[] = [];
  /** Never resolves; rejects where something happened that a desktop cannot go on from. */
  readonly failed: Promise<never>;
  readonly #ending = new Set<number>();
  readonly #jobs: Promise<void>[] = [];
  #mood: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => undefined;
  #watchers: (() => void)[] = [];

  private constructor(
    readonly client: DesktopClient,
    private readonly options: DeskOptions,
  ) {
    this.agentId = options.agentId;
    this.dn = dnOf(options.agentId);
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    // told by whoever races against it
    this.failed.catch(() => undefined);
    this.#run(this.#hearCalls());
    this.#run(this.#hearNotifications());
  }

  /** Logs an agent in and makes it ready. */
  static async open(options: DeskOptions): Promise<Desk> {
    const { agentId, port, reconnect = false, random } = options;
    const later: { desk?: Desk } = {};
    const client = await connectDesktop({
      host: HOST,
      port,
      applicationName: 'desktop',
      reconnect,
      ...(random && { random }),
      onConnection: ({ kind }) => {
        if (kind === 'restored') later.desk?.recover();
      },
    });
    const desk = (later.desk = new Desk(client, options));
    await client.registerAddress(desk.dn);
    await client.login(agentId);
    await client.ready();
    return desk;
  }

  /** Resolves when it has been told this of each of these campaigns. */
  async until(name: string, campaigns: readonly string[]): Promise<void> {
    const isTold = (campaign: string): boolean => this.told.some((one) => one.name === name && one.campaign === campaign);
    while (!campaigns.every(isTold)) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }

  /** After a lost line: ends what it had in hand, also what had become its own without its knowing. */
  recover(): void {
    for (const call of this.calls.values()) this.end(call);
    this.#run(this.#askForRecord());
  }

  /** Ends a record, once, whatever becomes of the line meanwhile. */
  end(call: SeenCall): void {
    if (call.ended !== undefined || this.#ending.has(call.handle)) return;
    this.#ending.add(call.handle);
    this.#run(this.#end(call));
  }

  /** Says that it is ready, or is not, behind what it has said of that before. */
  setReady(ready: boolean): void {
    this.#mood = this.#mood.then(() => this.#insist(() => (ready ? this.client.ready() : this.client.notReady())));
    this.#run(this.#mood);
  }

  /** Resolves when all that was sent to it has come, and its line is closed; rejects where something had failed. */
  async finish(): Promise<void> {
    await this.client.up();
    await this.client.request('RequestHeartbeat', {});
    await this.client.close();
    await Promise.all(this.#jobs);
  }

  async close(): Promise<void> {
    await this.client.close();
    await Promise.allSettled(this.#jobs);
  }

  #run(job: Promise<void>): void {
    job.catch(this.#fail);
    this.#jobs.push(job);
  }

  async #hearCalls(): Promise<void> {
    const { onCall, endsRecords = () => true } = this.options;
    for await (const event of this.client.calls) {
      const call = this.#callOf(event);
      const { name, dn, otherDn, connection, data } = event;
      const seen = { name, sequence: sequenceOf(event.message), dn, otherDn, connection, data };
      call.events.push(seen);
      onCall?.(call, seen);
      if (name === 'EventReleased' && endsRecords()) this.end(call);
    }
  }

  async #hearNotifications(): Promise<void> {
    for await (const { name, event } of this.client.notifications) {
      const told = { campaign: event.text(keys.GSW_CAMPAIGN_NAME) ?? '', name, sequence: sequenceOf(event.message) };
      this.told.push(told);
      this.options.onTold?.(told);
      for (const wake of this.#watchers.splice(0)) wake();
    }
  }

  #callOf(data: ReceivedData): SeenCall {
    const handle = data.integer(keys.GSW_RECORD_HANDLE) ?? 0;
    const call: SeenCall = this.calls.get(handle) ?? {
      handle,
      phone: data.text(keys.GSW_PHONE) ?? '',
      campaign: data.text(keys.GSW_CAMPAIGN_NAME) ?? '',
      events: [],
    };
    this.calls.set(handle, call);
    return call;
  }

  async #end(call: SeenCall): Promise<void> {
    const result = resultOf(call.phone);
    const said = { [keys.GSW_RECORD_HANDLE]: call.handle, [keys.GSW_CALL_RESULT]: result, note: noteOf(this.agentId, call.phone) };
    // sent again where it was not answered, since whether it was carried out is not known
    const { message } = await this.#insist(() => this.client.userRequest('RecordProcessed', said));
    call.ended = { result, sequence: sequenceOf(message) };
    this.options.onEnded?.(call);
  }

  /** Asks until it is answered, over lost lines. */
  async #insist<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!isLost(error)) throw error;
        await this.client.up();
      }
    }
  }

  async #askForRecord(): Promise<void> {
    try {
      const [campaign = ''] = this.told.map((one) => one.campaign);
      const record = await this.client.userRequest('PreviewRecordRequest', { [keys.GSW_CAMPAIGN_NAME]: campaign });
      if (record.name !== 'PreviewRecord') throw new Error(`PreviewRecordRequest was answered by ${record.name} in Progress`);
      this.end(this.#callOf(record));
    } catch (error) {
      // lost again: it asks again when it is back
      if (!isLost(error) && !(error instanceof RequestRefused && NOTHING_IN_HAND.has(error.code))) throw error;
    }
  }
}

const NOTHING_IN_HAND: ReadonlySet<number> = new Set([UserEventError.WrongDialingMode, UserEventError.CampaignNotLoaded]);

const isLost = (error: unknown): boolean => error instanceof ConnectionClosed || error instanceof RequestTimedOut;

/** Where an agent sits. */
export const dnOf = (agentId: string): string => `7${agentId}`;
