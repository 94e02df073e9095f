import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { HOST, openGateway, type TestGateway } from '../support/gateway.js';
import { closedFor, figuresUntil } from './figures.js';

const CLIENTS = 10;

describe('clients that ask over HTTP and do not read', function () {
  this.timeout(60_000);
  let gateway: TestGateway;

  before(async () => void (gateway = await openGateway()));
  after(() => gateway.close());

  it('are closed, others are served, and nothing is held in the end', async () => {
    const sockets = Array.from({ length: CLIENTS }, () => connect(gateway.ports.http, HOST));
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.pause();
      socket.write('GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(95));
    }
    let answers = 0;
    for (let n = 0; n < 50; n += 1) if ((await fetch(`http://${HOST}:${gateway.ports.http}/health`)).status === 200) answers += 1;
    expect(answers).to.equal(50);
    await figuresUntil(gateway, 'ocm_connections_closed_total', { dialect: 'HTTP', reason: 'outboxFull' }, (closed) => closed === CLIENTS);
    await figuresUntil(gateway, 'ocm_held_bytes', {}, (bytes) => bytes === 0);
    expect(await closedFor(gateway, 'HTTP', 'outboxFull')).to.equal(CLIENTS);
    for (const socket of sockets) socket.destroy();
  });
});
