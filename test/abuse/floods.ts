import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { makeMessage, ocm1 } from '../../protocol/index.js';
import { systemClock } from '../../src/util/clock.js';
import { HOST } from '../support/gateway.js';

/** Sends bytes one by one until the other side ends or breaks the connection, or all are sent and it has; answers how many went. */
export function drip(socket: Socket, bytes: Uint8Array, everyMs: number): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0;
    let over = false;
    const end = (): void => {
      over = true;
      socket.destroy();
      resolve(sent);
    };
    const next = (): void => {
      if (over || sent === bytes.length) return;
      socket.write(bytes.subarray(sent, sent + 1));
      sent += 1;
      systemClock.after(everyMs, next, { keepAlive: true });
    };
    socket.on('error', end);
    socket.once('end', end);
    socket.once('close', end);
    socket.once('connect', next);
    // seen to end only where it is read
    socket.resume();
  });
}

/** What every client is answered, whoever it is: by their listeners. */
const GREETINGS = {
  direct: ocm1.encode(makeMessage('GSW_CM_ReqHeartbeat', { GSW_CM_AttrReferenceID: 1 })),
  tevents: ocm1.encode(makeMessage('RequestHeartbeat', { AttributeReferenceID: 1 })),
  http: Buffer.from('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'),
};

export interface FloodOptions {
  /** Connections that were answered are put here, and stay; absent: each is closed as soon as it is there. */
  readonly keep?: Socket[];
  /** The address that they come from. */
  readonly from?: string;
  /** How many are under way at a time. */
  readonly width?: number;
}

/** Opens many connections to a listener; answers how many were taken and not turned away. */
export async function flood(listener: keyof typeof GREETINGS, port: number, count: number, { keep, from, width = 20 }: FloodOptions): Promise<{ readonly kept: number }> {
  let left = count;
  let kept = 0;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const socket = connect({ port, host: HOST, ...(from !== undefined && { localAddress: from }) });
      socket.on('error', () => undefined);
      socket.resume();
      if (keep === undefined) {
        await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
        socket.destroy();
      } else if (await isTaken(socket, GREETINGS[listener])) {
        kept += 1;
        keep.push(socket);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return { kept };
}

/** Taken is who is answered, turned away who is not. */
function isTaken(socket: Socket, greeting: Uint8Array): Promise<boolean> {
  socket.write(greeting);
  return Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]).catch(() => false);
}
