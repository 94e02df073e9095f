import { Socket } from 'node:net';

/**
 * Sends in one go what is written in one turn: the driver writes statement by statement, and each write on its own
 * costs more than most statements.
 */
export class TurnSocket extends Socket {
  override uncork(): void {
    process.nextTick(() => super.uncork());
  }
}
