import type { Seat } from '../agent/pool.js';
import type { GroupActor } from './group-actor.js';
import { refused } from './refused.js';
import type { GroupSnapshot, PreviewOutcome, UserEventRefusal } from './ports.js';
import type { RecordRequest } from './record-requests.js';
import type { Runtime } from './runtime.js';

/** How a desktop names what it wants something of. */
export interface CampaignNames {
  readonly campaign: string;
  /** GSW_CAMPAIGN_GROUP_NAME, where the request has it. */
  readonly group?: string | undefined;
}

/** What agents' desktops ask of campaign groups (tevents.md). Every call is answered exactly once. */
export class DesktopService {
  constructor(
    private readonly runtime: Runtime,
    private readonly actors: ReadonlyMap<number, GroupActor>,
    private readonly groupsOf: (agentId: string) => readonly GroupActor[],
  ) {}

  /** The agent's campaign groups that are loaded or running. */
  campaignStatus(agentId: string): GroupSnapshot[] {
    return this.groupsOf(agentId)
      .map((actor) => actor.snapshot())
      .filter(({ status }) => status === 'Active' || status === 'Running');
  }

  /** PreviewDialingModeStart: whether the agent could get records now. */
  previewStart(seat: Seat<object>, names: CampaignNames, answer: (outcome: GroupSnapshot | UserEventRefusal) => void): void {
    const found = this.#find(seat.agentId, names);
    if ('kind' in found) return answer(found);
    const leaving = this.#leaving(seat.agentId, found.actor);
    if (leaving !== undefined) return answer(leaving);
    found.actor.previewRefusal((refusal) => answer(refusal ?? found.actor.snapshot()));
  }

  /** PreviewDialingModeOver: the agent does not wait for records any more. */
  previewOver(seat: Seat<object>, names: CampaignNames): GroupSnapshot | UserEventRefusal {
    const found = this.#find(seat.agentId, names);
    if ('kind' in found) return found;
    if (this.runtime.agents.find(seat.agentId)?.state === 'asking') this.runtime.agents.setState(seat.agentId, 'notReady');
    found.actor.agentsChanged();
    return found.actor.snapshot();
  }

  previewRecord(seat: Seat<object>, names: CampaignNames, answer: (outcome: PreviewOutcome) => void): void {
    const found = this.#find(seat.agentId, names);
    if ('kind' in found) return answer(found);
    // who asks is back in the campaign; while the log-out still waits for a record, that record is all there is
    this.runtime.left.back(seat.agentId, [found.actor.group.campaign.dbid]);
    found.actor.preview(seat, answer);
  }

  /** Does with a record, which its handle alone finds, what its agent wants. */
  record(request: RecordRequest): void {
    const group = this.runtime.held.groupOf(request.handle);
    const [anyOfTheirs] = this.groupsOf(request.agentId);
    // a handle that is out nowhere has perhaps ended: every group can look that up
    const actor = group === undefined ? anyOfTheirs : this.actors.get(group);
    if (actor === undefined) request.answer(refused('UnknownRecordHandle', `record handle ${request.handle} is not with any agent`, request.handle));
    else actor.record(request);
  }

  /** Who begins anew is back in the campaign, but not while the log-out still waits for its records. */
  #leaving(agentId: string, { group: { campaign } }: GroupActor): UserEventRefusal | undefined {
    if (this.runtime.left.isLeaving(agentId, campaign.dbid)) return refused('NotAllowed', `agent ${agentId} is logging out of campaign '${campaign.name}'`);
    this.runtime.left.back(agentId, [campaign.dbid]);
    return undefined;
  }

  /** Where an agent is in several groups of a campaign: the one that is named, else the one that runs. */
  #find(agentId: string, names: CampaignNames): { readonly actor: GroupActor } | UserEventRefusal {
    if (!this.runtime.deployment.campaigns.some(({ name }) => name === names.campaign)) {
      return refused('UnknownCampaign', `GSW_CAMPAIGN_NAME: there is no campaign '${names.campaign}'`);
    }
    const theirs = this.groupsOf(agentId).filter(({ group }) => group.campaign.name === names.campaign);
    if (theirs.length === 0) return refused('NotAllowed', `agent ${agentId} is in no group of campaign '${names.campaign}'`);
    if (names.group !== undefined) {
      const named = theirs.find(({ group }) => group.name === names.group);
      if (named !== undefined) return { actor: named };
      return refused('BadValue', `GSW_CAMPAIGN_GROUP_NAME: '${names.group}' is none of the agent's groups of campaign '${names.campaign}'`);
    }
    const [only, ...others] = theirs;
    if (only !== undefined && others.length === 0) return { actor: only };
    const [running, ...alsoRunning] = theirs.filter((actor) => actor.snapshot().status === 'Running');
    if (running !== undefined && alsoRunning.length === 0) return { actor: running };
    return refused('BadValue', `GSW_CAMPAIGN_GROUP_NAME is needed: agent ${agentId} is in several groups of campaign '${names.campaign}'`);
  }
}

