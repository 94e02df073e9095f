import { CallResult, keys, UserEventError } from '../../protocol/index.js';
import { ConnectionClosed, type DesktopClient, connectDesktop, RequestRefused, RequestTimedOut, type UserEvent } from '../../src/client/index.js';
import { systemClock } from '../../src/util/clock.js';
import { HOST } from './gateway.js';

const RESULTS = [CallResult.Answer, CallResult.NoAnswer, CallResult.Busy, CallResult.AnsweringMachine, CallResult.WrongNumber];
const RECONNECT = { firstDelayMs: 20, maxDelayMs: 200 };
/** Between two requests of an agent for whom there is no record: others have them. */
const ASK_AGAIN_MS = 20;

/** The result that every record is given, so that its row shows whether it is that record's. */
export function resultOf(phone: string): number {
  return RESULTS[Number(phone) % RESULTS.length] ?? CallResult.Answer;
}

/** What all agents together have seen. */
export class Account {
  /** Phone -> agent, of records whose result was acknowledged. */
  readonly acknowledged = new Map<string, string>();
  /** Records that came once more after their end had been acknowledged. */
  readonly handedAgain: string[] = [];
  /** Results that the gateway's death left without an answer. */
  unanswered = 0;
}

interface InHand {
  readonly handle: number;
  readonly phone: string;
}

/** An agent has got a record, has sent its result, has heard that it is written. */
export type WorkStep = 'handed' | 'sent' | 'acknowledged';
/** Called at every step of every agent. */
export type Passed = (step: WorkStep) => void;

/** An agent who works Spring until it is unloaded, whatever becomes of the gateway meanwhile. */
export class Worker {
  readonly told: string[] = [];
  readonly listening: Promise<void>;
  #inHand: InHand | undefined;

  private constructor(
    readonly agentId: string,
    readonly client: DesktopClient,
    private readonly account: Account,
    private readonly passed: Passed,
  ) {
    this.listening = this.#listen();
    // told by `finish`, which awaits it
    this.listening.catch(() => undefined);
  }

  static async open(agentId: string, dn: string, port: number, random: () => number, account: Account, passed: Passed): Promise<Worker> {
    const client = await connectDesktop({ host: HOST, port, applicationName: 'desktop', reconnect: RECONNECT, random });
    const worker = new Worker(agentId, client, account, passed);
    await client.registerAddress(dn);
    await client.login(agentId);
    await client.ready();
    return worker;
  }

  /** Resolves when the campaign is not loaded any more. */
  async work(): Promise<void> {
    for (;;) {
      try {
        if (this.#inHand !== undefined) await this.#end(this.#inHand);
        else if (!(await this.#take())) await pause();
      } catch (error) {
        if (error instanceof RequestRefused && error.userEvent && error.code === UserEventError.CampaignNotLoaded) return;
        if (!(error instanceof ConnectionClosed || error instanceof RequestTimedOut)) throw error;
        await this.client.up();
      }
    }
  }

  /** Resolves when everything that was sent to this agent has come, and its line is closed. */
  async finish(): Promise<void> {
    await this.client.up();
    await this.client.request('RequestHeartbeat', {});
    await this.client.close();
    await this.listening;
  }

  async #take(): Promise<boolean> {
    const event: UserEvent = await this.client.userRequest('PreviewRecordRequest', { [keys.GSW_CAMPAIGN_NAME]: 'Spring' });
    if (event.name !== 'PreviewRecord') return false;
    const phone = event.text(keys.GSW_PHONE) ?? '';
    if (this.account.acknowledged.has(phone)) this.account.handedAgain.push(phone);
    this.#inHand = { handle: event.integer(keys.GSW_RECORD_HANDLE) ?? 0, phone };
    this.passed('handed');
    return true;
  }

  /** The same request again where it was not answered: whether it was carried out is not known. */
  async #end({ handle, phone }: InHand): Promise<void> {
    const asked = this.client.userRequest('RecordProcessed', { [keys.GSW_RECORD_HANDLE]: handle, [keys.GSW_CALL_RESULT]: resultOf(phone) });
    this.passed('sent');
    try {
      await asked;
    } catch (error) {
      if (error instanceof ConnectionClosed) this.account.unanswered += 1;
      throw error;
    }
    this.#inHand = undefined;
    this.account.acknowledged.set(phone, this.agentId);
    this.passed('acknowledged');
  }

  async #listen(): Promise<void> {
    for await (const { name } of this.client.notifications) this.told.push(name);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => void systemClock.after(ASK_AGAIN_MS, resolve));
}
