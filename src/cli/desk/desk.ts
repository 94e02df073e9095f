import { findValue, keys, type KvList, string, UserEventError } from '../../../protocol/index.js';
import { callEventOf, type DesktopClient, type DesktopEvent, type Pairs, ReceivedData, RequestRefused, toKvList, UserEvent } from '../../client/index.js';
import type { Arrivals } from './arrivals.js';
import { LineError } from './command-line.js';
import { describeData } from './describe.js';
import type { DeskState } from './desk-state.js';
import type { Tone } from './terminal.js';

/** Where a desktop says what happens. */
export interface Voice {
  say(tone: Tone, name: string, text: string): void;
  show(lines: readonly string[]): void;
}

export interface DeskParts {
  readonly dn: string;
  readonly client: DesktopClient;
  readonly state: DeskState;
  readonly arrivals: Arrivals;
  readonly voice: Voice;
  /** How long `wait` waits where it does not say. */
  readonly timeoutMs: number;
  readonly quit: () => void;
}

/** How a request names what it is about where the user does not. */
export type About = 'record' | 'recordOrNumber' | 'campaign' | 'nothing';

/** Pairs that name somebody's records without a handle. */
const NUMBERS: readonly string[] = [keys.GSW_PHONE, keys.GSW_CUSTOMER_ID];
/** Refusals that mean that the record is not in the agent's hands any more. */
const NOT_IN_HAND: readonly number[] = [UserEventError.UnknownRecordHandle, UserEventError.RecordNotWithAgent];

/** An agent's desktop: asks, notes what it is answered and told, and says it. */
export class Desk {
  constructor(private readonly parts: DeskParts) {}

  get state(): DeskState {
    return this.parts.state;
  }

  get voice(): Voice {
    return this.parts.voice;
  }

  get defaultWaitMs(): number {
    return this.parts.timeoutMs;
  }

  quit(): void {
    this.parts.quit();
  }

  /** Waits for an event of that name; false where none comes in time. */
  wait(name: string, timeoutMs: number): Promise<boolean> {
    return this.parts.arrivals.wait(name, timeoutMs);
  }

  async setReady(ready: boolean): Promise<void> {
    const { client, state, voice } = this.parts;
    await (ready ? client.ready() : client.notReady());
    state.agent = ready ? 'ready' : 'not ready';
    voice.say('event', ready ? 'EventAgentReady' : 'EventAgentNotReady', '');
  }

  /** Asks which campaigns there are. However many answers it has, they are events of the DN. */
  async askForCampaigns(): Promise<void> {
    const { client, dn } = this.parts;
    const data = toKvList({ [keys.GSW_AGENT_REQ_TYPE]: 'CampaignStatusRequest' });
    await client.request('RequestDistributeUserEvent', { AttributeThisDN: dn, AttributeUserData: data });
  }

  /** Sends a request in user data, and says what it is answered. */
  async ask(type: string, about: About, pairs: Pairs): Promise<void> {
    const whole = this.#about(about, toKvList(pairs));
    try {
      this.#answered(await this.parts.client.userRequest(type, whole));
    } catch (error) {
      this.#refused(error, whole);
      throw error;
    }
  }

  /** As `ask`, where the answer is several events. */
  async askAll(type: string, last: string, about: About, pairs: Pairs): Promise<void> {
    const whole = this.#about(about, toKvList(pairs));
    for (const event of await this.parts.client.userRequestAll(type, last, whole)) this.#answered(event);
  }

  /** What came unasked. */
  told(read: DesktopEvent): void {
    const { state, arrivals, voice } = this.parts;
    const event = read.name === 'EventUserEvent' ? new UserEvent(read) : callEventOf(read);
    if (event !== undefined) {
      state.told(event);
      voice.say('event', event.name, describeData(event));
    } else if (read.name === 'EventError') {
      voice.say('refusal', read.name, `${read.attributes.AttributeErrorCode}: ${read.attributes.AttributeErrorMessage}`);
    } else {
      voice.say('event', read.name, 'AttributeAgentID' in read.attributes ? `agent ${read.attributes.AttributeAgentID}` : '');
    }
    arrivals.came(event?.name ?? read.name);
  }

  #answered(event: UserEvent): void {
    this.parts.state.told(event);
    this.parts.voice.say('event', event.name, describeData(event));
  }

  #refused(error: unknown, pairs: KvList): void {
    if (!(error instanceof RequestRefused) || !error.userEvent || !NOT_IN_HAND.includes(error.code)) return;
    const handle = handleIn(pairs);
    if (handle !== undefined) this.state.notInHand(handle);
  }

  /** The user's pairs with those that say what the request is about, where the user has not said it. */
  #about(about: About, given: KvList): KvList {
    const missing = this.#subject(about, given).filter(({ key }) => findValue(given, key) === undefined);
    return [...missing, ...given];
  }

  #subject(about: About, given: KvList): KvList {
    if (about === 'nothing') return [];
    const byNumber = about === 'recordOrNumber' && NUMBERS.some((key) => findValue(given, key) !== undefined);
    if (about === 'campaign' || byNumber) return this.#campaign(!byNumber);
    const handle = handleIn(given);
    const record = handle === undefined ? this.state.record : this.state.recordOf(handle);
    if (record !== undefined) return record.recordKeys();
    if (handle !== undefined) return [];
    throw new LineError(`there is no record in hand: take one first, or name it with ${keys.GSW_RECORD_HANDLE}=`);
  }

  #campaign(needed: boolean): KvList {
    const { campaign } = this.state;
    if (campaign !== undefined) return [{ key: keys.GSW_CAMPAIGN_NAME, value: string(campaign) }];
    if (needed) throw new LineError('no campaign has been heard of: name one with `campaign NAME`');
    return [];
  }
}

const handleIn = (pairs: KvList): number | undefined => new ReceivedData(pairs).integer(keys.GSW_RECORD_HANDLE);
