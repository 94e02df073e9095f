import type { Dialect, WireProfile } from '../../protocol/index.js';
import type { Deployment, FrameListener } from '../config/deployment.js';
import type { ConnectionFigures } from '../metrics/sources.js';
import { ConnectionGate } from '../net/connection-gate.js';
import { HeldBytes } from '../net/held-bytes.js';
import { Listener } from '../net/listener.js';
import { createNetCounters, type NetCounters } from '../net/net-counters.js';
import { WriteScheduler } from '../net/write-scheduler.js';
import { DirectSession } from '../session/direct/session.js';
import type { DirectParts } from '../session/direct/parts.js';
import { Line } from '../session/line.js';
import { openSession, type SessionParts } from '../session/session.js';
import { DesktopLine } from '../session/tevents/desktop-line.js';
import type { TEventParts } from '../session/tevents/parts.js';
import { TEventSession } from '../session/tevents/session.js';

import type { Certificates } from './certificates.js';

export interface ListenersParts {
  readonly deployment: Deployment;
  readonly session: SessionParts;
  readonly direct: DirectParts;
  readonly tevents: TEventParts;
  readonly certificates: Certificates;
  /** The wire profile of that name; undefined where there is none. */
  readonly findProfile: (name: string) => WireProfile | undefined;
  readonly nextConnectionNumber: () => number;
}

/** The part of the time to drain after which a request that has no answer will get none. */
const FINISH_AT = 0.75;

/** The binary listeners of a gateway, with the limits that they share. */
export class FrameListeners {
  readonly #counters: Readonly<Record<Dialect, NetCounters>> = { GSW_CM: createNetCounters(), T: createNetCounters() };
  readonly #parts: ListenersParts;
  /** What the http listener has to ask too. */
  readonly gate: ConnectionGate;
  /** And to hold within. */
  readonly held: HeldBytes;
  readonly #shared;
  readonly #listeners = new Map<Dialect, Listener>();

  constructor(parts: ListenersParts) {
    const { limits } = parts.deployment;
    this.#parts = parts;
    this.gate = new ConnectionGate({ connections: limits.connections, connectionsPerAddress: limits.connectionsPerAddress });
    this.held = new HeldBytes(limits.heldBytes);
    this.#shared = {
      clock: parts.session.clock,
      scheduler: new WriteScheduler(),
      heldBytes: this.held,
    };
  }

  /** Opens what is configured and answers the ports. Throws ListenError, which names the address. */
  async open(): Promise<{ direct?: number; tevents?: number }> {
    const { direct, tevents } = this.#parts.deployment.listeners;
    const ports: { direct?: number; tevents?: number } = {};
    if (direct !== undefined) ports.direct = await this.#listen(direct, 'GSW_CM', (line) => new DirectSession(line, this.#parts.direct));
    if (tevents !== undefined) {
      ports.tevents = await this.#listen(tevents, 'T', (line) => new TEventSession(new DesktopLine(line), this.#parts.tevents));
    }
    return ports;
  }

  /** What each dialect's connections have come to. */
  figures(): ConnectionFigures[] {
    return [...this.#listeners].map(([dialect, { waitingBytes }]) => ({ dialect, counters: this.#counters[dialect], waitingBytes }));
  }

  /**
   * Takes no further connections, answers what has come on those there are, and closes them. Near the end of `timeoutMs` also those
   * with a request that has no answer are finished, and at its end whoever does not read is cut off.
   */
  async drain(timeoutMs: number): Promise<void> {
    const { clock } = this.#parts.session;
    const timers = [
      clock.after(timeoutMs * FINISH_AT, () => void this.close()),
      clock.after(timeoutMs, () => this.#listeners.forEach((listener) => listener.cut())),
    ];
    await Promise.all(Array.from(this.#listeners.values(), (listener) => listener.drain()));
    for (const timer of timers) timer.cancel();
  }

  /** Finishes every line, delivering what was sent, and closes the sockets. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#listeners.values(), (listener) => listener.close()));
  }

  async #listen(at: FrameListener, dialect: Dialect, session: (line: Line) => DirectSession | TEventSession): Promise<number> {
    const { deployment, findProfile, nextConnectionNumber } = this.#parts;
    const { limits } = deployment;
    const profile = findProfile(at.profile);
    if (profile === undefined) throw new Error(`there is no wire profile '${at.profile}'`);
    const listener = new Listener({
      ...this.#shared,
      counters: this.#counters[dialect],
      host: at.host,
      ...(at.tls && { tls: this.#parts.certificates.open(at.tls) }),
      port: at.port,
      loopbackOnly: deployment.clients === undefined,
      handshakeTimeoutMs: limits.registerTimeoutMs,
      source: profile,
      frameLimits: { frameBytes: limits.frameBytesBeforeRegistration, listDepth: limits.listDepth, entries: limits.entries },
      outboxLimits: { outboxBytes: limits.outboxBytes, drainTimeoutMs: limits.drainTimeoutMs },
      gate: this.gate,
      nextNumber: nextConnectionNumber,
      accept: (connection) => {
        const line = new Line(connection, profile, dialect, this.#parts.session.tracer, this.#parts.session.traffic);
        return openSession(connection, line, session(line), this.#parts.session);
      },
      onError: (error) => this.#parts.session.log.error(`a listener failed: ${error.message}`),
    });
    const { port } = await listener.listen();
    this.#listeners.set(dialect, listener);
    return port;
  }
}
