import { keys } from '../../../protocol/index.js';
import type { CallEvent, ReceivedData, UserEvent } from '../../client/index.js';

export type AgentState = 'logged in' | 'ready' | 'not ready';

/** The campaign groups' states, by the notifications that begin them. */
const STATE_AFTER: Readonly<Record<string, string>> = {
  CampaignLoaded: 'loaded',
  CampaignStarted: 'running',
  CampaignModeChanged: 'running',
  CampaignStopped: 'stopped',
};
/** Events that put a record into the agent's hands. */
const BRINGS_RECORD: ReadonlySet<string> = new Set(['PreviewRecord', 'ScheduledCall', 'EventRinging', 'EventEstablished']);
/** Events after which a record is no longer in the agent's hands. */
const ENDS_RECORD: ReadonlySet<string> = new Set([
  'RecordProcessedAcknowledge',
  'RecordRejectAcknowledge',
  'RecordRescheduleAcknowledge',
  'ScheduledRecordRescheduleAcknowledge',
  'RecordCancelAcknowledge',
  'DoNotCallAcknowledge',
  'RecordCancel',
]);
const CALL_STATE: Readonly<Partial<Record<CallEvent['name'], string>>> = { EventDialing: 'dialing', EventRinging: 'ringing', EventEstablished: 'on call' };

/** What the desktop knows from what it was told: shown in the prompt, and what a command is about where it does not say. */
export class DeskState {
  connected = true;
  agent: AgentState = 'logged in';
  #campaign: string | undefined;
  /** The campaign that was heard of last. */
  #heard: string | undefined;
  #call: string | undefined;
  readonly #groups = new Map<string, string>();
  readonly #records = new Map<number, ReceivedData>();

  /** The campaign that is worked: the one that was chosen, else the one that was heard of last. */
  get campaign(): string | undefined {
    return this.#campaign ?? this.#heard;
  }

  choose(campaign: string): void {
    this.#campaign = campaign;
  }

  /** The record that has been in hand longest. */
  get record(): ReceivedData | undefined {
    const [first] = this.#records.values();
    return first;
  }

  get records(): readonly ReceivedData[] {
    return [...this.#records.values()];
  }

  recordOf(handle: number): ReceivedData | undefined {
    return this.#records.get(handle);
  }

  /** Campaign groups by name, with their states. */
  get groups(): ReadonlyMap<string, string> {
    return this.#groups;
  }

  /** Takes note of what was said. */
  told(event: UserEvent | CallEvent): void {
    this.#toldOfGroup(event);
    if (event.name in CALL_STATE || event.name === 'EventReleased') this.#call = CALL_STATE[event.name as CallEvent['name']];
    const handle = event.integer(keys.GSW_RECORD_HANDLE);
    if (handle === undefined) return;
    if (BRINGS_RECORD.has(event.name)) this.#records.set(handle, event);
    else if (ENDS_RECORD.has(event.name)) this.#records.delete(handle);
  }

  /** The gateway says that the record is not with the agent. */
  notInHand(handle: number): void {
    this.#records.delete(handle);
  }

  /** What the groups do is not heard for a while; they are asked for again. */
  lost(): void {
    this.connected = false;
    this.#call = undefined;
    this.#groups.clear();
  }

  /** In the prompt: how the agent stands, what is worked, what is in hand. */
  summary(): string {
    if (!this.connected) return 'not connected';
    const campaign = this.campaign;
    const states = [...this.#groups].filter(([name]) => campaign !== undefined && (name === campaign || name.startsWith(`${campaign}@`))).map(([, state]) => state);
    const handles = [...this.#records.keys()];
    return [
      this.agent,
      ...(campaign === undefined ? [] : [[campaign, ...new Set(states)].join(' ')]),
      ...(this.#call === undefined ? [] : [this.#call]),
      ...(handles.length === 0 ? [] : [`record ${handles.join(' ')}`]),
    ].join(' | ');
  }

  #toldOfGroup(event: UserEvent | CallEvent): void {
    const group = event.text(keys.GSW_CAMPAIGN_GROUP_NAME) ?? event.text(keys.GSW_CAMPAIGN_NAME);
    if (group === undefined) return;
    const state = STATE_AFTER[event.name];
    if (event.name === 'CampaignUnloaded') this.#groups.delete(group);
    else if (state !== undefined) this.#groups.set(group, state);
    else return;
    this.#heard = event.text(keys.GSW_CAMPAIGN_NAME) ?? this.#heard;
  }
}
