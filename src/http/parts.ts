import type { KvList } from '../../protocol/index.js';
import type { Audit } from '../access/audit.js';
import type { Door } from '../access/door.js';
import type { FlagInput } from '../campaign/auto-completion.js';
import type { GroupEventKind } from '../campaign/group-state.js';
import type { CampaignRequest } from '../campaign/requests.js';
import type { CampaignGroup, Deployment } from '../config/deployment.js';
import type { Gateway } from '../service/gateway.js';
import type { Importer } from '../service/importer.js';
import type { ListService } from '../service/list-service.js';
import type { CampaignOutcome } from '../service/ports.js';
import type { Clock } from '../util/clock.js';
import type { HeldBudget, UnreadReason } from './unread.js';

/** A campaign request as the GWS family brings it; its properties keep their types for the trace. */
export interface OcmRequest extends Omit<CampaignRequest, 'autoCompletion'> {
  readonly properties: KvList;
}

/** The client of the direct protocol as which the GWS family's requests are served. */
export interface OcmClient {
  /** Sends a request to the engine and waits for what became of it. Never rejects for a refusal. */
  request(request: OcmRequest): Promise<CampaignOutcome>;
}

/** What the T-Event dialect knows of user data that the native family says in JSON. */
export interface UserEvents {
  /** The event that tells desktops of a change; undefined where they are not told. */
  notificationName(kind: GroupEventKind): string | undefined;
  campaignEvent(name: string, group: CampaignGroup, dialMode: number): KvList;
  /** GSW_AUTO_COMPLETION as it stands in user data. */
  flagInput(data: KvList): FlagInput | undefined;
}

export interface HttpTracer {
  readonly enabled: boolean;
  http(connection: number, direction: 'received' | 'sent', pairs: KvList): void;
}

export type HealthState = { readonly status: 'ok' } | { readonly status: 'unavailable'; readonly reasons: readonly string[] };

/** Whoever keeps figures of requests, and shows those of everything. */
export interface HttpMetrics {
  readonly contentType: string;
  /** All of them. */
  render(): Promise<string>;
  /** A request was answered. `route` is the pattern of its path, undefined for one that there is not. */
  answered(request: { readonly method: string; readonly route: string | undefined; readonly status: number; readonly ms: number }): void;
  /** A request was refused, with the name of an ErrorCode. */
  refused(code: string): void;
}

/** What the routes are made of. */
export interface HttpParts {
  readonly gateway: Pick<Gateway, 'request' | 'describe' | 'groups'>;
  readonly deployment: Deployment;
  readonly door: Pick<Door, 'required' | 'client' | 'token'>;
  readonly ocmClient: OcmClient;
  readonly userEvents: UserEvents;
  readonly tracer: HttpTracer;
  readonly metrics: HttpMetrics;
  readonly importer: Pick<Importer, 'run'>;
  readonly lists: Pick<ListService, 'report' | 'reclaim' | 'export'>;
  readonly audit: Audit;
  readonly clock: Clock;
  /** What all listeners may hold for clients that do not read. */
  readonly held: HeldBudget;
  /** Of the program. */
  readonly version: string;
  readonly log: { error(message: string, fields?: Record<string, unknown>): void };
  /** A connection was closed for the answers that it has not taken. */
  unreadClosed(reason: UnreadReason): void;
  /** Whether nothing new is taken any more. */
  stopping(): boolean;
  health(): HealthState | Promise<HealthState>;
  /** The number of the next connection, as the trace shows it; shared by all listeners. */
  nextConnection(): number;
}
