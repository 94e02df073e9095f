import type { AgentState, Away, Seat } from '../agent/pool.js';
import type { AnnouncedRow } from '../journal/row.js';
import { ownedTransaction } from '../store/owner.js';
import { deleteAgentLogin, updateAgentLost, upsertAgentLogin } from '../store/statements/agent-logins.js';
import type { GroupActor } from './group-actor.js';
import type { Runtime } from './runtime.js';

export type LoginOutcome =
  | {
      readonly kind: 'loggedIn';
      readonly seat: Seat<object>;
      /** What the agent's groups did while its line was lost, in order; sent behind the answer. */
      readonly missed: readonly AnnouncedRow[];
      /** The line that this login takes over from. */
      readonly takenOver: object | undefined;
    }
  | { readonly kind: 'unknownAgent' | 'storeAway' }
  | { readonly kind: 'dnBusy'; readonly by: string }
  | { readonly kind: 'loggedInElsewhere'; readonly dn: string };

export interface Login {
  readonly agentId: string;
  readonly dn: string;
  readonly line: object;
}

/** A login that is being written. */
interface Arrival {
  readonly agentId: string;
  done: Promise<void>;
}

/**
 * Logins of agents, for all campaign groups (completion.md 3 to 5). That an agent is logged in is
 * durable before it is answered, so that after a crash it is known whom events are owed.
 */
export class AgentService {
  /** DN -> whose login on it is being written: nobody else gets the DN, and the agent no other, meanwhile. */
  readonly #arriving = new Map<string, Arrival>();

  constructor(
    private readonly runtime: Runtime,
    private readonly groupsOf: (agentId: string) => readonly GroupActor[],
  ) {}

  /**
   * Logs an agent in on a DN. `answer` is called once; on success in the very turn in which the agent
   * begins to be told what happens, so that nothing lies between what it missed and what comes live.
   */
  async login(who: Login, answer: (outcome: LoginOutcome) => void): Promise<void> {
    const { agentId, dn } = who;
    if (!this.runtime.deployment.agents.some(({ id }) => id === agentId)) return answer({ kind: 'unknownAgent' });
    const refusal = this.runtime.agents.refusal(agentId, dn) ?? this.#arrivingRefusal(agentId, dn);
    if (refusal !== undefined) return answer(refusal);

    // one of the same agent on the same DN comes first, and this one takes over from it
    const before = this.#arriving.get(dn)?.done;
    const arrival: Arrival = { agentId, done: Promise.resolve() };
    const arrive = (): Promise<void> => this.#arrive(who, arrival, answer);
    this.#arriving.set(dn, arrival);
    arrival.done = before === undefined ? arrive() : before.then(arrive, arrive);
    await arrival.done;
  }

  async #arrive({ agentId, dn, line }: Login, arrival: Arrival, answer: (outcome: LoginOutcome) => void): Promise<void> {
    const nowMs = this.runtime.clock.now();
    const since = this.runtime.agents.find(agentId)?.since ?? this.#replayable(agentId, nowMs)?.since ?? nowMs;
    try {
      await ownedTransaction(this.runtime.client, this.runtime.owner, (sql) =>
        upsertAgentLogin(sql, this.runtime.owner.serverDbid, { agent_id: agentId, dn, since }),
      );
    } catch (error) {
      this.runtime.log.error(`agent ${agentId} could not be logged in: ${error instanceof Error ? error.message : String(error)}`);
      this.#arrived(dn, arrival);
      return answer({ kind: 'storeAway' });
    }
    this.#arrived(dn, arrival);
    // what follows is one turn: what was missed ends where what comes live begins
    const current = this.runtime.agents.find(agentId);
    const takenOver = current === undefined || current.line === line ? undefined : current.line;
    const away = takenOver !== undefined && current !== undefined ? this.#awayOf(current) : this.#replayable(agentId, nowMs);
    const missed = away === undefined ? [] : this.#missed(agentId, away);
    const resumeAfter = current?.line === line ? current.resumeAfter : this.#resumeAfter(away, missed);
    const seat = this.runtime.agents.seat(agentId, dn, line, since, resumeAfter);
    this.#back(agentId);
    answer({ kind: 'loggedIn', seat, missed, takenOver });
    for (const group of this.groupsOf(agentId)) group.agentBack(agentId);
  }

  #arrived(dn: string, arrival: Arrival): void {
    if (this.#arriving.get(dn) === arrival) this.#arriving.delete(dn);
  }

  /** Logs an agent out: its records end at once. Throws where the store could not be told. */
  async logout(seat: Seat<object>): Promise<void> {
    const { agentId } = seat;
    await ownedTransaction(this.runtime.client, this.runtime.owner, (sql) =>
      deleteAgentLogin(sql, this.runtime.owner.serverDbid, agentId),
    );
    if (this.runtime.agents.find(agentId)?.login !== seat.login) return;
    this.runtime.agents.remove(agentId);
    for (const group of this.groupsOf(agentId)) group.agentGone(agentId);
  }

  /** The line of a login is gone. */
  lost(seat: Seat<object>): void {
    const { agentId } = seat;
    if (this.runtime.agents.find(agentId)?.login !== seat.login) return;
    const away = this.#awayOf(seat);
    const { lostAt } = away;
    this.runtime.agents.lose(agentId, away);
    for (const group of this.groupsOf(agentId)) group.agentLost(agentId);
    void ownedTransaction(this.runtime.client, this.runtime.owner, (sql) =>
      updateAgentLost(sql, this.runtime.owner.serverDbid, agentId, lostAt),
    ).catch((error: unknown) => {
      // after a crash the agent then counts as lost at the restart: it is told more, not less
      this.runtime.log.warn(`the lost line of agent ${agentId} could not be noted: ${String(error)}`);
    });
  }

  setState(seat: Seat<object>, state: AgentState): void {
    if (state === 'ready') this.#back(seat.agentId);
    this.runtime.agents.setState(seat.agentId, state);
    for (const group of this.groupsOf(seat.agentId)) group.agentsChanged();
  }

  /** In the campaigns that it had logged out of. */
  #back(agentId: string): void {
    this.runtime.left.back(agentId, this.groupsOf(agentId).map(({ group }) => group.campaign.dbid));
  }

  #awayOf(seat: Seat<object>): Away {
    const resumeAfter = Math.max(seat.resumeAfter, this.runtime.announcer.lastWritten(seat.line) ?? 0);
    return { since: seat.since, lostAt: this.runtime.clock.now(), resumeAfter };
  }

  #arrivingRefusal(agentId: string, dn: string): LoginOutcome | undefined {
    const other = this.#arriving.get(dn)?.agentId;
    if (other === agentId) return undefined;
    if (other !== undefined) return { kind: 'dnBusy', by: other };
    for (const [otherDn, arriving] of this.#arriving) if (arriving.agentId === agentId) return { kind: 'loggedInElsewhere', dn: otherDn };
    return undefined;
  }

  /** An agent that is away and comes back within the longest replayWindow of its groups. */
  #replayable(agentId: string, nowMs: number): Away | undefined {
    const away = this.runtime.agents.away(agentId);
    const windows = this.groupsOf(agentId).map(({ group }) => group.replayWindowMs);
    return away !== undefined && nowMs - away.lostAt <= Math.max(0, ...windows) ? away : undefined;
  }

  /** What its groups did since; after a crash, since the start of the window. */
  #missed(agentId: string, away: Away): AnnouncedRow[] {
    const nowMs = this.runtime.clock.now();
    const windows = new Map(this.groupsOf(agentId).map(({ group }) => [group.dbid, group.replayWindowMs]));
    return this.runtime.journal.since(away.resumeAfter ?? 0, away.since).filter((row) => {
      const windowMs = windows.get(row.groupDbid);
      return windowMs !== undefined && row.number !== null && row.at >= nowMs - windowMs;
    });
  }

  /** Replayed rows count as owed until they are written; without any, what is known now is behind. */
  #resumeAfter(before: Away | undefined, missed: readonly AnnouncedRow[]): number {
    const [first] = missed;
    return first === undefined ? Math.max(before?.resumeAfter ?? 0, this.runtime.journal.lastPlace) : first.place - 1;
  }
}
