import { EventErrorCode, findValue, keys, type KvList, type MessageName, type ReadMessage, string, textOf } from '../../protocol/index.js';
import type { Answer, DesktopRequest, Given, RequestOptions } from './answers.js';
import { type CallEvent, callEventOf } from './call-event.js';
import { DESKTOP_RULES } from './dialect-rules.js';
import { RequestRefused } from './errors.js';
import { EventQueue } from './event-queue.js';
import { type Ask, Link } from './link.js';
import { type ConnectOptions, type Settings, settingsOf } from './options.js';
import { Seen } from './seen.js';
import { type Notification, notificationOf, type Pairs, UserEvent } from './user-event.js';
import { type UserAnswer, UserRequests } from './user-requests.js';

export interface DesktopOptions extends ConnectOptions {
  readonly applicationName: string;
  readonly password?: string;
}

export type DesktopEvent = ReadMessage<MessageName<'T'>>;

/** A request about a DN. Without one the DN that was registered first is meant. */
export interface DnOptions extends RequestOptions {
  readonly dn?: string;
}

/** The user event that refuses a request. */
const ERROR = 'Error';

/** A password, and what spares the gateway its hash when it is sent again. */
interface Secret {
  readonly password: string | undefined;
  readonly resumeToken?: string | undefined;
}

interface Login extends Secret {
  readonly agentId: string;
  /** What the agent last said; undefined where it said nothing. */
  readonly ready: boolean | undefined;
}

/**
 * A client of the T-Event dialect: an agent's desktop. Make one with `connectDesktop`.
 *
 * With `reconnect` it comes back after its connection was lost: registers, registers its DNs, logs its agents in again and makes them
 * ready where they were, and `events` goes on with what happened meanwhile, without what it had seen. A login that is refused then, and
 * another connection that takes the agent over, end it.
 */
export class DesktopClient {
  readonly #settings: Settings;
  readonly #link: Link;
  readonly #events: EventQueue<DesktopEvent>;
  readonly #notifications: EventQueue<Notification>;
  readonly #calls: EventQueue<CallEvent>;
  readonly #userRequests: UserRequests;
  readonly #seen = new Seen();
  /** The DNs that are registered, in order, and who is logged in there. */
  readonly #dns = new Map<string, Login | undefined>();
  #resumeToken: string | undefined;
  #repeated = 0;

  private constructor(options: DesktopOptions) {
    const settings = settingsOf(options);
    this.#settings = settings;
    this.#events = new EventQueue(settings.eventLimit);
    this.#notifications = new EventQueue(settings.eventLimit);
    this.#calls = new EventQueue(settings.eventLimit);
    this.#userRequests = new UserRequests(settings);
    this.#link = new Link({
      settings,
      rules: DESKTOP_RULES,
      restore: (ask) => this.#restore(ask, options),
      unsolicited: (read) => this.#unsolicited(read as DesktopEvent),
      lost: (error) => this.#userRequests.lost(error),
      ended: (error) => {
        this.#events.end(error);
        this.#notifications.end(error);
        this.#calls.end(error);
      },
      isTransient: ({ code }) => code === EventErrorCode.StoreAway,
    });
  }

  /** Connects and registers. Rejects with ConnectionClosed, RequestRefused or RequestTimedOut. */
  static async connect(options: DesktopOptions): Promise<DesktopClient> {
    const client = new DesktopClient(options);
    await client.#link.start();
    return client;
  }

  /**
   * Sends a request and resolves with the event that answers it. Rejects with RequestRefused (`code` is an
   * EventErrorCode), RequestTimedOut or ConnectionClosed. What is to be there again after a reconnect is
   * asked with the methods below.
   */
  request<N extends DesktopRequest>(name: N, attributes: Given<N>, { timeoutMs }: RequestOptions = {}): Promise<Answer<N>> {
    return this.#link.request(name, attributes, timeoutMs);
  }

  async registerAddress(dn: string, options?: RequestOptions): Promise<void> {
    await this.request('RequestRegisterAddress', { AttributeThisDN: dn }, options);
    this.#dns.set(dn, this.#dns.get(dn));
  }

  /** Ends what `registerAddress` began; an agent that this client has logged in there is logged out with it. */
  async unregisterAddress(dn: string, options?: RequestOptions): Promise<void> {
    await this.request('RequestUnregisterAddress', { AttributeThisDN: dn }, options);
    this.#dns.delete(dn);
  }

  async login(agentId: string, { password, ...options }: DnOptions & { readonly password?: string } = {}): Promise<void> {
    const dn = this.#dn(options);
    const resumeToken = await logIn((attributes) => this.request('RequestAgentLogin', attributes, options), dn, agentId, { password });
    this.#dns.set(dn, { agentId, password, resumeToken, ready: undefined });
  }

  async logout(options: DnOptions = {}): Promise<void> {
    const dn = this.#dn(options);
    await this.request('RequestAgentLogout', { AttributeThisDN: dn }, options);
    this.#dns.set(dn, undefined);
  }

  ready(options: DnOptions = {}): Promise<void> {
    return this.#setReady('RequestAgentReady', options);
  }

  notReady(options: DnOptions = {}): Promise<void> {
    return this.#setReady('RequestAgentNotReady', options);
  }

  /**
   * A request in user data, such as PreviewRecordRequest: resolves with the event that answers it, after it
   * was acknowledged. Rejects as `request` does, and with RequestRefused where the answer is the event
   * `Error` (`code` is GSW_ERROR_NUMBER, `userEvent` true). A second event with its reference is in `events`.
   */
  async userRequest(type: string, pairs: Pairs = {}, options: DnOptions = {}): Promise<UserEvent> {
    const { last } = await this.#userRequest(type, pairs, options, () => true);
    return last;
  }

  /**
   * A request in user data that is answered by several events, such as ChainedRecordRequest: resolves with
   * all of them, of which the last is named `last` (ChainedRecordsDataEnd). Rejects as `userRequest` does.
   */
  async userRequestAll(type: string, last: string, pairs: Pairs = {}, options: DnOptions = {}): Promise<readonly UserEvent[]> {
    const { events } = await this.#userRequest(type, pairs, options, ({ name }) => name === last);
    return events;
  }

  /** What came unasked, in its order, and nothing of it twice: user events, calls, what other lines of the DN do. */
  get events(): AsyncIterable<DesktopEvent> {
    return this.#events;
  }

  /** Of `events` those that tell what a campaign group did. */
  get notifications(): AsyncIterable<Notification> {
    return this.#notifications;
  }

  /** Of `events` those of calls: EventRinging, EventEstablished, EventReleased. */
  get calls(): AsyncIterable<CallEvent> {
    return this.#calls;
  }

  /** What was dropped, and how often the client came back. */
  get counters(): Readonly<Record<'lateAnswers' | 'wrongMessages' | 'reconnects' | 'lostEvents' | 'repeatedNotifications', number>> {
    const { lateAnswers, ...others } = this.#link.counters;
    return { ...others, lateAnswers: lateAnswers + this.#userRequests.late, lostEvents: this.#events.lost, repeatedNotifications: this.#repeated };
  }

  /** Resolves when requests can be sent: at once, or after the connection was made again. */
  up(): Promise<void> {
    return this.#link.up();
  }

  /** Ends the connection; resolves when it is closed. The agent is not logged out: its records are kept for it for a while. */
  close(): Promise<void> {
    return this.#link.close();
  }

  async #userRequest(type: string, pairs: Pairs, options: DnOptions, isLast: (event: UserEvent) => boolean): Promise<UserAnswer> {
    const dn = this.#dn(options);
    const answer = await this.#userRequests.send(
      type,
      pairs,
      options.timeoutMs ?? this.#settings.requestTimeoutMs,
      (data, timeoutMs) => this.request('RequestDistributeUserEvent', { AttributeThisDN: dn, AttributeUserData: data }, { timeoutMs }),
      (event) => event.name === ERROR || isLast(event),
    );
    const { last } = answer;
    if (last.name === ERROR) throw new RequestRefused(type, last.integer(keys.GSW_ERROR_NUMBER) ?? 0, last.text(keys.GSW_ERROR) ?? '', true);
    return answer;
  }

  async #setReady(request: 'RequestAgentReady' | 'RequestAgentNotReady', options: DnOptions): Promise<void> {
    const dn = this.#dn(options);
    await this.request(request, { AttributeThisDN: dn }, options);
    const login = this.#dns.get(dn);
    if (login !== undefined) this.#dns.set(dn, { ...login, ready: request === 'RequestAgentReady' });
  }

  #dn({ dn }: DnOptions): string {
    const [first] = this.#dns.keys();
    if (dn === undefined && first === undefined) throw new TypeError('no DN is registered: registerAddress comes first');
    return dn ?? first ?? '';
  }

  async #restore(ask: Ask, { applicationName, password }: DesktopOptions): Promise<void> {
    const secret = { password, resumeToken: this.#resumeToken };
    const connected = await ask('RequestRegisterClient', {
      AttributeApplicationName: applicationName, AttributeApplicationPassword: password, AttributeExtensions: askForToken(secret),
    });
    this.#resumeToken = tokenOf(connected);
    for (const [dn, login] of this.#dns) {
      await ask('RequestRegisterAddress', { AttributeThisDN: dn });
      if (login === undefined) continue;
      const resumeToken = await logIn((attributes) => ask('RequestAgentLogin', attributes), dn, login.agentId, login);
      this.#dns.set(dn, { ...login, resumeToken });
      if (login.ready !== undefined) await ask(login.ready ? 'RequestAgentReady' : 'RequestAgentNotReady', { AttributeThisDN: dn });
    }
  }

  #unsolicited(read: DesktopEvent): void {
    if (read.name === 'EventUserEvent') return this.#userEvent(read);
    if (read.name === 'EventError' && read.attributes.AttributeErrorCode === EventErrorCode.AgentAlreadyLoggedIn) {
      // coming back would take the agent from the connection that has just taken it from this one
      this.#link.giveUp(new RequestRefused('RequestAgentLogin', read.attributes.AttributeErrorCode, read.attributes.AttributeErrorMessage));
    }
    this.#events.push(read);
    const call = callEventOf(read);
    if (call !== undefined) this.#calls.push(call);
  }

  #userEvent(read: ReadMessage<'EventUserEvent'>): void {
    const event = new UserEvent(read);
    if (this.#userRequests.takes(event)) return;
    const notification = notificationOf(event);
    if (notification !== undefined && !this.#seen.isNew(notification)) {
      this.#repeated += 1;
      return;
    }
    this.#events.push(read);
    if (notification !== undefined) this.#notifications.push(notification);
  }
}

/** Logs an agent in and answers its new resume token, where it gets one. */
async function logIn(
  send: (attributes: Given<'RequestAgentLogin'>) => Promise<Answer<'RequestAgentLogin'>>,
  dn: string,
  agentId: string,
  secret: Secret,
): Promise<string | undefined> {
  return tokenOf(await send({ AttributeThisDN: dn, AttributeAgentID: agentId, AttributeAgentPassword: secret.password, AttributeExtensions: askForToken(secret) }));
}

/** The key asks for a token, its value is the last one; who gives no password has no use for any. */
function askForToken({ password, resumeToken }: Secret): KvList | undefined {
  return password === undefined ? undefined : [{ key: keys.GSW_RESUME_TOKEN, value: string(resumeToken ?? '') }];
}

function tokenOf({ attributes }: Answer<'RequestRegisterClient' | 'RequestAgentLogin'>): string | undefined {
  return textOf(findValue(attributes.AttributeExtensions ?? [], keys.GSW_RESUME_TOKEN));
}

/** Connects to a listener of T-Events and registers. */
export function connectDesktop(options: DesktopOptions): Promise<DesktopClient> {
  return DesktopClient.connect(options);
}
