/** Where an agent sits while logged in: its DN, and the line (a connection, opaque here) that logged it in. */
export interface Seat<Line> {
  readonly agentId: string;
  readonly dn: string;
  readonly line: Line;
  /** Differs from login to login, also of the same agent. */
  readonly login: number;
  /** When the agent first logged in; a login after a lost line goes on from there. Milliseconds. */
  readonly since: number;
  /** Place in the journal behind which this login is owed what happened. */
  readonly resumeAfter: number;
  readonly state: AgentState;
}

/** `asking`: has asked for a record since, and so counts as ready whatever it said before (completion.md 5). */
export type AgentState = 'notReady' | 'ready' | 'asking';

/** An agent that lost its line and has not come back. */
export interface Away {
  readonly since: number;
  readonly lostAt: number;
  /** Undefined after a restart, when nobody knows what its line was still given. */
  readonly resumeAfter: number | undefined;
}

export type LoginRefusal = { readonly kind: 'dnBusy'; readonly by: string } | { readonly kind: 'loggedInElsewhere'; readonly dn: string };

/**
 * Who is logged in, for all groups (completion.md 5). Decides only; that a login is durable is the
 * caller's business, and so is telling anyone.
 */
export class AgentPool<Line> {
  readonly #seats = new Map<string, Seat<Line>>();
  readonly #byDn = new Map<string, string>();
  readonly #away = new Map<string, Away>();
  /** Agents who are ready, who has been so longest first: a Map keeps the order of insertion. */
  readonly #readyOrder = new Map<string, true>();
  #lastLogin = 0;

  /** Why this agent cannot log in on this DN; undefined where it can. The same agent on the same DN takes over. */
  refusal(agentId: string, dn: string): LoginRefusal | undefined {
    const seat = this.#seats.get(agentId);
    if (seat !== undefined && seat.dn !== dn) return { kind: 'loggedInElsewhere', dn: seat.dn };
    const other = this.#byDn.get(dn);
    return other === undefined || other === agentId ? undefined : { kind: 'dnBusy', by: other };
  }

  /** Seats an agent. `resumeAfter` is the place in the journal from which on it is told what happens. */
  seat(agentId: string, dn: string, line: Line, since: number, resumeAfter: number): Seat<Line> {
    const seat: Seat<Line> = { agentId, dn, line, login: ++this.#lastLogin, since, resumeAfter, state: 'notReady' };
    this.#seats.set(agentId, seat);
    this.#byDn.set(dn, agentId);
    this.#away.delete(agentId);
    this.#readyOrder.delete(agentId);
    return seat;
  }

  /** Takes an agent out, whether logged in or away. */
  remove(agentId: string): void {
    const seat = this.#seats.get(agentId);
    if (seat !== undefined) this.#byDn.delete(seat.dn);
    this.#readyOrder.delete(agentId);
    this.#seats.delete(agentId);
    this.#away.delete(agentId);
  }

  /** The agent's line is gone: it is not logged in any more, but known to be away. */
  lose(agentId: string, away: Away): void {
    this.remove(agentId);
    this.#away.set(agentId, away);
  }

  setState(agentId: string, state: AgentState): void {
    const seat = this.#seats.get(agentId);
    if (seat === undefined) return;
    this.#seats.set(agentId, { ...seat, state });
    if (state !== 'ready') this.#readyOrder.delete(agentId);
    else if (!this.#readyOrder.has(agentId)) this.#readyOrder.set(agentId, true);
  }

  /** The agent's record has ended: where it is ready, it is so from now on, behind all others. */
  freed(agentId: string): void {
    if (this.#readyOrder.delete(agentId)) this.#readyOrder.set(agentId, true);
  }

  /** Of these agents the one who has been ready longest and is not busy. */
  longestReady(among: ReadonlySet<string>, busy: (agentId: string) => boolean): Seat<Line> | undefined {
    for (const agentId of this.#readyOrder.keys()) {
      if (among.has(agentId) && !busy(agentId)) return this.#seats.get(agentId);
    }
    return undefined;
  }

  find(agentId: string): Seat<Line> | undefined {
    return this.#seats.get(agentId);
  }

  onDn(dn: string): Seat<Line> | undefined {
    const agentId = this.#byDn.get(dn);
    return agentId === undefined ? undefined : this.#seats.get(agentId);
  }

  away(agentId: string): Away | undefined {
    return this.#away.get(agentId);
  }
}
