import type { Server } from 'node:net';
import { answers } from './peer.js';

/** Every contender listens alike, on a port of its own, when it is asked to. */
export function answerListen(server: Server): void {
  answers('listen', () => {
    return new Promise<number>((resolve) => {
      server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
