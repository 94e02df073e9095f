import type { Registry } from 'prom-client';
import { readCounter, readGauge } from './read-metric.js';
import type { Sources } from './sources.js';

type State = ReturnType<Sources['snapshots']>[number]['status'];

const STATES = Object.keys({ NotLoaded: 0, Active: 0, Running: 0, WaitingUnload: 0 } satisfies Record<State, 0>);

/** Registers what others keep. */
export function figuresOf(registry: Registry, sources: Sources): void {
  campaigns(registry, sources);
  connections(registry, sources);
  messages(registry, sources);
}

function campaigns(registry: Registry, sources: Sources): void {
  readGauge(registry, {
    name: 'ocm_campaign_groups',
    help: 'Campaign groups by state: NotLoaded, Active (loaded, not dialing), Running, WaitingUnload.',
    labels: ['state'],
    read: () => {
      const groups = sources.snapshots();
      return STATES.map((state) => [groups.filter(({ status }) => status === state).length, { state }] as const);
    },
  });
  readGauge(registry, {
    name: 'ocm_list_records',
    help: 'Records of each calling list by status: ready, retrieved, final. Counted in short steps beside everything else, and not more often than every 15 s; a scrape never waits for it.',
    labels: ['list', 'status'],
    read: () =>
      sources
        .recordCounts()
        .flatMap(({ list, ready, retrieved, final }) => Object.entries({ ready, retrieved, final }).map(([status, count]) => [count, { list, status }] as const)),
  });
  readGauge(registry, {
    name: 'ocm_list_records_age_seconds',
    help: 'How long ago the counting of ocm_list_records began. It grows where a list cannot be counted, as while the store is away.',
    labels: ['list'],
    read: () => sources.recordCounts().map(({ list, countedAt }) => [Math.max(0, sources.now() - countedAt) / 1000, { list }] as const),
  });
}

function connections(registry: Registry, sources: Sources): void {
  readGauge(registry, {
    name: 'ocm_connections',
    help: 'Connections that are open, by dialect: GSW_CM, T (desktops), HTTP.',
    labels: ['dialect'],
    read: () => [
      ...sources.connections().map(({ dialect, counters }) => [counters.open, { dialect }] as const),
      [sources.http()?.open ?? 0, { dialect: 'HTTP' }] as const,
    ],
  });
  readCounter(registry, {
    name: 'ocm_connections_accepted_total',
    help: 'Connections that were taken in.',
    labels: ['dialect'],
    read: () => [
      ...sources.connections().map(({ dialect, counters }) => [counters.accepted, { dialect }] as const),
      [sources.http()?.accepted ?? 0, { dialect: 'HTTP' }] as const,
    ],
  });
  readCounter(registry, {
    name: 'ocm_connections_closed_total',
    help: 'Connections that were taken in and are closed, by reason: peer and shutdown are as they should be, any other names a limit or a fault. HTTP: those that ended before there was a request, or did not take their answers.',
    labels: ['dialect', 'reason'],
    read: () => byReason(sources, 'closed'),
  });
  readCounter(registry, {
    name: 'ocm_connections_refused_total',
    help: 'Connections that were turned away before they were served, by reason.',
    labels: ['dialect', 'reason'],
    read: () => byReason(sources, 'refused'),
  });
  readCounter(registry, {
    name: 'ocm_tls_handshake_errors_total',
    help: 'Connections whose TLS handshake failed: no certificate where one is asked for, another version, no TLS at all, or nothing said in time.',
    labels: ['dialect'],
    read: () => [
      ...sources.connections().map(({ dialect, counters }) => [counters.handshakeErrors, { dialect }] as const),
      [sources.http()?.handshakeErrors ?? 0, { dialect: 'HTTP' }] as const,
    ],
  });
  readCounter(registry, {
    name: 'ocm_logins_total',
    help: 'Passwords and tokens of clients and agents, by outcome: admitted, resumed (by a resume token), wrong; locked (too many wrong ones before) and busy (too many at a time) were not looked at. Over HTTP every request brings one.',
    labels: ['dialect', 'outcome'],
    read: () => sources.logins().map(({ entrance, outcome, count }) => [count, { dialect: entrance, outcome }] as const),
  });
  readGauge(registry, {
    name: 'ocm_outbox_bytes',
    help: 'Bytes sent that the system has not taken yet, over all connections of a dialect. What stays above 0 waits for clients that do not read.',
    labels: ['dialect'],
    read: () => sources.connections().map(({ dialect, waitingBytes }) => [waitingBytes, { dialect }] as const),
  });
  readGauge(registry, {
    name: 'ocm_held_bytes',
    help: 'Bytes in and out that all connections of frames hold, of limits.heldBytes.',
    labels: [],
    read: () => [[sources.heldBytes(), {}]],
  });
  for (const [name, key, help] of [
    ['ocm_received_bytes_total', 'bytesIn', 'Bytes of frames that have come from clients.'],
    ['ocm_sent_bytes_total', 'bytesOut', 'Bytes of frames that the system has taken.'],
  ] as const) {
    readCounter(registry, { name, help, labels: ['dialect'], read: () => sources.connections().map(({ dialect, counters }) => [counters[key], { dialect }] as const) });
  }
}

function byReason(sources: Sources, which: 'closed' | 'refused') {
  const http = sources.http();
  const frames = sources.connections().map(({ dialect, counters }) => ({ dialect, counts: counters[which] }));
  return [...frames, ...(http === undefined ? [] : [{ dialect: 'HTTP', counts: http[which] }])].flatMap(({ dialect, counts }) =>
    Object.entries(counts).map(([reason, count]) => [count, { dialect, reason }] as const),
  );
}

function messages(registry: Registry, { traffic }: Sources): void {
  readCounter(registry, {
    name: 'ocm_messages_total',
    help: 'Messages of GSW_CM and T-Events by their names and direction: received, sent. What is no message of the dialect is unknown.',
    labels: ['dialect', 'type', 'direction'],
    read: () => traffic.messages().map(({ dialect, type, direction, count }) => [count, { dialect, type, direction }] as const),
  });
  readCounter(registry, {
    name: 'ocm_malformed_total',
    help: 'Frames that could not be read, by the code of protocol/README.md; each has ended its connection.',
    labels: ['dialect', 'code'],
    read: () => traffic.malformedFrames().map(({ dialect, code, count }) => [count, { dialect, code }] as const),
  });
  readGauge(registry, {
    name: 'ocm_requests_in_flight',
    help: 'Requests of GSW_CM, and of desktops in user data, that are not answered yet.',
    labels: ['dialect'],
    read: () => traffic.requests().map(({ dialect, inFlight }) => [inFlight, { dialect }] as const),
  });
  readCounter(registry, {
    name: 'ocm_requests_held_back_total',
    help: 'How often a connection was read no further because as many of its requests waited for answers as may (limits.requestsInFlight).',
    labels: ['dialect'],
    read: () => traffic.requests().map(({ dialect, heldBack }) => [heldBack, { dialect }] as const),
  });
  readCounter(registry, {
    name: 'ocm_refusals_total',
    help: 'Requests that were refused. GSW_CM and HTTP: names of ErrorCode. T: names of EventErrorCode, and of the GSW_ERROR_NUMBER of user events.',
    labels: ['dialect', 'code'],
    read: () => traffic.refusals().map(({ dialect, code, count }) => [count, { dialect, code }] as const),
  });
}
