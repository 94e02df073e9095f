import type { RecordField } from '../lists/record-fields.js';
import type { TlsFiles } from '../util/tls-files.js';

/** What the configuration says, checked and with its references resolved: all that the engine sees of it. */
export interface Deployment {
  readonly server: Server;
  readonly listeners: Listeners;
  readonly store: Store;
  readonly log: LogSettings;
  readonly timeZones: readonly TimeZone[];
  readonly agents: readonly Agent[];
  readonly groups: readonly AgentGroup[];
  readonly callingLists: readonly CallingList[];
  readonly doNotCall: DoNotCall;
  /** DNs over which campaigns are controlled. */
  readonly communicationDns: readonly string[];
  readonly campaigns: readonly Campaign[];
  readonly campaignGroups: readonly CampaignGroup[];
  /** Who may connect; absent: anyone on loopback and nobody else. */
  readonly clients?: readonly Client[];
  readonly limits: Limits;
  /** What places calls; absent: nothing does. */
  readonly dialer?: SimulatedDialerSettings;
}

/** The switch that invents what comes of calls. Durations in milliseconds. */
export interface SimulatedDialerSettings {
  readonly type: 'simulated';
  readonly seed: number;
  readonly ring: DurationRange;
  readonly talk: DurationRange;
  /** Shares by number of the CallResult enumeration. */
  readonly results: readonly { readonly result: number; readonly share: number }[];
}

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The application that clients address: GSW_APPLICATION_ID, and the owner of what it retrieves (app_id). */
export interface Server {
  readonly dbid: number;
  readonly name: string;
}

/** A listener that is absent is not opened; at least one is there. */
export interface Listeners {
  readonly direct?: DirectListener;
  readonly tevents?: FrameListener;
  readonly http?: Listener;
}

export interface Listener {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absent: what it is sent and sends is readable on the way. */
  readonly tls?: TlsFiles;
}

export interface FrameListener extends Listener {
  /** Name of the wire profile. */
  readonly profile: string;
}

export interface DirectListener extends FrameListener {
  /** Whether a client is sent the events of campaigns that it asked for, or of all. */
  readonly unsolicited: 'subscribed' | 'registered';
}

/** Where records and journal are kept. */
export type Store = EmbeddedStore | PostgresStore;

export interface EmbeddedStore {
  readonly kind: 'embedded';
  /** Absolute. */
  readonly directory: string;
}

export interface PostgresStore {
  readonly kind: 'postgres';
  /** As it stands in the configuration; there may be a password in it. */
  readonly url: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** How long an owner that does not say that it lives stays the owner. */
  readonly leaseMs: number;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface LogSettings {
  readonly level: LogLevel;
  /** Absolute path of the program's log; absent: stdout. */
  readonly file?: string;
  readonly trace: boolean;
  /** Absolute path of the trace; absent: stdout. */
  readonly traceFile?: string;
  /** Whether the trace shows property values unmasked. */
  readonly showValues: boolean;
}

export interface TimeZone {
  readonly dbid: number;
  readonly name: string;
  /** IANA name. */
  readonly zone: string;
}

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly password?: string;
}

export interface AgentGroup {
  readonly dbid: number;
  readonly name: string;
  readonly agentIds: ReadonlySet<string>;
}

/** SQL text of the operator, used as it is. */
export interface ListFilter {
  readonly where: string;
  readonly order?: string;
}

/** What is to be done about a call result. */
export type Treatment = { readonly dbid: number; readonly name: string; readonly callResult: number } & TreatmentRule;

export type TreatmentRule =
  | { readonly action: 'Cycle'; readonly attempts: number; readonly intervalMs: number; readonly incrementMs: number }
  | { readonly action: 'RetryIn' | 'NextInChainAfter'; readonly intervalMs: number }
  /** A time on the clocks of the record's zone, in milliseconds as if it were UTC. */
  | { readonly action: 'RetryAtDate'; readonly localMs: number }
  | { readonly action: 'NextInChain' | 'MarkAllChain' | 'MarkAsAgentError' | 'AssignToGroup' };

export interface CallingList {
  readonly dbid: number;
  readonly name: string;
  /** A plain identifier, or `schema.table`. */
  readonly table: string;
  /** A record with that many attempts is not dialed again. */
  readonly maxAttempts: number;
  /** Seconds since midnight, for rows whose daily_from is null. */
  readonly fromSeconds: number;
  /** Seconds since midnight (86400 = end of day), for rows whose daily_till is null; before fromSeconds: the window runs across midnight. */
  readonly untilSeconds: number;
  readonly customFields: readonly RecordField[];
  readonly filter?: ListFilter;
  /** The simulated switch may write its invented results into a table that the gateway did not make. */
  readonly allowSimulatedResults: boolean;
  /** Those of one call result are tried in this order. */
  readonly treatments: readonly Treatment[];
}

export interface DoNotCall {
  readonly table: string;
}

export interface CampaignList {
  readonly list: CallingList;
  /** Share of the list in a retrieval; 0 turns it off. */
  readonly weight: number;
}

export interface Campaign {
  readonly dbid: number;
  readonly name: string;
  readonly description: string;
  readonly lists: readonly CampaignList[];
}

/** Which later records hold a group that would complete: none, those of its retries, every one scheduled. */
export type AutoCompleteWaitsFor = 'none' | 'retries' | 'scheduled';

export interface CampaignGroup {
  /** The SessionID of requests and events. */
  readonly dbid: number;
  /** `<campaign>@<group>`; no two are alike. */
  readonly name: string;
  readonly description: string;
  readonly campaign: Campaign;
  readonly group: AgentGroup;
  /** Number of the DialMode enumeration; used where StartDialing says none. */
  readonly dialMode: number;
  /** Per agent. */
  readonly minRecBuffSize: number;
  /** Per agent; more than minRecBuffSize. */
  readonly optRecBuffSize: number;
  /** Whether a Load that says nothing of GSW_AUTO_COMPLETION turns it on. */
  readonly autoComplete: boolean;
  readonly autoCompleteWaitsFor: AutoCompleteWaitsFor;
  readonly autoCompleteHorizonMs: number;
  /** How long a lost agent keeps its records. */
  readonly agentGraceMs: number;
  /** How long an Unload waits for records that are out. */
  readonly unloadTimeoutMs: number;
  /** How long an answered call waits for an agent before it is dropped. */
  readonly abandonTimeoutMs: number;
  /** Whether the desktop ends a record that was dialed; false: the end of its call does. */
  readonly recordProcessed: boolean;
  /** Records that one agent may hold in Preview. */
  readonly maxPreviewRecords: number;
  /** How long a personal callback that is due waits for its agent. */
  readonly personalCallbackWaitMs: number;
  /** How far back notifications are sent again to an agent that lost its line. */
  readonly replayWindowMs: number;
  /** Pause between retrievals that found nothing; more than 0. */
  readonly retrievalIntervalMs: number;
}

export type ClientRole = 'agent' | 'supervisor' | 'monitor';

export interface Client {
  readonly name: string;
  /** Plain, or a hash (util/scrypt-hash). */
  readonly password?: string;
  /** Bearer token of HTTP; plain, or a hash. */
  readonly token?: string;
  readonly roles: readonly ClientRole[];
}

/** What one peer, or all together, may cost; the failure that each prevents stands in limits.ts. */
export interface Limits {
  readonly frameBytes: number;
  /** At most frameBytes. */
  readonly frameBytesBeforeRegistration: number;
  readonly registerTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** More than heartbeatIntervalMs. */
  readonly heartbeatTimeoutMs: number;
  readonly listDepth: number;
  /** Attributes and pairs of one frame. */
  readonly entries: number;
  readonly requestsInFlight: number;
  readonly outboxBytes: number;
  readonly drainTimeoutMs: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  readonly heldBytes: number;
  readonly stopTimeoutMs: number;
  readonly loginFailures: number;
  readonly loginDelayMs: number;
  readonly loginLockMs: number;
  readonly loginsWaiting: number;
  readonly resumeTokenLifeMs: number;
  /** Bytes. */
  readonly httpBody: number;
  readonly httpHeaderTimeoutMs: number;
  readonly httpRequestTimeoutMs: number;
}
