import { type ConnectionChange, ConnectionClosed, type DesktopClient, EventsLost, RequestRefused, RequestTimedOut } from '../../client/index.js';
import { Moment } from '../../util/moment.js';
import { SerialQueue } from '../../util/serial-queue.js';
import { clientFailure, type ClientWorld, describeRefusal } from '../connect.js';
import type { DesktopOptions } from '../desktop.js';
import { UserError } from '../errors.js';
import { writerTo } from '../write-out.js';
import { Arrivals } from './arrivals.js';
import { LineError, parseCommandLine } from './command-line.js';
import { findCommand } from './commands.js';
import { complete } from './completion.js';
import { Desk } from './desk.js';
import { DeskState } from './desk-state.js';
import { Terminal, type TerminalParts } from './terminal.js';

export interface DesktopWorld extends ClientWorld, Pick<TerminalParts, 'stdin' | 'stdout'> {}

/** `hh:mm:ss` of the clock's time of day. */
const TIME_LENGTH = 8;
/** A line of a script that is a remark. */
const REMARK = /^\s*#/;

/** An agent who is logged in, at a terminal: commands one after the other, events as they come, until one of them ends it. */
export class Seat {
  readonly #state = new DeskState();
  readonly #commands = new SerialQueue();
  readonly #inputEnd = new Moment();
  readonly #interruption = new Moment();
  readonly #failure: Promise<never>;
  #fail!: (error: unknown) => void;
  readonly #terminal: Terminal;
  readonly #desk: Desk;
  /** Lines that are still to come are nobody's any more. */
  #leaving = false;

  /** `client` has logged the agent in. */
  constructor(
    private readonly client: DesktopClient,
    private readonly options: DesktopOptions,
    world: DesktopWorld,
  ) {
    const { clock, env, stdin, stdout } = world;
    this.#failure = new Promise((_, reject) => (this.#fail = reject));
    // whoever waits hears of it; nobody may be waiting just now
    this.#failure.catch(() => undefined);
    if (options.campaign !== undefined) this.#state.choose(options.campaign);
    this.#terminal = new Terminal({
      stdin,
      stdout,
      colours: env['NO_COLOR'] === undefined,
      write: writerTo(stdout),
      time: () => clock.timeOfDay(clock.now()).slice(0, TIME_LENGTH),
      prompt: () => `${options.agent} ${this.#state.summary()} > `,
      complete,
      onLine: (line) => void this.#commands.run(() => this.#execute(line)).catch(this.#fail),
      onEnd: (how) => (how === 'end' ? this.#inputEnd : this.#interruption).come(),
      onFailure: this.#fail,
    });
    this.#desk = new Desk({
      client,
      dn: options.dn,
      state: this.#state,
      arrivals: new Arrivals(clock),
      voice: this.#terminal,
      timeoutMs: options.timeoutMs,
      quit: () => {
        this.#leaving = true;
        this.#inputEnd.come();
      },
    });
  }

  /** Resolves when the agent has been logged out; throws UserError where that cannot be, or the connection has ended for good. */
  async work(): Promise<void> {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    for (const signal of signals) process.on(signal, this.#interruption.come);
    const { agent, dn } = this.options;
    this.#terminal.say('event', 'EventAgentLogin', `agent ${agent} on DN ${dn}; help lists the commands`);
    void this.#listen().catch(this.#fail);
    try {
      void this.#commands.run(() => this.#desk.askForCampaigns()).catch((error: unknown) => this.#explain(error));
      const done = this.#inputEnd.came.then(() => this.#commands.run(() => Promise.resolve()));
      await Promise.race([done, this.#interruption.came, this.#failure]);
      await Promise.race([this.#logOut(), this.#failure]);
    } catch (error) {
      throw clientFailure(error);
    } finally {
      this.#leaving = true;
      for (const signal of signals) process.off(signal, this.#interruption.come);
      this.#terminal.close();
    }
  }

  connectionChanged(change: ConnectionChange): void {
    if (change.kind === 'lost') {
      this.#state.lost();
      const { error } = change;
      this.#terminal.say('refusal', 'connection', error instanceof ConnectionClosed ? `${error.message}; trying to come back` : error.message);
      return;
    }
    this.#state.connected = true;
    this.#terminal.say('note', 'connection', `is there again, with agent ${this.options.agent} ${this.#state.agent}`);
    void this.#desk.askForCampaigns().catch((error: unknown) => this.#explain(error));
  }

  async #execute(text: string): Promise<void> {
    if (this.#leaving || REMARK.test(text)) return;
    try {
      const line = parseCommandLine(text);
      if (line.command === '') return;
      const command = findCommand(line.command);
      if (command === undefined) throw new LineError(`there is no command '${line.command}'; help lists them`);
      await command.run(this.#desk, line);
    } catch (error) {
      this.#explain(error);
    }
    this.#terminal.refresh();
  }

  /** Says what went wrong with a command; what is no command's fault ends the desktop. */
  #explain(error: unknown): void {
    if (error instanceof LineError) this.#terminal.say('refusal', '?', error.message);
    else if (error instanceof RequestRefused) this.#terminal.say('refusal', error.request, `refused: ${describeRefusal(error)}`);
    else if (error instanceof RequestTimedOut) this.#terminal.say('refusal', error.request, `not answered within ${error.timeoutMs} ms`);
    else if (error instanceof ConnectionClosed) this.#terminal.say('refusal', 'connection', error.message);
    else this.#fail(error);
  }

  async #listen(): Promise<void> {
    for (;;) {
      try {
        for await (const event of this.client.events) {
          this.#desk.told(event);
          this.#terminal.refresh();
        }
        return;
      } catch (error) {
        if (!(error instanceof EventsLost)) throw error;
        this.#terminal.say('refusal', 'events', error.message);
      }
    }
  }

  async #logOut(): Promise<void> {
    const { agent } = this.options;
    if (!this.#state.connected) throw new UserError(`agent ${agent} was not logged out: there is no connection; the gateway keeps its records for a while`);
    await this.client.logout();
    const handles = this.#state.records.length;
    this.#terminal.say('event', 'EventAgentLogout', `agent ${agent}${handles === 0 ? '' : `; ${handles} of its records had not been ended`}`);
  }
}
