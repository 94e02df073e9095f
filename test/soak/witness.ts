import { type Message, readMessage, type WireProfile } from '../../protocol/index.js';
import { notificationOf, UserEvent } from '../../src/client/index.js';
import { systemClock } from '../../src/util/clock.js';
import type { Stay, Tenure } from './invariants/told-once.js';
import { tapped } from './tap.js';

/** What is committed may take that long to be told: a store that is paused, a line that is frozen, a machine that is busy. */
export const SETTLE_MS = 20_000;

/** What one agent is told, on every line, from its login to its logout; with what has come twice, which the client library keeps to itself. */
export class Witness {
  #stays: Stay[] = [];
  #stay: Stay | undefined;
  #line = 0;
  #leaving = false;
  /** On this line. */
  #loggedIn = false;
  #givenUntilMs = 0;

  constructor(
    private readonly agentId: string,
    private readonly group: number,
    private readonly onOver: (tenure: Tenure) => void,
  ) {}

  /** For the agent's next client. */
  profile(): WireProfile {
    return tapped(() => {
      this.lineOver();
      // what the last line was given behind an answer to its login that never came was on its way, and does not come again
      if (this.#line > 0 && !this.#loggedIn) this.#givenUntilMs = systemClock.now();
      this.#loggedIn = false;
      const line = (this.#line += 1);
      return (message) => {
        if (line === this.#line) this.#hear(message);
      };
    });
  }

  /** The agent is about to be logged out: where no answer comes, whether it was is not known, and what it is told later is another tenure's. */
  leaving(): void {
    this.#leaving = true;
  }

  /** The line of the agent has ended: when it ended is not known better than this. */
  lineOver(): void {
    this.#stayOver();
    if (this.#leaving) this.#tenureOver();
  }

  #stayOver(): void {
    const stay = this.#stay;
    this.#stay = undefined;
    if (stay === undefined) return;
    stay.endMs = systemClock.now();
    this.#sureUntil(stay, stay.endMs - SETTLE_MS);
  }

  /** Everything up to `atMs` has come, on the line that there is. */
  flushed(atMs: number): void {
    if (this.#stay !== undefined) this.#sureUntil(this.#stay, atMs);
  }

  #tenureOver(): void {
    this.#stayOver();
    this.#leaving = false;
    const stays = this.#stays;
    this.#stays = [];
    if (stays.length > 0) this.onOver({ agentId: this.agentId, group: this.group, stays });
  }

  #sureUntil(stay: Stay, atMs: number): void {
    if (atMs > stay.startMs && atMs > (stay.sureUntilMs ?? 0)) stay.sureUntilMs = atMs;
  }

  #hear(message: Message): void {
    const read = readMessage(message);
    if (read.kind === 'wrong') return;
    if (read.name === 'EventAgentLogin') {
      this.#stayOver();
      this.#loggedIn = true;
      this.#stay = { startMs: systemClock.now(), givenUntilMs: this.#givenUntilMs, told: [] };
      this.#stays.push(this.#stay);
    } else if (read.name === 'EventAgentLogout') {
      this.#tenureOver();
    } else if (read.name === 'EventUserEvent') {
      const told = notificationOf(new UserEvent(read));
      if (told !== undefined) this.#stay?.told.push({ session: told.session, number: Number(told.number), name: told.name });
    }
  }
}
