import { CallResult, keys } from '../../../protocol/index.js';
import { type CallEvent, type CallEventName, connectDesktop, type DesktopClient, toKvList } from '../../client/index.js';
import type { Clock } from '../../util/clock.js';
import { Moment } from '../../util/moment.js';
import type { CallStep, DeskAccount, Told, Worked } from './observed.js';

/** Who sits where. */
export interface DeskPlan {
  readonly agentId: string;
  readonly name: string;
  readonly dn: string;
  readonly group: string;
}

/** What an agent does between two events of its calls. */
const DOING_AFTER: Readonly<Record<CallEventName, string>> = {
  EventDialing: 'dials',
  EventRinging: 'is rung',
  EventEstablished: 'talks',
  EventReleased: 'ends',
};
const FREE = 'free';

/** An agent's desktop: logs in, takes calls and ends their records, and keeps account of what it was told. */
export class Desk {
  readonly #steps: CallStep[] = [];
  readonly #worked: Worked[] = [];
  readonly #told: Told[] = [];
  readonly #listening: Promise<unknown>;
  /** The next notification. */
  #next = new Moment();
  #doing = FREE;

  private constructor(
    readonly plan: DeskPlan,
    private readonly client: DesktopClient,
    private readonly clock: Clock,
  ) {
    this.#listening = Promise.all([this.#listen(), this.#takeCalls()]);
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
    return { ...this.plan, steps: this.#steps, worked: this.#worked, told: this.#told };
  }

  /** What its agent does at this moment, in a word or two. */
  get doing(): string {
    return this.#doing;
  }

  /** Resolves when the desk has been told `name`; rejects when it cannot work any more before. */
  async until(name: string): Promise<void> {
    while (!this.#told.some((told) => told.name === name)) {
      const ended = this.#listening.then(() => {
        throw new Error(`the desktop of ${this.plan.name} was closed before it was told ${name}`);
      });
      await Promise.race([this.#next.came, ended]);
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

  async #takeCalls(): Promise<void> {
    try {
      for await (const call of this.client.calls) {
        this.#steps.push({ name: call.name, handle: handleOf(call), at: this.clock.now() });
        this.#doing = DOING_AFTER[call.name];
        if (call.name === 'EventReleased') await this.#end(call);
      }
    } catch (error) {
      throw new Error(`the desktop of ${this.plan.name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** The agent's last word on a record whose call is over; the agent is free for the next one then. */
  async #end(call: CallEvent): Promise<void> {
    await this.client.userRequest('RecordProcessed', [...call.recordKeys(), ...toKvList({ [keys.GSW_CALL_RESULT]: CallResult.Answer })]);
    const [phone, customer] = [call.text(keys.GSW_PHONE) ?? '', call.text('customer_name') ?? ''];
    this.#worked.push({ handle: handleOf(call), phone, customer, at: this.clock.now() });
    this.#doing = FREE;
  }

  async #listen(): Promise<void> {
    for await (const { name, session, number, event } of this.client.notifications) {
      this.#told.push({ name, session, number, campaignGroup: event.text(keys.GSW_CAMPAIGN_GROUP_NAME) ?? '', at: this.clock.now() });
      const { come } = this.#next;
      this.#next = new Moment();
      come();
    }
  }
}

const handleOf = (call: CallEvent): number => call.integer(keys.GSW_RECORD_HANDLE) ?? 0;
