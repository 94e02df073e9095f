import { ErrorCode, type MessageName, type ReadMessage } from '../../protocol/index.js';
import type { Answer, DirectRequest, Given, RequestOptions } from './answers.js';
import { DIRECT_RULES } from './dialect-rules.js';
import { EventQueue } from './event-queue.js';
import { type Ask, Link } from './link.js';
import { type ConnectOptions, settingsOf } from './options.js';

export interface DirectOptions extends ConnectOptions {
  readonly clientName: string;
  readonly password?: string;
  readonly userName?: string;
  readonly userPassword?: string;
}

export type DirectEvent = ReadMessage<MessageName<'GSW_CM'>>;

type Subscription =
  | { readonly name: 'GSW_CM_ReqCampaignRegistered'; readonly attributes: Given<'GSW_CM_ReqCampaignRegistered'> }
  | { readonly name: 'GSW_CM_ReqCampaignUnregistered'; readonly attributes: Given<'GSW_CM_ReqCampaignUnregistered'> };

/**
 * A client of the direct dialect (GSW_CM): a program that controls campaigns. Make one with `connectDirect`.
 *
 * With `reconnect` it comes back after its connection was lost: registers, subscribes to the campaigns that
 * it had subscribed to, and `events` goes on. What happened meanwhile is not told: GSW_CM_ReqGetCampaignStatus
 * says where a campaign stands.
 */
export class DirectClient {
  readonly #events: EventQueue<DirectEvent>;
  readonly #link: Link;
  #subscriptions: Subscription[] = [];

  private constructor(options: DirectOptions) {
    const settings = settingsOf(options);
    this.#events = new EventQueue(settings.eventLimit);
    this.#link = new Link({
      settings,
      rules: DIRECT_RULES,
      restore: (ask) => this.#restore(ask, options),
      unsolicited: (read) => this.#events.push(read as DirectEvent),
      lost: () => undefined,
      ended: (error) => this.#events.end(error),
      isTransient: ({ code }) => code === ErrorCode.ServerConnectionError,
    });
  }

  /** Connects and registers. Rejects with ConnectionClosed, RequestRefused or RequestTimedOut. */
  static async connect(options: DirectOptions): Promise<DirectClient> {
    const client = new DirectClient(options);
    await client.#link.start();
    return client;
  }

  /**
   * Sends a request and resolves with the event that answers it. Rejects with RequestRefused (`code` is an
   * ErrorCode), RequestTimedOut or ConnectionClosed.
   */
  async request<N extends DirectRequest>(name: N, attributes: Given<N>, { timeoutMs }: RequestOptions = {}): Promise<Answer<N>> {
    const answer = await this.#link.request(name, attributes, timeoutMs);
    if (name === 'GSW_CM_ReqCampaignRegistered' || name === 'GSW_CM_ReqCampaignUnregistered') this.#remember({ name, attributes });
    return answer;
  }

  /** What came unasked, in its order: events of campaigns that were subscribed to, and errors that answer nothing. */
  get events(): AsyncIterable<DirectEvent> {
    return this.#events;
  }

  /** What was dropped, and how often the client came back. */
  get counters(): Readonly<Record<'lateAnswers' | 'wrongMessages' | 'reconnects' | 'lostEvents', number>> {
    return { ...this.#link.counters, lostEvents: this.#events.lost };
  }

  /** Resolves when requests can be sent: at once, or after the connection was made again. */
  up(): Promise<void> {
    return this.#link.up();
  }

  /** Ends the connection; resolves when it is closed. */
  close(): Promise<void> {
    return this.#link.close();
  }

  async #restore(ask: Ask, { clientName, password, userName, userPassword }: DirectOptions): Promise<void> {
    await ask('GSW_CM_ReqRegisterClient', {
      GSW_CM_AttrLibraryProtocol: '1',
      GSW_CM_AttrClientName: clientName,
      GSW_CM_AttrClientPassword: password,
      GSW_CM_AttrUserName: userName,
      GSW_CM_AttrUserPassword: userPassword,
    });
    for (const { name, attributes } of this.#subscriptions) await ask(name, attributes);
  }

  /** Repeated in order they come to the same; whatever a later one overrides is forgotten. */
  #remember(subscription: Subscription): void {
    const idsOf = ({ attributes }: Subscription): string =>
      [attributes.GSW_CM_AttrCampaignID, attributes.GSW_CM_AttrGroupID, attributes.GSW_CM_AttrSessionID].join();
    const { GSW_CM_AttrCampaignID: campaign, GSW_CM_AttrGroupID: group, GSW_CM_AttrSessionID: session } = subscription.attributes;
    const wholeCampaign = group === undefined && session === undefined;
    const overridden = (earlier: Subscription): boolean =>
      idsOf(earlier) === idsOf(subscription) || (wholeCampaign && earlier.attributes.GSW_CM_AttrCampaignID === campaign);
    this.#subscriptions = [...this.#subscriptions.filter((earlier) => !overridden(earlier)), subscription];
  }
}

/** Connects to a direct listener and registers. */
export function connectDirect(options: DirectOptions): Promise<DirectClient> {
  return DirectClient.connect(options);
}
