import { appendFileSync } from 'node:fs';
import type { CallEvent } from '../../src/dialer/dialer.js';
import { SimulatedDialer } from '../../src/dialer/simulated.js';
import { systemClock } from '../../src/util/clock.js';

/**
 * Loaded into a gateway's process before its program (`--import`): writes down what the dialer is asked and what it tells, each
 * before it is done, so that a file has it however the process ends. What the gateway itself has written of its calls can
 * be compared with that.
 */

/** The variable that names the file; without it nothing is written. */
export const DIALED_FILE = 'OCM_TEST_DIALED';

/** A line of the file, as JSON. */
export interface Dialed {
  /** Which process. */
  readonly life: number;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  readonly what: 'place' | 'connect' | 'cancel' | CallEvent['kind'];
  readonly id: number;
  readonly phone?: string;
  readonly result?: number;
}

const file = process.env[DIALED_FILE];

/** Has a method do something first. */
function before<N extends 'place' | 'connect' | 'cancel' | 'onEvent'>(name: N, job: (...args: Parameters<SimulatedDialer[N]>) => Parameters<SimulatedDialer[N]> | void): void {
  const method = Reflect.get(SimulatedDialer.prototype, name) as (...args: unknown[]) => unknown;
  Reflect.set(SimulatedDialer.prototype, name, function (this: SimulatedDialer, ...args: Parameters<SimulatedDialer[N]>): unknown {
    return Reflect.apply(method, this, job(...args) ?? args);
  });
}

function record(into: string): void {
  const note = (entry: Omit<Dialed, 'life' | 'at'>): void => appendFileSync(into, `${JSON.stringify({ life: process.pid, at: systemClock.now(), ...entry })}\n`);
  before('place', (attempt) => note({ what: 'place', ...attempt }));
  before('connect', (id) => note({ what: 'connect', id }));
  before('cancel', (id) => note({ what: 'cancel', id }));
  before('onEvent', (listener) => [
    (event) => {
      note({ what: event.kind, id: event.attemptId, ...('result' in event && { result: event.result }) });
      listener(event);
    },
  ]);
}

if (file !== undefined) record(file);
