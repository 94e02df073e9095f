import { DialMode, type DialModeName, GroupCampaignStatus, nameOf } from '../../protocol/dictionary/enumerations.js';
import { AgentPool, type AgentState, type Seat } from '../../src/agent/pool.js';
import type { CampaignRequest, CampaignRequestKind, ParameterNames } from '../../src/campaign/requests.js';
import type { Deployment } from '../../src/config/deployment.js';
import type { AnnouncedRow } from '../../src/journal/row.js';
import type { Ending, HandOut } from '../../src/record/hand-out.js';
import type { LoginOutcome } from '../../src/service/agents.js';
import { Gateway } from '../../src/service/gateway.js';
import type { Announcer, Asker, CampaignOutcome, EndOutcome, PreviewOutcome } from '../../src/service/ports.js';
import type { Sql, StoreClient } from '../../src/store/client.js';
import { claimOwnership, type Owner } from '../../src/store/owner.js';
import { tableExists } from '../../src/store/statements/create-list.js';
import { parseChanged, type SmallConfig } from '../config/support.js';
import { listOf, NOW, type Row, addRows } from '../store/support.js';
import { FakeDialer } from '../support/fake-dialer.js';
import { ManualClock } from '../support/manual-clock.js';
import { FaultyClient } from './faulty-client.js';

/** Spring@Sales (agents 1001, 1002), Autumn@Sales (the same agents), and Spring@Support (agent 2001), which shares Spring's list. */
export const SPRING = 1001;
export const AUTUMN = 1002;
export const SHARED = 1003;

/** What the parameters of a request are called here. */
export const NAMES: ParameterNames = { campaignId: 'CampaignID', groupId: 'GroupID', optimizeBy: 'OptimizeBy', optimizeGoal: 'OptimizeGoal' };

export type Change = (config: SmallConfig) => void;

function deploymentOf(change: Change): Deployment {
  return parseChanged((config) => {
    config.agents.push({ id: '2001', name: 'Barbara' });
    config.groups[1] = { dbid: 733, name: 'Support', agents: ['2001'] };
    config.campaignGroups[0] = { dbid: SPRING, campaign: 101, group: 732, minRecBuffSize: 1, optRecBuffSize: 2 };
    config.campaignGroups[1] = { dbid: AUTUMN, campaign: 102, group: 732, minRecBuffSize: 1, optRecBuffSize: 2 };
    config.campaignGroups[2] = { dbid: SHARED, campaign: 101, group: 733, minRecBuffSize: 1, optRecBuffSize: 2 };
    change(config);
  }).deployment;
}

/** A line as the engine knows it: an object, and what was written to it. */
export interface FakeLine {
  lastWritten?: number;
}

/** Keeps what it is told, in the order in which it is told. */
export class FakeAnnouncer implements Announcer {
  readonly rows: (AnnouncedRow & { readonly except?: object | undefined; readonly also: readonly object[] })[] = [];
  readonly cancelled: HandOut[] = [];
  /** Events as `Started`, cancelled records as `cancel <agent>`, answers as `answer <what>`. */
  readonly order: string[] = [];

  announce(row: AnnouncedRow, to: { readonly except?: object; readonly also?: readonly object[] }): void {
    this.rows.push({ ...row, except: to.except, also: to.also ?? [] });
    this.order.push(row.kind);
  }

  lastWritten(line: FakeLine): number | undefined {
    return line.lastWritten;
  }

  /** What DNs were told of calls, as `ringing 555-1 1001 on 71001`. */
  readonly calls: string[] = [];
  readonly callsOf: HandOut[] = [];

  call(kind: 'ringing' | 'established' | 'released', handOut: HandOut, dn: string): void {
    this.calls.push(`${kind} ${handOut.chain.records[0].phone} ${handOut.agentId} on ${dn}`);
    this.callsOf.push(handOut);
  }

  scheduledCall(handOut: HandOut): void {
    this.order.push(`scheduled ${handOut.agentId}`);
  }

  recordCancelled(handOut: HandOut): void {
    this.cancelled.push(handOut);
    this.order.push(`cancel ${handOut.agentId}`);
  }
}

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info';
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
}

/** How a test ends a record: Updated with result 33 (Answer), unless it says otherwise. */
export interface End {
  readonly ending?: Ending;
  readonly content?: string;
}

const UPDATED = 3;
const ANSWER = 33;

/** A running engine in a test: what is asked of it is answered with a promise, and time moves when the test says so. */
export class Engine {
  readonly announcer = new FakeAnnouncer();
  readonly log: LogLine[] = [];
  readonly ownershipLost: Error[] = [];
  readonly agents = new AgentPool<object>();
  gateway!: Gateway;

  private constructor(
    readonly store: StoreClient,
    readonly client: FaultyClient,
    readonly clock: ManualClock,
    readonly deployment: Deployment,
    readonly owner: Owner,
    readonly dialer: FakeDialer,
  ) {}

  /** Starts an engine as a new process does: under a new epoch. It can place calls where the configuration has a dialer. */
  static async start(
    store: StoreClient,
    change: Change = () => undefined,
    startMs = NOW,
    prepare: (engine: Engine) => void = () => undefined,
    dialer = new FakeDialer(),
  ): Promise<Engine> {
    const deployment = deploymentOf(change);
    const clock = new ManualClock(startMs);
    const owner = await claimOwnership(store, deployment.server.dbid, 'a test', clock.now());
    const engine = new Engine(store, new FaultyClient(store), clock, deployment, owner, dialer);
    prepare(engine);
    const write = (level: LogLine['level']) => (message: string, fields?: Record<string, unknown>) => void engine.log.push({ level, message, fields });
    engine.gateway = await Gateway.start({
      deployment,
      client: engine.client,
      owner,
      clock,
      log: { error: write('error'), warn: write('warn'), info: write('info') },
      announcer: engine.announcer,
      agents: engine.agents,
      ...(deployment.dialer && { dialer }),
      ownershipLost: (error) => void engine.ownershipLost.push(error),
    });
    await engine.settled();
    return engine;
  }

  /** Everything that was asked has come to what it comes to without time passing. */
  settled(): Promise<void> {
    return this.client.settled();
  }

  /** Lets time pass, in steps in which everything settles. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.settled();
    }
  }

  /** The process is gone: nothing it still does reaches the store. */
  crash(): void {
    this.client.away = true;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
  }

  // ---- campaigns

  /** A campaign request, answered. */
  request(kind: CampaignRequestKind, of: Partial<CampaignRequest> & { group?: number; asker?: Omit<Asker, 'answer'> } = {}): Promise<CampaignOutcome> {
    const { group = SPRING, asker, ...fields } = of;
    return new Promise((resolve) => {
      this.gateway.request(
        { kind, target: { sessionId: group }, names: NAMES, by: 'Ada', ...fields },
        {
          ...asker,
          answer: (outcome) => {
            this.announcer.order.push(`answer ${outcome.kind === 'done' ? outcome.event.kind : outcome.kind}`);
            resolve(outcome);
          },
        },
      );
    });
  }

  /** Loads and starts a group; the flag is on unless it is said to be off. */
  async dial(group = SPRING, flag: 0 | 1 = 1, mode: DialModeName = 'Preview'): Promise<void> {
    const autoCompletion = { kind: 'integer', value: BigInt(flag) } as const;
    await this.request('Load', { group, autoCompletion });
    await this.request('StartDialing', { group, dialMode: DialMode[mode] });
    await this.settled();
  }

  /** What has become of the last call to a number. */
  async call(phone: string, what: Parameters<FakeDialer['tell']>[0]): Promise<void> {
    this.dialer.tell(what, phone);
    await this.settled();
  }

  /** The group's state as it is stored. */
  async status(group = SPRING): Promise<string> {
    const [row] = await this.store.query<{ status: number }>('SELECT status FROM ocm_campaign_group WHERE dbid = $1', [group]);
    return nameOf(GroupCampaignStatus, row?.status ?? -1) ?? 'unknown';
  }

  /** The kinds of events that were announced of a group, in order. */
  events(group = SPRING): string[] {
    return this.announcer.rows.filter((row) => row.groupDbid === group).map((row) => row.kind);
  }

  // ---- agents

  /** Logs an agent in, on a DN of its own unless another is given, and makes it ready unless it is said not to be. */
  async login(agentId: string, on: { dn?: string; line?: FakeLine; state?: AgentState } = {}): Promise<LoginOutcome> {
    const { dn = `7${agentId}`, line = {}, state = 'ready' } = on;
    const outcome = await new Promise<LoginOutcome>((resolve, reject) => {
      this.gateway.agents.login({ agentId, dn, line }, resolve).catch(reject);
    });
    if (outcome.kind === 'loggedIn' && state !== 'notReady') this.gateway.agents.setState(outcome.seat, state);
    await this.settled();
    return outcome;
  }

  seat(agentId: string): Seat<object> {
    const seat = this.agents.find(agentId);
    if (seat === undefined) throw new Error(`agent ${agentId} is not logged in`);
    return seat;
  }

  async state(agentId: string, state: AgentState): Promise<void> {
    this.gateway.agents.setState(this.seat(agentId), state);
    await this.settled();
  }

  /** The agent's line breaks. */
  async lose(agentId: string): Promise<void> {
    this.gateway.agents.lost(this.seat(agentId));
    await this.settled();
  }

  async logout(agentId: string): Promise<void> {
    await this.gateway.agents.logout(this.seat(agentId));
    await this.settled();
  }

  /** Asks for a record; `answered` is undefined as long as there is no answer. */
  ask(agentId: string, campaign = 'Spring', group?: string): { answered: PreviewOutcome | undefined } {
    const asked: { answered: PreviewOutcome | undefined } = { answered: undefined };
    this.gateway.desktops.previewRecord(this.seat(agentId), { campaign, group }, (outcome) => {
      if (asked.answered !== undefined) throw new Error('answered twice');
      asked.answered = outcome;
    });
    return asked;
  }

  /** Asks for a record and answers what comes of it without time passing. */
  async preview(agentId: string, campaign = 'Spring', group?: string): Promise<PreviewOutcome> {
    const asked = this.ask(agentId, campaign, group);
    await this.settled();
    if (asked.answered === undefined) throw new Error('there is no answer');
    return asked.answered;
  }

  /** Asks for a record and gets one. */
  async record(agentId: string, campaign = 'Spring', group?: string): Promise<HandOut> {
    const outcome = await this.preview(agentId, campaign, group);
    if (outcome.kind !== 'record') throw new Error(`no record: ${JSON.stringify(outcome, ['kind', 'number', 'message'])}`);
    return outcome.handOut;
  }

  /** Ends a record, answered as soon as it is; nothing is waited for beside. */
  ending(agentId: string, handle: number, { ending = final(), content = 'content' }: End = {}): Promise<EndOutcome> {
    return new Promise((resolve) => {
      this.gateway.desktops.record({ kind: 'end', agentId, handle, ending: () => ending, acknowledgment: () => 'RecordProcessedAcknowledge', content, answer: resolve });
    });
  }

  async end(agentId: string, handle: number, how: End = {}): Promise<EndOutcome> {
    const outcome = await this.ending(agentId, handle, how);
    await this.settled();
    return outcome;
  }

  /** Rejects a record. */
  reject(agentId: string, handle: number): Promise<EndOutcome> {
    return this.end(agentId, handle, { ending: { kind: 'ready' }, content: 'reject' });
  }
}

/** A final ending. */
export function final(change: Partial<Extract<Ending, { kind: 'final' }>> = {}): Ending {
  return { kind: 'final', status: UPDATED, callResult: ANSWER, attempts: 1, calledAt: null, customFields: {}, ...change };
}

/** Any list may be dialed, by the dialer of the test. */
export const dialing: Change = (config) => {
  config['dialer'] = { type: 'simulated' };
  for (const list of config.callingLists) list['allowSimulatedResults'] = true;
};

const SPRING_LIST = listOf({ table: 'cl_spring' });
const AUTUMN_LIST = listOf({ dbid: 502, name: 'Autumn', table: 'cl_autumn' });

/** The same, and a change of it. */
export function dialingAnd(change: Change): Change {
  return (config) => {
    dialing(config);
    change(config);
  };
}

/** Has Spring dial these records in Progress for these agents. */
export async function dialInProgress(engine: Engine, store: Sql, records: readonly Row[], agents: readonly string[], flag: 0 | 1): Promise<void> {
  await addRecords(store, records);
  for (const agentId of agents) await engine.login(agentId);
  await engine.dial(SPRING, flag, 'Progress');
}

/** An empty store, as the first start of a gateway finds it but for tables that are there already. */
export async function emptyStore(store: StoreClient): Promise<void> {
  await store.query('TRUNCATE ocm_import, ocm_retry, ocm_hand_out, ocm_journal, ocm_agent_login, ocm_calling_list, ocm_campaign_group, ocm_gateway', []);
  for (const table of ['cl_spring', 'cl_autumn', 'dnc']) if (await tableExists(store, table)) await store.query(`DELETE FROM ${table}`, []);
}

/** Adds records to Spring's list (or Autumn's), as another program would: Ready, due, one chain each, unless they say otherwise. */
export async function addRecords(store: Sql, rows: readonly Row[], list: 'Spring' | 'Autumn' = 'Spring'): Promise<void> {
  await addRows(store, list === 'Spring' ? SPRING_LIST : AUTUMN_LIST, rows);
}

/** record_status of every record of a list, by record_id. */
export async function statuses(store: Sql, list: 'Spring' | 'Autumn' = 'Spring'): Promise<number[]> {
  const rows = await store.query<{ record_status: number }>(`SELECT record_status FROM cl_${list.toLowerCase()} ORDER BY record_id`, []);
  return rows.map((row) => row.record_status);
}
