import { Client } from 'pg';
import type { Clock, TimerHandle } from '../../util/clock.js';
import { OwnershipLost, type Sql, type SqlParam, StoreAway } from '../client.js';
import { StoreHeld } from '../held.js';
import { type Owner, OWNER_LOCK, renewOwnership, selectHolder } from '../owner.js';
import { connectFailure, judge } from './errors.js';
import { ask, clientConfig, introduce, LostSessions, type PostgresSettings, type SessionId, whereIs } from './session.js';

/** A lost session is opened again after that long, as often as it takes. */
const RETRY_MS = 500;
/** A lease is renewed, and a silent holder looked at, that many times while it runs. */
const RENEWALS = 4;

export interface TenureParts {
  readonly settings: PostgresSettings;
  readonly serverDbid: number;
  /** What the server shows the sessions of this process as; no other process has it. */
  readonly name: string;
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Somebody else has taken over. */
  readonly lost: (error: OwnershipLost) => void;
}

/**
 * The right to be the owner of a server.dbid (completion.md 1): an advisory lock that one session holds as
 * long as its process lives, and a lease for those whose session lives on without them. What it protects is
 * protected by the epoch; this tells who may raise it.
 */
export class Tenure {
  readonly #where: string;
  readonly #lostSessions: LostSessions;
  #client: Client | undefined;
  #id: SessionId | undefined;
  #owner: Owner | undefined;
  #timer: TimerHandle | undefined;
  #ended = false;

  private constructor(private readonly parts: TenureParts) {
    this.#where = whereIs(parts.settings.url);
    this.#lostSessions = new LostSessions(this.#where, parts.settings.statementTimeoutMs);
  }

  /**
   * Takes the lock: at once where nobody holds it, and from a holder whose lease has run out. Throws
   * StoreHeld, which names the holder, as soon as that is known to live, and StoreAway with what to do
   * where the server cannot be reached.
   */
  static async begin(parts: TenureParts): Promise<Tenure> {
    const tenure = new Tenure(parts);
    try {
      await tenure.#open();
      await tenure.#take();
      return tenure;
    } catch (error) {
      await tenure.end();
      throw error;
    }
  }

  /** Renews the lease of this owner from now on, and has the lock taken again where its session is lost. */
  keep(owner: Owner): void {
    this.#owner = owner;
    this.#next(this.parts.leaseMs / RENEWALS);
  }

  /** Lets go. The lock is free when the server has seen the session end. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#timer?.cancel();
    const client = this.#client;
    this.#client = undefined;
    // the lock ends with the session in any case: one that cannot be closed in order is cut
    await client?.end().catch(() => undefined);
  }

  readonly #sql: Sql = {
    query: async <Row>(text: string, params?: readonly SqlParam[]): Promise<Row[]> => {
      const client = this.#client;
      if (client === undefined) throw new StoreAway('the session that holds the ownership is lost');
      try {
        return (await ask<Row>(client, text, params, this.parts.settings.statementTimeoutMs)).rows;
      } catch (cause) {
        const { error, lineLost } = judge(cause, this.#where);
        if (lineLost) this.#lose(client);
        throw error;
      }
    },
  };

  async #open(): Promise<void> {
    const { settings, name } = this.parts;
    const client = new Client(clientConfig(settings));
    client.on('error', () => this.#lose(client));
    client.on('end', () => this.#lose(client));
    try {
      await client.connect();
      this.#id = await introduce(client, settings, name);
      await this.#lostSessions.end(client);
    } catch (cause) {
      void client.end().catch(() => undefined);
      throw connectFailure(cause, this.#where, settings.connectTimeoutMs);
    }
    this.#client = client;
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    if (this.#id !== undefined) this.#lostSessions.add(this.#id);
    void client.end().catch(() => undefined);
    if (this.#owner !== undefined) this.#next(0);
  }

  async #tryLock(): Promise<boolean> {
    const [row] = await this.#sql.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [OWNER_LOCK, this.parts.serverDbid]);
    return row?.taken === true;
  }

  /**
   * Whether a holder lives is told by its renewals, seen from here: two clocks are not compared. It is
   * given one lease.
   */
  async #take(): Promise<void> {
    const { clock, leaseMs, serverDbid } = this.parts;
    let seen: string | undefined;
    let sinceMs = clock.now();
    while (!(await this.#tryLock())) {
      const holder = await selectHolder(this.#sql, serverDbid);
      const sign = `${holder?.epoch} ${holder?.renewed_at}`;
      if (seen !== undefined && seen !== sign) throw this.#held(holder);
      if (seen !== undefined && clock.now() - sinceMs >= leaseMs) {
        await this.#endHolder();
        sinceMs = clock.now();
      }
      seen = sign;
      await new Promise<void>((resolve) => void clock.after(leaseMs / RENEWALS / 2, resolve, { keepAlive: true }));
    }
  }

  #held(holder: { readonly holder: string; readonly http_address: string | null } | undefined): StoreHeld {
    const { serverDbid } = this.parts;
    const who = holder?.holder ?? 'another process';
    return new StoreHeld(
      `server.dbid ${serverDbid} is in use by ${who} on the store at ${this.#where}; stop it, or give this gateway another server.dbid or store.url`,
      holder?.http_address ?? undefined,
    );
  }

  /** Ends every session of the process that holds the lock: it is silent, and what it has under way ends with it. */
  async #endHolder(): Promise<void> {
    await this.#sql.query(
      `SELECT pg_terminate_backend(a.pid, $3::bigint)
       FROM pg_locks l JOIN pg_stat_activity h ON h.pid = l.pid
       JOIN pg_stat_activity a ON a.datid = h.datid AND (a.pid = h.pid OR a.application_name = h.application_name)
       WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::oid AND l.objid = $2::oid AND l.objsubid = 2
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      [OWNER_LOCK, this.parts.serverDbid, Math.ceil(this.parts.settings.statementTimeoutMs / 4)],
    );
  }

  #next(delayMs: number): void {
    this.#timer?.cancel();
    if (this.#ended) return;
    this.#timer = this.parts.clock.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const owner = this.#owner;
    if (owner === undefined) return;
    try {
      let taken = true;
      if (this.#client === undefined) {
        await this.#open();
        taken = await this.#tryLock();
      }
      await renewOwnership(this.#sql, owner, this.parts.clock.now());
      // somebody has the lock and has not raised the epoch yet, or a session of ours is still ending
      if (!taken) throw new StoreAway('the ownership lock is held by another session');
      this.#next(this.parts.leaseMs / RENEWALS);
    } catch (error) {
      if (this.#ended) return;
      if (error instanceof OwnershipLost) {
        this.parts.lost(error);
        return;
      }
      const client = this.#client;
      if (client !== undefined) this.#lose(client);
      this.#next(Math.min(RETRY_MS, this.parts.leaseMs / RENEWALS));
    }
  }
}
