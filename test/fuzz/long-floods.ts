import { connect, type Socket } from 'node:net';
import { makeMessage, ocm1 } from '../../protocol/index.js';
import { connectDirect } from '../../src/client/index.js';
import { drip, flood } from '../abuse/floods.js';
import { HOST } from '../support/gateway.js';
import type { ProcessPorts } from '../support/gateway-process.js';

const LISTENERS = ['direct', 'tevents', 'http'] as const;
const HELLO = ocm1.encode(makeMessage('RequestRegisterClient', { AttributeReferenceID: 1, AttributeApplicationName: 'x'.repeat(2000) }));
const HEAD = Buffer.from(`GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(4000)}`);
const DRIP_MS = 20;

export interface FloodAccount {
  /** Connections that came and went, over all listeners. */
  readonly connections: number;
  /** Connections that dripped, and were all closed before their bytes were sent. */
  readonly drips: number;
  /** Legal requests that were answered. */
  readonly requests: number;
}

/**
 * What comes in numbers, each in its turn: connections of one address that come and go on every listener, slow ones that say who
 * they are byte by byte, and legal requests as fast as they are answered. Throws where a slow one is not closed, or a request not answered.
 */
export async function longFloods(ports: ProcessPorts, size: number): Promise<FloodAccount> {
  for (const listener of LISTENERS) await flood(listener, ports[listener], size, { width: 100 });
  const slow = Math.ceil(size / 20);
  const sockets: Socket[] = Array.from({ length: slow }, (_, index) => connect(index % 2 === 0 ? ports.tevents : ports.http, HOST));
  const sent = await Promise.all(sockets.map((socket, index) => drip(socket, index % 2 === 0 ? HELLO : HEAD, DRIP_MS)));
  if (sent.some((bytes, index) => bytes >= (index % 2 === 0 ? HELLO : HEAD).length)) throw new Error('a client that drips was not closed in time');
  const clients = await Promise.all(Array.from({ length: 10 }, () => connectDirect({ host: HOST, port: ports.direct, clientName: 'flood' })));
  const requests = await Promise.all(
    clients.map(async (client) => {
      let answered = 0;
      // a hundred at a time, and no pause
      while (answered < size) answered += (await Promise.all(Array.from({ length: 100 }, () => client.request('GSW_CM_ReqHeartbeat', {})))).length;
      await client.close();
      return answered;
    }),
  );
  return { connections: size * LISTENERS.length, drips: slow, requests: requests.reduce((sum, count) => sum + count, 0) };
}
