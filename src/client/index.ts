/**
 * A client of both dialects of the gateway (protocol/README.md), for programs and for tests: `connectDirect`
 * controls campaigns, `connectDesktop` is an agent's desktop. Depends on nothing but `protocol/` and `src/util`.
 */
export type { Answer, DesktopRequest, DirectRequest, Given, RequestOptions } from './answers.js';
export { DEFAULT_RECONNECT, type ReconnectOptions } from './backoff.js';
export { CallEvent, callEventOf, type CallEventName } from './call-event.js';
export { connectDesktop, DesktopClient, type DesktopEvent, type DesktopOptions, type DnOptions } from './desktop-client.js';
export { connectDirect, DirectClient, type DirectEvent, type DirectOptions } from './direct-client.js';
export * from './errors.js';
export type { ConnectionChange, ConnectOptions, TlsClientOptions } from './options.js';
export { type Notification, notificationOf, type Pairs, ReceivedData, toKvList, UserEvent } from './user-event.js';
