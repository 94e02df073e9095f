import type { AgentPool } from '../agent/pool.js';
import type { CampaignRequest } from '../campaign/requests.js';
import type { CampaignGroup, Deployment } from '../config/deployment.js';
import { JournalTail } from '../journal/tail.js';
import { HeldRecords } from '../record/held-records.js';
import type { StoreClient } from '../store/client.js';
import { type Owner, ownedTransaction } from '../store/owner.js';
import { deleteEndedHandOuts } from '../store/statements/hand-outs.js';
import { groupBy } from '../util/group-by.js';
import type { Clock } from '../util/clock.js';
import type { Dialer } from '../dialer/dialer.js';
import { AgentService } from './agents.js';
import { CallLoad } from './call-load.js';
import { checkRequest } from './campaign-requests.js';
import { DesktopService } from './desktops.js';
import { listsForSimulation, modesOf } from './dial-modes.js';
import { GroupActor } from './group-actor.js';
import { describeGroup, type GroupDescription } from './group-description.js';
import { LeftCampaigns } from './left-campaigns.js';
import { ListAccounts } from './list-account.js';
import { ListCounter } from './list-counter.js';
import { ListTables } from './list-tables.js';
import { type Measures, unmeasured } from './measures.js';
import type { Announcer, Asker, GroupSnapshot } from './ports.js';
import { RecordWriter } from './record-writer.js';
import { RecordService } from './records.js';
import { longestAgentId, type Runtime, type ServiceLog, toListTable, zoneTimes } from './runtime.js';
import { recoverStore } from './start-up.js';

/** How often hand-outs are forgotten that nobody can ask about any more. */
const FORGET_EVERY_MS = 3_600_000;
/** Agents who have been at a record so lately are at work. */
const AT_WORK_MS = 10_000;

export interface GatewayParts {
  readonly deployment: Deployment;
  readonly client: StoreClient;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly log: ServiceLog;
  readonly announcer: Announcer;
  readonly agents: AgentPool<object>;
  /** Absent: nobody keeps figures. */
  readonly measures?: Measures;
  /** Absent: the deployment only previews. */
  readonly dialer?: Dialer;
  /** Whether tables of calling lists get the indexes that they lack; absent: they do. */
  readonly addIndexes?: boolean;
  ownershipLost(error: Error): void;
}

/** The engine: all campaign groups of a gateway, over one store. What sessions and HTTP talk to. */
export class Gateway {
  readonly agents: AgentService;
  readonly desktops: DesktopService;
  readonly records: RecordService;
  readonly listCounter: ListCounter;
  readonly #runtime: Runtime;
  readonly #actors: ReadonlyMap<number, GroupActor>;
  #stopped = false;

  private constructor(runtime: Runtime, actors: ReadonlyMap<number, GroupActor>, groupsOf: (agentId: string) => readonly GroupActor[]) {
    this.#runtime = runtime;
    this.#actors = actors;
    this.agents = new AgentService(runtime, groupsOf);
    this.desktops = new DesktopService(runtime, actors, groupsOf);
    this.records = new RecordService(runtime, actors, this.desktops);
    this.listCounter = new ListCounter(runtime.client, runtime.lists, runtime.clock, runtime.log);
  }

  /**
   * Recovers what the store holds and starts every campaign group where it stood. Answers when all of
   * them are at work. Throws where the store cannot be read or holds what cannot be.
   */
  static async start(parts: GatewayParts): Promise<Gateway> {
    const { deployment, client, owner, clock } = parts;
    const tables = new ListTables(
      new Map(deployment.callingLists.map((list) => [list.dbid, toListTable(list, deployment.doNotCall.table)])),
      { agentIdLength: longestAgentId(deployment), addIndexes: parts.addIndexes ?? true },
      parts.log,
    );
    const longestReplayMs = Math.max(0, ...deployment.campaignGroups.map((group) => group.replayWindowMs));
    const actors = new Map<number, GroupActor>();
    const groupsOf = groupsOfAgents(deployment.campaignGroups, actors);
    const held = new HeldRecords();
    const left = new LeftCampaigns();
    const calls = new Map<number, number>();
    let simulatedLists: ReadonlySet<number> = new Set();
    const measures = parts.measures ?? unmeasured;
    const runtime: Runtime = {
      ...parts,
      measures,
      dialer: parts.dialer,
      calls,
      callLoad: new CallLoad({ groups: deployment.campaignGroups, agents: parts.agents, held, left, room: (dbid) => actors.get(dbid)?.agentsChanged() }),
      modesOf: (group) => modesOf(group, parts.dialer !== undefined, simulatedLists),
      isRunning: (dbid) => actors.get(dbid)?.state().status === 'Running',
      agentFreed(agentId) {
        for (const actor of groupsOf(agentId)) actor.agentsChanged();
      },
      held,
      left,
      journal: new JournalTail(longestReplayMs),
      writer: new RecordWriter(client, owner, () => clock.now(), (nowMs) => zoneTimes(deployment, nowMs), (message) => parts.log.warn(message), measures),
      lists: tables.usable,
      tables,
      accounts: new ListAccounts({ client, clock, zonesAt: (nowMs) => zoneTimes(deployment, nowMs) }),
      listChanged(listDbid) {
        for (const actor of actors.values()) {
          if (actor.group.campaign.lists.some(({ list }) => list.dbid === listDbid)) actor.listChanged();
        }
      },
    };
    await recoverStore(runtime, longestReplayMs);
    simulatedLists = await listsForSimulation(runtime);
    parts.dialer?.onEvent((event) => actors.get(calls.get(event.attemptId) ?? -1)?.callEvent(event));
    const { lastPosition } = runtime.journal;
    for (const group of deployment.campaignGroups) actors.set(group.dbid, new GroupActor(runtime, group, lastPosition));
    for (const actor of actors.values()) await actor.start();
    // calls of an earlier life whose records nobody has any more
    for (const attemptId of (await parts.dialer?.stillUp()) ?? []) if (!calls.has(attemptId)) parts.dialer?.cancel(attemptId);
    const gateway = new Gateway(runtime, actors, groupsOf);
    gateway.#forgetOldHandOuts(longestReplayMs);
    return gateway;
  }

  /** A campaign request over any protocol; the asker is answered once. */
  request(request: CampaignRequest, asker: Asker): void {
    const checked = checkRequest(this.#runtime.deployment, request);
    if ('refusal' in checked) {
      asker.answer({ kind: 'refused', ...checked });
      return;
    }
    if (checked.warning !== undefined) this.#runtime.log.warn(checked.warning, { by: request.by });
    this.#actors.get(checked.group.dbid)?.request(checked.request, asker);
  }

  /** Records were added to a list, or put back: its groups look at once. */
  listChanged(listDbid: number): void {
    this.#runtime.listChanged(listDbid);
  }

  /** Calls `fn` when everything asked of these groups so far has been answered. */
  inOrder(groupDbids: readonly number[], fn: () => void): void {
    const actors = groupDbids.flatMap((dbid) => this.#actors.get(dbid) ?? []);
    let left = actors.length;
    if (left === 0) fn();
    for (const actor of actors) {
      actor.post(() => {
        left -= 1;
        if (left === 0) fn();
      });
    }
  }

  groups(): readonly CampaignGroup[] {
    return this.#runtime.deployment.campaignGroups;
  }

  /** Where every campaign group stands. */
  snapshots(): GroupSnapshot[] {
    return [...this.#actors.values()].map((actor) => actor.snapshot());
  }

  /** Everything about one campaign group, with the reasons; undefined for an unknown one. Throws StoreAway. */
  async describe(dbid: number): Promise<GroupDescription | undefined> {
    const actor = this.#actors.get(dbid);
    return actor === undefined ? undefined : describeGroup(actor);
  }

  /**
   * How long agents waited last for what they do with records to be written, in milliseconds; undefined: none has been at one
   * lately. What nobody waits for keeps out of their way by it.
   */
  agentsWait(): number | undefined {
    const { clock, writer } = this.#runtime;
    return clock.now() - writer.lastAskedMs < AT_WORK_MS ? writer.lastWaitMs : undefined;
  }

  /** Throws StoreAway where the store does not answer. */
  async checkStore(): Promise<void> {
    await this.#runtime.client.query('SELECT 1', []);
  }

  /** Begins nothing of its own any more; what clients ask for is done. */
  rest(): void {
    for (const actor of this.#actors.values()) actor.rest();
  }

  /** Stops acting: calls are dropped, what is under way is finished, what nobody has in hand is Ready again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#runtime.dialer?.close();
    for (const actor of this.#actors.values()) await actor.stop();
    await this.#runtime.writer.idle();
    for (const actor of this.#actors.values()) await actor.giveBack();
    await this.listCounter.stop();
  }

  #forgetOldHandOuts(olderThanMs: number): void {
    const { clock, client, owner, log } = this.#runtime;
    const beforeMs = clock.now() - olderThanMs;
    void ownedTransaction(client, owner, (sql) => deleteEndedHandOuts(sql, owner.serverDbid, beforeMs)).catch((error: unknown) =>
      log.warn(`old hand-outs were not removed: ${String(error)}`),
    );
    clock.after(FORGET_EVERY_MS, () => {
      if (!this.#stopped) this.#forgetOldHandOuts(olderThanMs);
    });
  }
}

/** The campaign groups of an agent; a search of all groups for each of thousands of logins would take seconds. */
function groupsOfAgents(groups: readonly CampaignGroup[], actors: ReadonlyMap<number, GroupActor>): (agentId: string) => readonly GroupActor[] {
  const memberships = groups.flatMap(({ dbid, group }) => [...group.agentIds].map((agentId) => ({ agentId, dbid })));
  const ofAgent = groupBy(memberships, ({ agentId }) => agentId);
  return (agentId) => (ofAgent.get(agentId) ?? []).flatMap(({ dbid }) => actors.get(dbid) ?? []);
}
