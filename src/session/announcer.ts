import { int, keys, type KvList, string } from '../../protocol/index.js';
import type { AgentPool } from '../agent/pool.js';
import type { CampaignGroup, Deployment } from '../config/deployment.js';
import type { DnDirectory } from '../directory/dn-directory.js';
import type { Subscriptions } from '../directory/subscriptions.js';
import type { AnnouncedRow, JournalRow } from '../journal/row.js';
import type { HandOut } from '../record/hand-out.js';
import type { Announcer } from '../service/ports.js';
import { recordData, recordEvent, recordNames, userEvent } from '../user-data/events.js';
import { announceToDirect } from './direct/announcer.js';
import type { Line } from './line.js';
import { DesktopLine } from './tevents/desktop-line.js';
import { notify, receiversOf } from './tevents/notification.js';
import type { Clock } from '../util/clock.js';
import type { Tracer } from './tracer.js';

export interface AnnouncerParts {
  readonly deployment: Deployment;
  readonly agents: AgentPool<object>;
  readonly dns: DnDirectory<DesktopLine>;
  readonly subscriptions: Subscriptions<Line>;
  readonly tracer: Tracer;
  readonly clock: Clock;
}

/** The call is as it should be: T-Library's CallStateOk. */
const CALL_STATE_OK = 0;

const EVENT_OF_CALL = { ringing: 'EventRinging', established: 'EventEstablished', released: 'EventReleased' } as const;

/** The standard log's entry of a change; undefined where it has none. */
function standardEntry(row: JournalRow): { readonly number: number; readonly what: string } | undefined {
  switch (row.kind) {
    case 'Loaded':
      return { number: 52000, what: 'loaded' };
    case 'Started':
      return { number: 52001, what: 'started' };
    case 'Stopped':
      return { number: 52002, what: 'stopped' };
    case 'Unloaded':
      return row.forced ? { number: 52003, what: 'force unloaded' } : { number: 52004, what: 'unloaded' };
    case 'ModeChanged':
    case 'WaitingUnload':
      return undefined;
  }
}

/** Reads the journal to everyone who is connected: trace, direct clients, desktops, in that order and in one turn. */
export class SessionAnnouncer implements Announcer {
  constructor(private readonly parts: AnnouncerParts) {}

  announce(row: AnnouncedRow, to: { readonly except?: object; readonly also?: readonly object[] }): void {
    const { deployment, subscriptions, tracer } = this.parts;
    const group = deployment.campaignGroups.find(({ dbid }) => dbid === row.groupDbid);
    if (group === undefined) return;
    const entry = standardEntry(row);
    if (entry !== undefined) tracer.standard(entry.number, `Campaign Group ${group.name} has been ${entry.what}`);
    announceToDirect(subscriptions, row, group, to);
    notify(this.parts, row, receiversOf(this.parts, row.groupDbid));
  }

  call(kind: 'ringing' | 'established' | 'released', handOut: HandOut, dn: string): void {
    const { deployment, dns, clock } = this.parts;
    const group = deployment.campaignGroups.find(({ dbid }) => dbid === handOut.groupDbid);
    if (group === undefined) return;
    const attributes = {
      AttributeThisDN: dn,
      AttributeAgentID: handOut.agentId,
      AttributeConnID: BigInt(handOut.handle),
      AttributeOtherDN: handOut.chain.records[0].phone,
      AttributeCallState: CALL_STATE_OK,
      AttributeUserData: recordData(deployment, group, handOut, clock.now()),
    };
    for (const desktop of dns.on(dn)) desktop.send(EVENT_OF_CALL[kind], attributes);
  }

  recordCancelled(handOut: HandOut): void {
    this.#tellAgent(handOut, (deployment, group) => [
      ...userEvent('RecordCancel', deployment, group.campaign.name),
      ...recordNames(deployment, handOut.chain.listDbid, handOut.handle),
      { key: keys.GSW_CHAIN_ID, value: int(handOut.chain.chainId) },
    ]);
  }

  scheduledCall(handOut: HandOut): void {
    this.#tellAgent(handOut, (deployment, group) => [
      ...recordEvent('ScheduledCall', deployment, group, handOut, this.parts.clock.now()),
      { key: keys.GSW_CALLBACK_TYPE, value: string('Personal') },
    ]);
  }

  #tellAgent(handOut: HandOut, userDataOf: (deployment: Deployment, group: CampaignGroup) => KvList): void {
    const { deployment, agents, dns } = this.parts;
    const dn = agents.find(handOut.agentId)?.dn;
    const group = deployment.campaignGroups.find(({ dbid }) => dbid === handOut.groupDbid);
    if (dn === undefined || group === undefined) return;
    const userData = userDataOf(deployment, group);
    for (const desktop of dns.on(dn)) desktop.send('EventUserEvent', { AttributeThisDN: dn, AttributeUserData: userData });
  }

  lastWritten(line: object): number | undefined {
    return line instanceof DesktopLine ? line.line.lastWritten : undefined;
  }
}
