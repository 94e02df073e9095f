import { DialMode, RecordType } from '../../protocol/dictionary/enumerations.js';
import type { Seat } from '../agent/pool.js';
import type { CampaignGroup } from '../config/deployment.js';
import { isPersonal, type RecordBuffer } from '../record/buffer.js';
import type { Chain } from '../record/chain.js';
import type { HandOut } from '../record/hand-out.js';
import { ownedTransaction } from '../store/owner.js';
import { finalizeMissed, hasPersonalRows } from '../store/statements/missed-callbacks.js';
import { takePersonalChains } from '../store/statements/take-chains.js';
import { type GroupContext, openListsOf, takerOf } from './group-context.js';
import type { HandOuts } from './hand-outs.js';
import type { PreviewDesk } from './preview-desk.js';
import { putChainsBack } from './put-back.js';
import { toChains } from './retriever.js';
import { zoneTimes } from './runtime.js';

const listsIn = ({ campaign }: CampaignGroup): number[] => campaign.lists.map(({ list }) => list.dbid);

/** The agents of a group that are there, with their seats. */
type There = ReadonlyMap<string, Seat<object>>;

/**
 * Personal callbacks, and redials that are for one agent, of a campaign group (engine.md, Records): when
 * one is due and its agent is logged in and has a hand free, it is handed to that agent, who is told by
 * ScheduledCall; in Preview a redial waits until the agent asks. Without the agent it is missed after
 * personalCallbackWait, counted from when it was due or, if that is later, from when the agent was gone. There
 * is who is logged in, a member of the group, and has not logged out of its campaign: nobody else can be given it here.
 * Whom another group that is Running and has one of the same lists can give it is not missed either.
 */
export class CallbackDesk {
  /** There may be callbacks for somebody that we have not looked for. */
  #wanted = true;
  /** Agent -> since when it is not there, as far as this run has seen. Milliseconds. */
  readonly #absent = new Map<string, number>();
  #watchingSince: number | undefined;

  constructor(
    private readonly context: GroupContext,
    private readonly buffer: RecordBuffer,
    private readonly handOuts: HandOuts,
    private readonly desk: PreviewDesk,
  ) {}

  /** Looks again at the next occasion: time has passed, an agent has come, a callback was made. */
  want(): void {
    this.#wanted = true;
  }

  /** The end of a run. */
  reset(): void {
    this.#wanted = true;
    this.#absent.clear();
    this.#watchingSince = undefined;
  }

  /** Gives agents what is theirs. Answers whether anything was made final. Throws where the store cannot be asked. */
  async serve(): Promise<boolean> {
    this.#tellAgain();
    if (!this.#wanted) return false;
    this.#wanted = false;
    const there = this.#there();
    const anywhere = this.#thereAnywhere(there);
    this.#lookAround(anywhere);
    await this.#putBackOrphans(there);
    const missed = await this.#retrieve(there, anywhere);
    for (const agentId of this.buffer.personalOf) this.#give(agentId);
    return missed;
  }

  /** A record that was given and that this login of its agent has not heard of: one for each agent. */
  #tellAgain(): void {
    const { agents, announcer } = this.context.runtime;
    const isGiven = ({ chain }: HandOut): boolean => this.#isGiven(chain);
    for (const agentId of this.handOuts.agentsWith(isGiven)) {
      const login = agents.find(agentId)?.login;
      const unseen = login === undefined ? undefined : this.handOuts.resend(agentId, login, isGiven);
      if (unseen !== undefined) announcer.scheduledCall(unseen);
    }
  }

  #give(agentId: string): void {
    const seat = this.context.runtime.agents.find(agentId);
    if (seat === undefined || !this.#hasRoom(agentId)) return;
    const chain = this.buffer.takePersonal(agentId, (one) => this.#isGiven(one));
    if (chain === undefined) return;
    this.desk.give(seat, chain, (handOut) => this.context.runtime.announcer.scheduledCall(handOut));
    // there may be another one behind it
    this.#wanted = true;
  }

  #isGiven(chain: Chain): boolean {
    return isPersonal(chain) && (chain.records[0].recordType === RecordType.PersonalCallBack || !this.#isPreview());
  }

  #isPreview(): boolean {
    const state = this.context.state();
    return state.status !== 'NotLoaded' && state.load.dialMode === DialMode.Preview;
  }

  #hasRoom(agentId: string): boolean {
    const { runtime, group } = this.context;
    if (runtime.left.has(agentId, group.campaign.dbid)) return false;
    return runtime.held.count(agentId) < (this.#isPreview() ? group.maxPreviewRecords : 1);
  }

  /** Whom a group, this one if none is named, can give something, now or when a hand is free. */
  #there({ group, campaign }: CampaignGroup = this.context.group): There {
    const { agents, left } = this.context.runtime;
    const members = [...group.agentIds].flatMap((agentId) => agents.find(agentId) ?? []);
    return new Map(members.flatMap((seat) => (left.has(seat.agentId, campaign.dbid) ? [] : [[seat.agentId, seat]])));
  }

  /** Who is there for this group, or for another that dials one of its lists. */
  #thereAnywhere(there: There): ReadonlySet<string> {
    const { runtime, group } = this.context;
    const lists = new Set(listsIn(group));
    const others = runtime.deployment.campaignGroups.filter(
      (other) => other.dbid !== group.dbid && runtime.isRunning(other.dbid) && listsIn(other).some((dbid) => lists.has(dbid)),
    );
    return new Set([...there.keys(), ...others.flatMap((other) => [...this.#there(other).keys()])]);
  }

  /** Notes who is not there. */
  #lookAround(there: ReadonlySet<string>): void {
    const { runtime } = this.context;
    const nowMs = runtime.clock.now();
    this.#watchingSince ??= nowMs;
    for (const { id } of runtime.deployment.agents) {
      if (there.has(id)) this.#absent.delete(id);
      else if (!this.#absent.has(id)) this.#absent.set(id, nowMs);
    }
  }

  async #putBackOrphans(there: There): Promise<void> {
    const orphans = this.buffer.takeOrphans((agentId) => there.has(agentId));
    if (orphans.length === 0) return;
    await putChainsBack(this.context, orphans);
  }

  async #retrieve(there: There, anywhere: ReadonlySet<string>): Promise<boolean> {
    const { runtime, group } = this.context;
    const nowMs = runtime.clock.now();
    const zones = zoneTimes(runtime.deployment, nowMs);
    const free = [...there.values()].filter(({ agentId }) => this.#hasRoom(agentId) && !this.buffer.hasPersonal(agentId));
    const callbacks = free.map(({ agentId }) => agentId);
    // in Preview a redial waits for its agent to ask, and one who never asks must not hold it back from the others of its chain
    const redials = (this.#isPreview() ? free.filter(({ state }) => state !== 'notReady') : free).map(({ agentId }) => agentId);
    const absent = [...this.#absent].map(([agentId, sinceMs]) => ({ agentId, sinceSeconds: Math.floor(sinceMs / 1000) }));
    const waiting = {
      present: [...anywhere],
      absent,
      sinceSeconds: Math.floor((this.#watchingSince ?? nowMs) / 1000),
      waitSeconds: Math.ceil(group.personalCallbackWaitMs / 1000),
    };
    const { missed, chains } = await ownedTransaction(runtime.client, runtime.owner, async (sql) => {
      let finals = 0;
      const found: Chain[] = [];
      for (const list of openListsOf(this.context)) {
        if (!(await hasPersonalRows(sql, list))) continue;
        finals += await finalizeMissed(sql, list, waiting, nowMs, zones);
        if (callbacks.length === 0) continue;
        const taker = { ...takerOf(this.context), appId: runtime.owner.serverDbid };
        found.push(...toChains(await takePersonalChains(sql, list, taker, callbacks.length, nowMs, zones, { callbacks, redials })));
      }
      return { missed: finals, chains: found };
    });
    for (const chain of chains) this.buffer.add(chain);
    return missed > 0;
  }
}
