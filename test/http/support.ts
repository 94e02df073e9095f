import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { describeHttpEntry, type KvList } from '../../protocol/index.js';
import { Audit } from '../../src/access/audit.js';
import { Door } from '../../src/access/door.js';
import type { CampaignRequest, Refusal } from '../../src/campaign/requests.js';
import type { CampaignGroup, Deployment } from '../../src/config/deployment.js';
import type { HttpParts } from '../../src/http/parts.js';
import { createHttpServer } from '../../src/http/server.js';
import type { JournalRow } from '../../src/journal/row.js';
import type { Asker, CampaignOutcome, GroupSnapshot } from '../../src/service/ports.js';
import { describeFields } from '../../src/log/log-fields.js';
import { HeldBytes } from '../../src/net/held-bytes.js';
import { InternalClient } from '../../src/session/direct/internal-client.js';
import { flagInput } from '../../src/session/flag-input.js';
import { campaignEvent, notificationName } from '../../src/user-data/events.js';
import { Tracer } from '../../src/session/tracer.js';
import { parseChanged, type SmallConfig } from '../config/support.js';
import { silentLog } from '../support/engine.js';
import { ManualClock } from '../support/manual-clock.js';

/** An engine that answers what a test tells it to, and keeps what it was asked. */
export class FakeGateway {
  readonly asked: CampaignRequest[] = [];
  outcome: (request: CampaignRequest) => CampaignOutcome;

  constructor(readonly deployment: Deployment) {
    this.outcome = () => done(this.group(1001), 'Loaded');
  }

  group(dbid: number): CampaignGroup {
    const group = this.deployment.campaignGroups.find((one) => one.dbid === dbid);
    if (group === undefined) throw new Error(`no campaign group ${dbid}`);
    return group;
  }

  request(request: CampaignRequest, asker: Asker): void {
    this.asked.push(request);
    asker.answer(this.outcome(request));
  }

  groups(): readonly CampaignGroup[] {
    return this.deployment.campaignGroups;
  }

  describe(): Promise<undefined> {
    return Promise.reject(new Error('not in this test'));
  }
}

export function snapshotOf(group: CampaignGroup, over: Partial<GroupSnapshot> = {}): GroupSnapshot {
  return { group, status: 'Active', dialMode: 0, optimizeBy: 0, optimizeGoal: null, autoCompletion: false, ...over };
}

export function done(
  group: CampaignGroup,
  kind: JournalRow['kind'],
  event: Partial<JournalRow> = {},
  snapshot: Partial<GroupSnapshot> = {},
): CampaignOutcome {
  const row: JournalRow = {
    position: 1,
    groupDbid: group.dbid,
    session: 's',
    number: 1,
    kind,
    status: 'Active',
    dialMode: 0,
    optimizeBy: 0,
    optimizeGoal: null,
    forced: false,
    at: 0,
    cause: '',
    ...event,
  };
  return { kind: 'done', event: row, snapshot: snapshotOf(group, { status: row.status, dialMode: row.dialMode, ...snapshot }) };
}

export function refused(code: Refusal['code'], message = 'because'): CampaignOutcome {
  return { kind: 'refused', refusal: { code, message }, group: undefined };
}

export interface TestHttp {
  readonly app: FastifyInstance;
  /** Entries of the trace. */
  readonly trace: string[];
  readonly errors: unknown[];
  /** Lines of the audit. */
  readonly audit: string[];
  readonly post: (url: string, body?: unknown, headers?: Record<string, string>) => Promise<LightMyRequestResponse>;
  readonly get: (url: string, headers?: Record<string, string>) => Promise<LightMyRequestResponse>;
}

/** The server over what a test gives it; a body that is a string is sent as it stands. */
export function testHttp(gateway: HttpParts['gateway'], deployment: Deployment, over: Partial<HttpParts> = {}): TestHttp {
  const trace: string[] = [];
  const errors: unknown[] = [];
  const audit: string[] = [];
  const clock = new ManualClock();
  const tracer = new Tracer({ enabled: true, write: (entry) => trace.push(entry), close: () => Promise.resolve() }, clock, true);
  let connection = 20;
  const app = createHttpServer({
    gateway,
    deployment,
    door: new Door({ deployment, clock, log: silentLog, resumeKey: Buffer.alloc(32) }),
    ocmClient: new InternalClient({ gateway, tracer, connection: 9 }),
    userEvents: { flagInput, notificationName, campaignEvent: (name, group, dialMode) => campaignEvent(name, deployment, group, dialMode) },
    tracer,
    metrics: { contentType: 'text/plain', render: () => Promise.resolve(''), answered: () => undefined, refused: () => undefined },
    importer: { run: () => Promise.reject(new Error('not in this test')) },
    lists: {
      report: () => Promise.reject(new Error('not in this test')),
      reclaim: () => Promise.reject(new Error('not in this test')),
      export: () => Promise.reject(new Error('not in this test')),
    },
    audit: new Audit({ info: (message, fields) => audit.push(`${message}${describeFields(fields)}`) }),
    clock,
    held: new HeldBytes(deployment.limits.heldBytes),
    unreadClosed: () => undefined,
    version: '1.2.3',
    log: { ...silentLog, error: (message, fields) => errors.push([message, fields]) },
    stopping: () => false,
    health: () => ({ status: 'ok' }),
    nextConnection: () => (connection += 1),
    ...over,
  });
  return {
    app,
    trace,
    errors,
    audit,
    post: (url, body, headers = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return app.inject({ method: 'POST', url, ...(body === undefined ? { headers } : { payload: text, headers: { 'content-type': 'application/json', ...headers } }) });
    },
    get: (url, headers = {}) => app.inject({ method: 'GET', url, headers }),
  };
}

/** A server over a fake engine. */
export function fakeHttp(change: (config: SmallConfig) => void = () => undefined, over: Partial<HttpParts> = {}) {
  const { deployment } = parseChanged(change);
  const gateway = new FakeGateway(deployment);
  return { ...testHttp(gateway, deployment, over), gateway, deployment };
}

/** What an entry of HTTPProxyClient looks like. */
export function httpEntry(connection: number, direction: 'received' | 'sent', pairs: KvList): string {
  return describeHttpEntry({ time: '00:00:00.000', connection, direction }, pairs, { showValues: true });
}
