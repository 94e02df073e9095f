/**
 * Why a line was closed: a closed set, so that a log line, a metric and a test name the same thing.
 * Each entry says what happened and, where it is a limit, the failure that the limit prevents.
 */
export const closeReasons = {
  peer: 'the client ended its stream; what it had sent whole was served',
  socketError: 'the system reported the line broken (reset, no route, keep-alive lapsed)',
  malformed: 'the client sent bytes that cannot be read on; guessing where the next frame starts would serve nonsense',
  outboxFull: 'more bytes waited for the client than outboxBytes; without the cap one stalled client fills the memory',
  drainTimeout: 'bytes waited longer than drainTimeout; without it a frozen client looks alive for ever',
  heldBytes: 'all lines together held more than heldBytes, and this one most; without it many lines below their own cap fill the memory',
  registerTimeout: 'the client did not register in time; without it silent strangers use up the connections',
  registrationRefused: 'the client was not allowed to register; without the close it could try passwords on one line',
  heartbeatTimeout: 'no byte came for heartbeatTimeout; without it a dead machine keeps its agent logged in',
  takenOver: 'the same agent logged in on another line; without the close two desktops would end the same record',
  shutdown: 'the gateway is stopping',
  failure: 'the gateway failed while serving the line; going on would leave a request without its answer',
  connectionLimit: 'more connections than limits.connections; without it the process runs out of file descriptors',
  addressLimit: 'more than limits.connectionsPerAddress from one address; without it one machine locks out all others',
  notLoopback: 'the peer is on another machine and no clients are configured; without it anybody could drive the dialer',
} as const satisfies Record<string, string>;

export type CloseReason = keyof typeof closeReasons;

/** The reasons for which a connection is turned away before it is served. `peer`: it had left again already. */
export type RefusalReason = Extract<CloseReason, 'connectionLimit' | 'addressLimit' | 'notLoopback' | 'peer'>;
