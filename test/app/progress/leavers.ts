import { keys } from '../../../protocol/index.js';
import { Desk, type SeenEvent } from '../../support/progress/desk.js';
import { Proxy } from '../../support/proxy.js';

/** When an agent leaves: at this event of its first call, or when it has ended that and a number is dialed for it again. */
export const STAGES = ['EventRinging', 'EventEstablished', 'EventReleased', 'dialing'] as const;
/** How: its line is cut, RequestAgentLogout, RequestUnregisterAddress, RequestAgentNotReady, or LogOut of the campaign. */
export const WAYS = ['cut', 'logout', 'unregister', 'notReady', 'leave'] as const;

export type Stage = (typeof STAGES)[number];
export type Way = (typeof WAYS)[number];

/** Ways by which the agent is gone, and ends no record any more. */
const GONE: readonly Way[] = ['cut', 'logout', 'unregister'];

/** An agent who leaves in the middle of its work. */
export class Leaver {
  /** Where the answer came that it has left; of a line that was cut nothing comes. */
  leftAt: bigint | undefined;
  #left: Promise<void> | undefined;

  private constructor(
    readonly stage: Stage,
    readonly way: Way,
    readonly desk: Desk,
    private readonly proxy: Proxy,
  ) {}

  static async open(agentId: string, port: number, stage: Stage, way: Way): Promise<Leaver> {
    const proxy = await Proxy.open(port);
    const leaveAt = (what: Stage | SeenEvent['name']): void => (what === stage ? leaver.#leave() : undefined);
    const desk = await Desk.open({
      agentId,
      port: proxy.port,
      onCall: (_, { name }) => leaveAt(name),
      onEnded: () => leaveAt('dialing'),
      endsRecords: () => !leaver.isGone || leaver.#left === undefined,
    });
    const leaver: Leaver = new Leaver(stage, way, desk, proxy);
    return leaver;
  }

  /** Whether it ends no record any more once it has left. */
  get isGone(): boolean {
    return GONE.includes(this.way);
  }

  /** Resolves when it has left and all has come that it is still told; rejects where it could not leave. */
  async finish(): Promise<void> {
    if (this.#left === undefined) throw new Error(`agent ${this.desk.agentId} has had no call, and was to leave at ${this.stage}`);
    await this.#left;
    if (this.way === 'cut') await this.desk.close();
    else await this.desk.finish();
  }

  async close(): Promise<void> {
    await this.desk.close();
    await this.proxy.close();
  }

  /** Once. */
  #leave(): void {
    this.#left ??= this.#go();
    // told by `finish`, which awaits it
    this.#left.catch(() => undefined);
  }

  async #go(): Promise<void> {
    const { client, dn } = this.desk;
    switch (this.way) {
      case 'cut':
        return this.proxy.cut();
      case 'logout':
        return this.#answered((await client.request('RequestAgentLogout', { AttributeThisDN: dn })).attributes);
      case 'unregister':
        return this.#answered((await client.request('RequestUnregisterAddress', { AttributeThisDN: dn })).attributes);
      case 'notReady':
        return this.#answered((await client.request('RequestAgentNotReady', { AttributeThisDN: dn })).attributes);
      case 'leave':
        return this.#answered((await client.userRequest('LogOut', { [keys.GSW_CAMPAIGN_NAME]: 'Autumn' })).message.attributes);
    }
  }

  #answered({ AttributeEventSequenceNumber }: { readonly AttributeEventSequenceNumber?: bigint | undefined }): void {
    this.leftAt = AttributeEventSequenceNumber;
  }
}
