import type { Client, ClientRole, Deployment } from '../config/deployment.js';
import type { Clock } from '../util/clock.js';
import type { Asker } from './bounded-queue.js';
import { Failures, type Tries } from './failures.js';
import { ResumeTokens } from './resume-tokens.js';
import { ALL_ROLES } from './roles.js';
import { Secrets } from './secrets.js';
import { SharedLook } from './shared-look.js';

export type Refused =
  | { readonly kind: 'wrong' }
  /** Too many were wrong: nothing is looked at for that long. */
  | { readonly kind: 'locked'; readonly forMs: number }
  /** Too many are being looked at. */
  | { readonly kind: 'busy' };

/** By what somebody was let in: who has given a password gets a new resume token, and who has given a token keeps it as it is. */
export type Proof = 'right' | 'resumed';

export type Admission =
  | { readonly kind: 'admitted'; readonly by: Proof; readonly name: string; readonly roles: ReadonlySet<ClientRole> }
  | Refused;

interface Right {
  readonly kind: 'right';
  /** As the configuration has it. */
  readonly secret: string;
}

export interface DoorParts {
  readonly deployment: Pick<Deployment, 'clients' | 'agents' | 'limits'>;
  readonly clock: Clock;
  /** What resume tokens are signed with: the same in every life of the server. */
  readonly resumeKey: Buffer;
  readonly log: { warn(message: string, fields?: Record<string, unknown>): void };
}

/** Through which listener somebody comes. */
export type Entrance = 'GSW_CM' | 'T' | 'HTTP';

/** `resumed`: let in by a resume token, without a look at a password; `locked` and `busy` were refused without one. */
export type LoginOutcome = 'admitted' | 'resumed' | Refused['kind'];

const noLogins = (): Record<LoginOutcome, number> => ({ admitted: 0, resumed: 0, wrong: 0, locked: 0, busy: 0 });

/** Longest name that a log line repeats. */
const LONGEST_NAME = 64;

/** Who may connect, and as what; and which agents are who they say (config.md, clients and agents). Without clients anyone may do anything. */
export class Door {
  readonly #clients: ReadonlyMap<string, Client> | undefined;
  /** Bearer token, as the configuration has it -> whose it is. */
  readonly #tokens: ReadonlyMap<string, Client>;
  readonly #agents: ReadonlyMap<string, string>;
  readonly #secrets: Secrets;
  readonly #failures: Failures;
  readonly #resumeTokens: ResumeTokens;
  readonly #logins: Readonly<Record<Entrance, Record<LoginOutcome, number>>> = { GSW_CM: noLogins(), T: noLogins(), HTTP: noLogins() };
  /** Tries that are being looked at: the same one twice is looked at once. */
  readonly #underWay = new Map<string, SharedLook<Right | Refused>>();

  constructor(private readonly parts: DoorParts) {
    const { clients, agents, limits } = parts.deployment;
    this.#clients = clients && new Map(clients.map((client) => [client.name, client]));
    this.#tokens = new Map((clients ?? []).flatMap((client) => (client.token === undefined ? [] : [[client.token, client]])));
    this.#agents = new Map(agents.flatMap(({ id, password }) => (password === undefined ? [] : [[id, password]])));
    const known = [...(clients ?? []).flatMap(({ password, token }) => [password ?? [], token ?? []].flat()), ...this.#agents.values()];
    this.#secrets = new Secrets(known, limits.loginsWaiting);
    this.#failures = new Failures(parts.clock, limits);
    this.#resumeTokens = new ResumeTokens(parts.resumeKey, parts.clock, limits.resumeTokenLifeMs);
  }

  /** Whether clients are configured. */
  get required(): boolean {
    return this.#clients !== undefined;
  }

  /** Names and passwords, and tokens, that were given since the start. Where none is asked for, nothing is counted. */
  logins(): { readonly entrance: Entrance; readonly outcome: LoginOutcome; readonly count: number }[] {
    return Object.entries(this.#logins).flatMap(([entrance, counts]) =>
      Object.entries(counts).map(([outcome, count]) => ({ entrance: entrance as Entrance, outcome: outcome as LoginOutcome, count })),
    );
  }

  /**
   * Lets a client in by its name and password, or its resume token, or says why not. `from` is its address. Once `gone` is aborted
   * it waits for no turn any more, and is told that the door is busy.
   */
  async client(entrance: Entrance, name: string, password: string | undefined, from: string, resumeToken?: string, gone?: AbortSignal): Promise<Admission> {
    if (this.#clients === undefined) return { kind: 'admitted', by: 'right', name, roles: ALL_ROLES };
    const client = this.#clients.get(name);
    if (this.#resumes(entrance, 'client', name, resumeToken)) return admit(client, 'resumed');
    const verdict = await this.#check(entrance, 'client', name, client === undefined ? [] : passwordsOf(client), password ?? '', { from, gone });
    return verdict.kind === 'right' ? admit(client, 'right') : verdict;
  }

  /** Lets a client in by its bearer token. Nobody has said a name: what is wrong counts for the address. */
  async token(entrance: Entrance, token: string, from: string): Promise<Admission> {
    const verdict = await this.#check(entrance, 'token', '', [...this.#tokens.keys()], token, { from });
    return verdict.kind === 'right' ? admit(this.#tokens.get(verdict.secret), 'right') : verdict;
  }

  /** Whether an agent has given its password or its resume token; one that has no password may give any. `gone` is as for clients. */
  async agent(entrance: Entrance, agentId: string, password: string | undefined, from: string, resumeToken?: string, gone?: AbortSignal): Promise<Proof | Refused> {
    const expected = this.#agents.get(agentId);
    if (expected === undefined) return 'right';
    if (this.#resumes(entrance, 'agent', agentId, resumeToken)) return 'resumed';
    const verdict = await this.#check(entrance, 'agent', agentId, [expected], password ?? '', { from, gone });
    return verdict.kind === 'right' ? 'right' : verdict;
  }

  /** With which a client or an agent that has given its password may come back without its being computed; undefined where it has none. */
  resumeToken(what: 'client' | 'agent', name: string): string | undefined {
    const secret = this.#secretOf(what, name);
    return secret === undefined ? undefined : this.#resumeTokens.issue(`${what} ${name}`, secret);
  }

  /** A token that is not valid is no guess of a password: it is looked at no further, and the password decides. */
  #resumes(entrance: Entrance, what: 'client' | 'agent', name: string, token: string | undefined): boolean {
    const secret = this.#secretOf(what, name);
    if (token === undefined || secret === undefined || !this.#resumeTokens.isValid(token, `${what} ${name}`, secret)) return false;
    this.#logins[entrance].resumed += 1;
    return true;
  }

  #secretOf(what: 'client' | 'agent', name: string): string | undefined {
    return what === 'client' ? this.#clients?.get(name)?.password : this.#agents.get(name);
  }

  async #check(entrance: Entrance, what: string, name: string, expected: readonly string[], given: string, { from, gone }: Asker): Promise<Right | Refused> {
    const key = this.#secrets.digest(JSON.stringify([what, name, from])).toString('base64');
    const tryKey = `${key} ${this.#secrets.digest(given).toString('base64')}`;
    const shared = this.#underWay.get(tryKey) ?? new SharedLook((allGone) => {
      const who = `${what} ${name.slice(0, LONGEST_NAME)}`;
      return this.#look(what === 'token' ? undefined : key, who, expected, given, { from, gone: allGone });
    });
    this.#underWay.set(tryKey, shared);
    try {
      const verdict = await shared.join(gone);
      this.#logins[entrance][verdict.kind === 'right' ? 'admitted' : verdict.kind] += 1;
      return verdict;
    } finally {
      this.#underWay.delete(tryKey);
    }
  }

  async #look(key: string | undefined, who: string, expected: readonly string[], given: string, asker: Asker): Promise<Right | Refused> {
    const { clock, log, deployment } = this.parts;
    const begun = this.#failures.begin(key, asker.from);
    if (begun.kind !== 'begun') return begun;
    const { tries } = begun;
    const proven = this.#secrets.findProven(expected, given);
    const looked = proven === undefined ? await this.#find(tries, expected, given, asker) : { found: proven };
    if (looked === 'busy') {
      this.#failures.undecided(tries);
      return { kind: 'busy' };
    }
    if (looked.found !== undefined) {
      this.#failures.right(tries);
      return { kind: 'right', secret: looked.found };
    }
    const { delayMs, locked } = this.#failures.wrong(tries);
    if (locked) {
      const { loginFailures, loginLockMs } = deployment.limits;
      log.warn(`${tries.of === 'name' ? who : 'any token, and any further name,'} is locked for ${asker.from} after ${loginFailures} wrong ones`, { seconds: loginLockMs / 1000 });
    }
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    return { kind: 'wrong' };
  }

  async #find(tries: Tries, expected: readonly string[], given: string, asker: Asker): ReturnType<Secrets['find']> {
    try {
      return await this.#secrets.find(expected, given, asker);
    } catch (error) {
      this.#failures.undecided(tries);
      throw error;
    }
  }
}

/** What is right, as the configuration has it. A client with a token alone has no password, not even the empty one. */
function passwordsOf({ password, token }: Client): readonly string[] {
  return password === undefined && token !== undefined ? [] : [password ?? ''];
}

function admit(client: Client | undefined, by: Proof): Admission {
  if (client === undefined) throw new Error('a client that there is not was admitted');
  return { kind: 'admitted', by, name: client.name, roles: new Set(client.roles) };
}

/** A refusal in words; `wrong` as the protocol says it. */
export function describeRefused(refused: Refused, wrong: string): string {
  switch (refused.kind) {
    case 'wrong':
      return wrong;
    case 'locked':
      return `too many wrong passwords: wait ${Math.ceil(refused.forMs / 1000)} s`;
    case 'busy':
      return 'too many passwords are being checked: try again';
  }
}
