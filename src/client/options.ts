import { ocm1, type WireProfile } from '../../protocol/index.js';
import { type Clock, systemClock } from '../util/clock.js';
import { DEFAULT_RECONNECT, type ReconnectOptions } from './backoff.js';

/** What became of a client's connection after it was first made. */
export type ConnectionChange =
  /** With `reconnect` the client now tries to come back; where it gives up, its events end. */
  | { readonly kind: 'lost'; readonly error: Error }
  /** Everything that was registered, and who was logged in, is there again. */
  | { readonly kind: 'restored' };

/** PEM texts. */
export interface TlsClientOptions {
  /** Who must have signed the gateway's certificate; absent: an authority that this machine trusts. */
  readonly ca?: string | Buffer;
  /** The client's own certificate, where the listener wants one. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The name that the gateway's certificate must have; absent: the host. */
  readonly servername?: string;
}

/** What clients of both dialects are told. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** Whether, and how, the connection is encrypted; absent or false: it is not. */
  readonly tls?: TlsClientOptions | boolean;
  /** How the listener's bytes are laid out; ocm1 unless it says otherwise. */
  readonly profile?: WireProfile;
  /** How long a connection may take to be made; 5 s. */
  readonly connectTimeoutMs?: number;
  /** How long an answer is waited for where a request does not say; 10 s. */
  readonly requestTimeoutMs?: number;
  /** After how long a silence the gateway is asked whether it is there, and how long it may take to answer; 30 s. */
  readonly heartbeatMs?: number;
  /** Events that wait for their reader, at most; 1000. More are not kept, and the reader is told. */
  readonly eventLimit?: number;
  /** Whether, and how, the client comes back after its connection was lost; absent or false: it does not. */
  readonly reconnect?: ReconnectOptions | boolean;
  /** Told when the connection is lost, and when it is there again. */
  readonly onConnection?: (change: ConnectionChange) => void;
  readonly clock?: Clock;
  /** In [0, 1), for the pauses between tries. */
  readonly random?: () => number;
}

export interface Settings extends Required<Omit<ConnectOptions, 'reconnect' | 'tls'>> {
  readonly tls: TlsClientOptions | undefined;
  readonly reconnect: ReconnectOptions | undefined;
}

export function settingsOf({ reconnect = false, tls = false, ...given }: ConnectOptions): Settings {
  return {
    profile: ocm1,
    connectTimeoutMs: 5000,
    requestTimeoutMs: 10_000,
    heartbeatMs: 30_000,
    eventLimit: 1000,
    onConnection: () => undefined,
    clock: systemClock,
    random: Math.random,
    ...given,
    tls: typeof tls === 'object' ? tls : tls ? {} : undefined,
    reconnect: typeof reconnect === 'object' ? reconnect : reconnect ? DEFAULT_RECONNECT : undefined,
  };
}
