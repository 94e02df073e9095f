import type { Duplex } from 'node:stream';
import { describeMessage, ProtocolError } from '../../protocol/index.js';
import type { Dialect, Message, WireProfile } from '../../protocol/index.js';
import { systemClock } from '../util/clock.js';
import type { Clock } from '../util/clock.js';
import { checkScript, isSentBy } from './check-script.js';
import type { Role } from './check-script.js';
import { askHeartbeat, heartbeatAnswered, isHeartbeat } from './heartbeats.js';
import { findMismatch } from './match.js';
import { ScriptConnection } from './script-connection.js';
import type { Arrival } from './script-connection.js';
import { ScriptError } from './script.js';
import type { ConnectStep, EndStep, MessageStep, SessionScript, SilentStep, Step } from './script.js';
import { Variables } from './variables.js';

export interface RunSessionOptions {
  /** Opens the connection of that name; in role `gateway`, waits for the client's. */
  readonly connect: (name: string, dialect: Dialect) => Promise<Duplex>;
  readonly profile: WireProfile;
  /** Whose part the runner plays; default `client`. */
  readonly role?: Role;
  /** How long a step waits for what it expects, milliseconds. */
  readonly timeoutMs: number;
  /** Called as each step begins. */
  readonly onStep?: (step: { readonly line: number; readonly text: string }) => void;
  readonly clock?: Clock;
}

export type SessionFailureCode = 'Mismatch' | 'Timeout' | 'NotSilent' | 'Ended' | 'Broken';

/** The other side did not do what the script expects. Names the line of the script and shows what came. */
export class SessionFailure extends Error {
  readonly code: SessionFailureCode;
  readonly line: number;

  constructor(code: SessionFailureCode, step: { readonly line: number; readonly text: string }, what: string) {
    super(`line ${step.line}: ${step.text}: ${what}`);
    this.name = 'SessionFailure';
    this.code = code;
    this.line = step.line;
  }
}

/**
 * Runs a session script against a gateway, or, in role `gateway`, against a client. Answers how many steps
 * were done. Rejects with ScriptError when the script does not say all that the role has to send, and
 * with SessionFailure when the other side does something else; every connection is closed in any case.
 */
export async function runSession(script: SessionScript, options: RunSessionOptions): Promise<{ readonly steps: number }> {
  checkScript(script, options.role ?? 'client');
  const runner = new SessionRunner(options);
  try {
    await runner.run(script.steps, new Variables());
    await runner.leave();
  } finally {
    runner.close();
  }
  return { steps: runner.steps };
}

/** References of our own heartbeats, far from those that people write into scripts. */
const FIRST_REFERENCE = 0x7000_0000;

class SessionRunner {
  steps = 0;
  readonly #options: RunSessionOptions;
  readonly #role: Role;
  readonly #clock: Clock;
  readonly #connections = new Map<string, ScriptConnection>();
  #reference = FIRST_REFERENCE;

  constructor(options: RunSessionOptions) {
    this.#options = options;
    this.#role = options.role ?? 'client';
    this.#clock = options.clock ?? systemClock;
  }

  async run(steps: readonly Step[], variables: Variables): Promise<void> {
    for (const step of steps) {
      this.#options.onStep?.({ line: step.line, text: step.text });
      await this.#step(step, variables);
      this.steps += 1;
    }
  }

  /** Lets what was sent last arrive. */
  async leave(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.leave(this.#options.timeoutMs)));
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.destroy();
  }

  #step(step: Step, variables: Variables): Promise<void> | void {
    switch (step.kind) {
      case 'connect':
        return this.#connect(step);
      case 'message':
        return isSentBy(this.#role, step) ? this.#send(step, variables) : this.#expect(step, variables);
      case 'silent':
        return this.#silent(step);
      case 'end':
        return isSentBy(this.#role, step) ? this.#connection(step).end() : this.#expectEnd(step);
      case 'repeat':
        return this.#repeat(step, variables);
    }
  }

  async #repeat(step: Extract<Step, { kind: 'repeat' }>, variables: Variables): Promise<void> {
    for (let round = 0; round < step.count; round += 1) await this.run(step.steps, variables.scope());
  }

  /** A name that is opened again: its line is cut, as a lost one is, and another takes its place. */
  async #connect(step: ConnectStep): Promise<void> {
    this.#connections.get(step.connection)?.destroy();
    const stream = await this.#inTime(this.#options.connect(step.connection, step.dialect), step);
    const { profile } = this.#options;
    const connection = new ScriptConnection({ stream, dialect: step.dialect, profile, role: this.#role, clock: this.#clock });
    this.#connections.set(step.connection, connection);
  }

  #inTime<T>(promise: Promise<T>, step: Step): Promise<T> {
    const { timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(timeoutMs, () => reject(new SessionFailure('Timeout', step, `nothing within ${timeoutMs} ms`)));
      promise.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #send(step: MessageStep, variables: Variables): void {
    const attributes = step.attributes.map(({ id, pattern, line }) => ({ id, value: variables.resolve(pattern, line) }));
    const sent = this.#connection(step).send({ dialect: step.dialect, type: step.type, attributes });
    if (!sent) throw new SessionFailure('Ended', step, 'the line takes nothing any more');
  }

  async #expect(step: MessageStep, variables: Variables): Promise<void> {
    const wanted = (message: Message): boolean => !isHeartbeat(message) || message.type === step.type;
    const message = this.#message(await this.#next(step, wanted), step);
    const mismatch = findMismatch(step, message, variables);
    if (mismatch !== undefined) throw new SessionFailure('Mismatch', step, `${mismatch}; there came\n${describe(message)}`);
  }

  /** A heartbeat's answer comes behind everything that was sent before it. */
  async #silent(step: SilentStep): Promise<void> {
    const connection = this.#connection(step);
    const reference = (this.#reference += 1);
    connection.send(askHeartbeat(connection.dialect, reference));
    const answersUs = (message: Message): boolean => heartbeatAnswered(message) === reference;
    const message = this.#message(await this.#next(step, (next) => !isHeartbeat(next) || answersUs(next)), step);
    if (!answersUs(message)) throw new SessionFailure('NotSilent', step, `there came\n${describe(message)}`);
  }

  /** A line that is cut instead of ended counts; one that says what cannot be read does not. */
  async #expectEnd(step: EndStep): Promise<void> {
    const arrival = await this.#next(step, (message) => !isHeartbeat(message));
    if (arrival.kind === 'message') throw new SessionFailure('Mismatch', step, `there came\n${describe(arrival.message)}`);
    if (arrival.kind === 'broken' && arrival.error instanceof ProtocolError) throw new SessionFailure('Broken', step, arrival.error.message);
  }

  /** The next arrival that is wanted; messages that are not wanted are passed over. */
  async #next(step: MessageStep | SilentStep | EndStep, wanted: (message: Message) => boolean): Promise<Arrival> {
    const connection = this.#connection(step);
    const { timeoutMs } = this.#options;
    const endAt = this.#clock.now() + timeoutMs;
    for (;;) {
      const arrival = await connection.next(Math.max(endAt - this.#clock.now(), 0));
      if (arrival === undefined) throw new SessionFailure('Timeout', step, `nothing came within ${timeoutMs} ms`);
      if (arrival.kind !== 'message' || wanted(arrival.message)) return arrival;
    }
  }

  #message(arrival: Arrival, step: Step): Message {
    if (arrival.kind === 'message') return arrival.message;
    if (arrival.kind === 'broken') throw new SessionFailure('Broken', step, arrival.error.message);
    throw new SessionFailure('Ended', step, 'the other side has ended its stream');
  }

  #connection(step: Exclude<Step, { kind: 'repeat' }>): ScriptConnection {
    const connection = this.#connections.get(step.connection);
    if (connection === undefined) throw new ScriptError(`${step.connection} is not connected`, step.line);
    return connection;
  }
}

/** As a trace shows it; a script's reader is to see the values. */
function describe(message: Message): string {
  return describeMessage(message, { showValues: true }).join('\n');
}
