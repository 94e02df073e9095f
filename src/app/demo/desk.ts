import { CallResult, type CallResultName, keys, UserEventError } from '../../../protocol/index.js';
import { connectDesktop, type DesktopClient, RequestRefused, type UserEvent } from '../../client/index.js';
import type { Clock } from '../../util/clock.js';
import { Moment } from '../../util/moment.js';
import { resultOfCall } from './call-results.js';
import type { DeskAccount, Told, Worked } from './observed.js';

/** Who sits where. */
export interface DeskPlan {
  readonly agentId: string;
  readonly name: string;
  readonly dn: string;
  readonly group: string;
}

/** How long a desk without a record waits before it asks again, unless the campaign ends before. */
const ASK_AGAIN_MS = 100;

/** An agent's desktop: logs in, works the campaign when it has started, and keeps account of what it was told. */
export class Desk {
  readonly #worked: Worked[] = [];
  readonly #told: Told[] = [];
  readonly #listening: Promise<void>;
  /** The next notification. */
  #next = new Moment();

  private constructor(
    readonly plan: DeskPlan,
    private readonly client: DesktopClient,
    private readonly clock: Clock,
  ) {
    this.#listening = this.#listen();
    // whoever waits for this desk hears of it; nobody may be waiting just now
    this.#listening.catch(() => undefined);
  }

  /** Connects, registers client and DN, logs the agent in and makes it ready. */
  static async open(plan: DeskPlan, at: { readonly host: string; readonly port: number; readonly clock: Clock }): Promise<Desk> {
    const client = await connectDesktop({ ...at, applicationName: `desktop of ${plan.name}` });
    const desk = new Desk(plan, client, at.clock);
    await client.registerAddress(plan.dn);
    await client.login(plan.agentId);
    await client.ready();
    return desk;
  }

  get account(): DeskAccount {
    return { ...this.plan, worked: this.#worked, told: this.#told };
  }

  /** Resolves when the desk has been told `name`; rejects when its connection ends before. */
  async until(name: string): Promise<void> {
    while (!this.#told.some((told) => told.name === name)) {
      const ended = this.#listening.then(() => {
        throw new Error(`the desktop of ${this.plan.name} was closed before it was told ${name}`);
      });
      await Promise.race([this.#next.came, ended]);
    }
  }

  /** Asks for records and ends them, until there are no more. `onFinal` is called after each that is ended. */
  async work(campaign: string, nextCall: () => number, onFinal: () => void): Promise<void> {
    const pairs = { [keys.GSW_CAMPAIGN_NAME]: campaign };
    await this.until('CampaignStarted');
    await this.client.userRequest('PreviewDialingModeStart', pairs);
    for (;;) {
      const record = await this.#preview(pairs);
      if (record === 'gone') return;
      if (record === 'empty') await this.#pause();
      else {
        await this.#end(record, campaign, resultOfCall(nextCall()));
        onFinal();
      }
    }
  }

  /** Everything that was sent to this desk so far has arrived when this resolves, and the connection is closed. */
  async close(): Promise<void> {
    await this.client.request('RequestHeartbeat', {});
    await this.client.close();
    await this.#listening;
  }

  /** Ends the connection, whatever is under way. */
  leave(): Promise<void> {
    return this.client.close();
  }

  async #preview(pairs: Readonly<Record<string, string>>): Promise<UserEvent | 'empty' | 'gone'> {
    try {
      const event = await this.client.userRequest('PreviewRecordRequest', pairs);
      return event.name === 'PreviewRecord' ? event : 'empty';
    } catch (error) {
      const { CampaignNotLoaded, CampaignNotRunning } = UserEventError;
      if (error instanceof RequestRefused && error.userEvent && [CampaignNotLoaded, CampaignNotRunning].some((code) => code === error.code)) return 'gone';
      throw error;
    }
  }

  async #end(record: UserEvent, campaign: string, result: CallResultName): Promise<void> {
    const handle = record.integer(keys.GSW_RECORD_HANDLE) ?? 0;
    const list = record.text(keys.GSW_CALLING_LIST) ?? '';
    await this.client.userRequest('RecordProcessed', {
      [keys.GSW_CAMPAIGN_NAME]: campaign,
      [keys.GSW_CALLING_LIST]: list,
      [keys.GSW_RECORD_HANDLE]: handle,
      [keys.GSW_CALL_RESULT]: CallResult[result],
    });
    const [phone, customer] = [record.text(keys.GSW_PHONE) ?? '', record.text('customer_name') ?? ''];
    this.#worked.push({ handle, phone, customer, result, at: this.clock.now() });
  }

  async #listen(): Promise<void> {
    for await (const { name, session, number, event } of this.client.notifications) {
      this.#told.push({ name, session, number, campaignGroup: event.text(keys.GSW_CAMPAIGN_GROUP_NAME) ?? '', at: this.clock.now() });
      const { come } = this.#next;
      this.#next = new Moment();
      come();
    }
  }

  /** Resolves after a while, or at the next notification. */
  async #pause(): Promise<void> {
    const enough = new Moment();
    const timer = this.clock.after(ASK_AGAIN_MS, enough.come);
    await Promise.race([enough.came, this.#next.came]);
    timer.cancel();
  }
}
