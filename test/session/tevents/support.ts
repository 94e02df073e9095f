import { int, type KvList, messageType, ocm1, type Message, type Pair, string, type Value, attributeId, readMessage } from '../../../protocol/index.js';
import { DnDirectory } from '../../../src/directory/dn-directory.js';
import { Subscriptions } from '../../../src/directory/subscriptions.js';
import type { TraceWriter } from '../../../src/log/trace-writer.js';
import type { Line } from '../../../src/session/line.js';
import { SessionAnnouncer } from '../../../src/session/announcer.js';
import { Audit } from '../../../src/access/audit.js';
import { Door } from '../../../src/access/door.js';
import { DesktopLine } from '../../../src/session/tevents/desktop-line.js';
import type { TEventParts } from '../../../src/session/tevents/parts.js';
import { TEventSession } from '../../../src/session/tevents/session.js';
import { Tracer } from '../../../src/session/tracer.js';
import { type SqlParam, type SqlRow, StoreAway, type StoreClient } from '../../../src/store/client.js';
import type { Clock } from '../../../src/util/clock.js';
import { silentLog, startEngine, type TestEngine, type TestEngineOptions } from '../../support/engine.js';

/** What a desktop was told in a user event, as plain values. */
export type Told = Readonly<Record<string, string | number>>;

/** A desktop without a socket: what it sends goes straight to its session, what it is sent is kept. */
export class TestDesktop {
  readonly #events: Told[] = [];
  #waiting: (() => void)[] = [];
  #reference = 0;
  #seen = 0;
  readonly session: TEventSession;

  constructor(
    private readonly desk: TestDesk,
    readonly dn: string,
  ) {
    const line = {
      profile: ocm1,
      open: true,
      lastWritten: undefined,
      begin: () => () => undefined,
      refused: () => undefined,
      raiseLimits: () => undefined,
      send: (message: Message) => this.#got(message),
      sendShared: (head: Message['attributes'], _tail: unknown, shared: Message['attributes']) =>
        this.#got({ dialect: 'T', type: messageType('EventUserEvent'), attributes: [...head, ...shared] }),
      finish: (_reason: string, last: Message) => this.#got(last),
    } as unknown as Line;
    this.session = new TEventSession(new DesktopLine(line), desk.parts);
  }

  /** Registers the client and the DN. */
  async register(): Promise<this> {
    await this.send('RequestRegisterClient', { AttributeReferenceID: int(1), AttributeApplicationName: string('desktop') });
    await this.send('RequestRegisterAddress', { AttributeReferenceID: int(2), AttributeThisDN: string(this.dn) });
    return this;
  }

  /** Registers, and logs the agent in. */
  async login(agentId: string): Promise<this> {
    await this.register();
    await this.send('RequestAgentLogin', { AttributeReferenceID: int(3), AttributeThisDN: string(this.dn), AttributeAgentID: string(agentId) });
    if (this.desk.engine.agents.onDn(this.dn)?.agentId !== agentId) throw new Error(`agent ${agentId} was not logged in`);
    return this;
  }

  async send(name: Parameters<typeof messageType>[0], attributes: Readonly<Record<string, Value>>): Promise<void> {
    const message: Message = {
      dialect: 'T',
      type: messageType(name),
      attributes: Object.entries(attributes).map(([key, value]) => ({ id: attributeId(key as Parameters<typeof attributeId>[0]), value })),
    };
    const read = readMessage(message);
    if (read.kind !== 'message') throw new Error(`${name} is wrong: ${JSON.stringify(read)}`);
    await this.session.handle(read);
  }

  /** Sends a request in user data and answers the next user event with its echo. */
  ask(type: string, data: Readonly<Record<string, string | number | Value>> | KvList = {}): Promise<Told> {
    return this.askAll(type, data).then(([first = {}]) => first);
  }

  /** The same, with everything that carries the echo up to `last`. */
  async askAll(type: string, data: Readonly<Record<string, string | number | Value>> | KvList = {}, last?: string): Promise<Told[]> {
    const reference = ++this.#reference;
    const pairs = Array.isArray(data) ? (data as KvList) : Object.entries(data).map(([key, value]): Pair => ({ key, value: toValue(value) }));
    const userData = [{ key: 'GSW_AGENT_REQ_TYPE', value: string(type) }, ...pairs, { key: 'GSW_REFERENCE_ID', value: int(reference) }];
    const mine = (): Told[] => this.#events.filter((event) => event['GSW_REFERENCE_ID'] === reference);
    void this.send('RequestDistributeUserEvent', {
      AttributeThisDN: string(this.dn),
      AttributeReferenceID: int(100 + reference),
      AttributeUserData: { type: 'kvlist', value: userData },
    });
    const done = (): boolean => mine().length > 0 && (last === undefined || [last, 'Error'].includes(String(mine().at(-1)?.['GSW_USER_EVENT'])));
    while (!done()) await this.#next();
    return mine();
  }

  /** Resolves with the next event of that name that nobody asked for, from the last such wait on. */
  async told(name: string): Promise<Told> {
    for (;;) {
      const found = this.#events.findIndex((event, index) => index >= this.#seen && event['GSW_USER_EVENT'] === name && !('GSW_REFERENCE_ID' in event));
      const event = this.#events[found];
      if (event !== undefined) {
        this.#seen = found + 1;
        return event;
      }
      await this.#next();
    }
  }

  /** Resolves when the group that was loaded last has been unloaded. */
  async completed(): Promise<void> {
    this.#seen = Math.max(this.#seen, this.names.lastIndexOf('CampaignLoaded'));
    await this.told('CampaignUnloaded');
  }

  /** The names of all user events so far. */
  get names(): string[] {
    return this.#events.map((event) => String(event['GSW_USER_EVENT']));
  }

  /** A record in Preview; fails where there is none. */
  async record(campaign = 'Spring'): Promise<Told & { readonly GSW_RECORD_HANDLE: number }> {
    const told = await this.ask('PreviewRecordRequest', { GSW_CAMPAIGN_NAME: campaign });
    if (told['GSW_USER_EVENT'] !== 'PreviewRecord') throw new Error(`no record: ${JSON.stringify(told)}`);
    return told as Told & { readonly GSW_RECORD_HANDLE: number };
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #got(message: Message): void {
    const read = readMessage(message);
    if (read.kind !== 'message' || read.name !== 'EventUserEvent') return;
    this.#events.push(plain(read.attributes.AttributeUserData));
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** A string or an int, unless it is a value already. */
export const toValue = (value: string | number | Value): Value => (typeof value === 'string' ? string(value) : typeof value === 'number' ? int(value) : value);

function plain(list: KvList): Told {
  return Object.fromEntries(
    list.map(({ key, value }) => {
      if (value.type === 'int' || value.type === 'string' || value.type === 'float') return [key, value.value];
      throw new Error(`${key} was sent as ${value.type}`);
    }),
  );
}

/** An engine with desktops. */
export class TestDesk {
  private constructor(
    readonly engine: TestEngine,
    readonly parts: TEventParts,
    /** While `away`, the gateway cannot reach its store; the test can. */
    readonly store: { away: boolean },
  ) {}

  static async start(options: TestEngineOptions & { readonly clock: Clock }): Promise<TestDesk> {
    const dns = new DnDirectory<DesktopLine>();
    const store: { away: boolean } = { away: false };
    const tracer = new Tracer({ enabled: false } as unknown as TraceWriter, options.clock, false);
    const engine = await startEngine({
      ...options,
      wrap: (client) => withOutages(client, store),
      announcer: (parts) => new SessionAnnouncer({ ...parts, dns, subscriptions: new Subscriptions<Line>(), tracer, clock: options.clock }),
    });
    const { gateway, deployment, agents } = engine;
    const parts = { gateway, deployment, agents, dns, door: new Door({ deployment, clock: options.clock, log: silentLog, resumeKey: Buffer.alloc(32) }), audit: new Audit(silentLog), clock: options.clock, log: silentLog };
    return new TestDesk(engine, parts, store);
  }

  desktop(dn: string, agentId: string): Promise<TestDesktop> {
    return new TestDesktop(this, dn).login(agentId);
  }

  /** A desktop on whose DN nobody is logged in. */
  visitor(dn: string): Promise<TestDesktop> {
    return new TestDesktop(this, dn).register();
  }

  /** Loads a campaign group and starts it in Preview. */
  async run(groupDbid = 1001, autoCompletion = false): Promise<void> {
    await this.request('Load', groupDbid, autoCompletion);
    await this.request('StartDialing', groupDbid);
  }

  request(kind: 'Load' | 'StartDialing' | 'StopDialing' | 'ForceUnload' | 'Unload', groupDbid = 1001, autoCompletion = false): Promise<void> {
    return new Promise((resolve, reject) => {
      this.engine.gateway.request(
        {
          kind,
          by: 'test',
          names: { campaignId: '', groupId: '', optimizeBy: '', optimizeGoal: '' },
          target: { sessionId: groupDbid },
          ...(autoCompletion && { autoCompletion: { kind: 'integer', value: 1n } as const }),
        },
        { answer: (outcome) => (outcome.kind === 'refused' ? reject(new Error(outcome.refusal.message)) : resolve()) },
      );
    });
  }

  /** The group is not loaded any more, whether it was or not. */
  async unload(groupDbid = 1001): Promise<void> {
    const loaded = await this.query('SELECT 1 FROM ocm_campaign_group WHERE dbid = $1 AND status <> 0', [groupDbid]);
    if (loaded.length > 0) await this.request('ForceUnload', groupDbid);
  }

  query<Row = SqlRow>(text: string, params: SqlParam[] = []): Promise<Row[]> {
    return this.engine.store.client.query<Row>(text, params);
  }

  /** Puts records into a list; each is Ready and General unless it says otherwise, and a chain of its own. */
  async insert(table: string, rows: readonly Readonly<Record<string, string | number | null>>[]): Promise<void> {
    for (const row of rows) {
      const id = Number(row['record_id']);
      const full = { contact_info: `555-${id}`, record_type: 2, record_status: 1, attempt: 0, chain_id: id, chain_n: 0, ...row };
      const columns = Object.keys(full);
      await this.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`, Object.values(full));
    }
  }

  /** One row of a list. */
  async row(recordId: number, table = 'cl_spring'): Promise<SqlRow> {
    const [row] = await this.query(`SELECT * FROM ${table} WHERE record_id = $1`, [recordId]);
    if (row === undefined) throw new Error(`no record ${recordId}`);
    return row;
  }

  close(): Promise<void> {
    return this.engine.close();
  }
}

function withOutages(client: StoreClient, store: { readonly away: boolean }): StoreClient {
  const reach = <T>(fn: () => Promise<T>): Promise<T> => (store.away ? Promise.reject(new StoreAway('the store is away')) : fn());
  return {
    query: (text, params) => reach(() => client.query(text, params)),
    session: (fn) => reach(() => client.session(fn)),
    transaction: (fn) => reach(() => client.transaction(fn)),
    close: () => client.close(),
  };
}
