import { once } from 'node:events';
import { expect } from 'chai';
import { makeMessage, ocm1 } from '../../protocol/index.js';
import { connectDirect } from '../../src/client/index.js';
import type { Connection } from '../../src/net/connection.js';
import { Line } from '../../src/session/line.js';
import { type DialectSession, openSession, type SessionParts } from '../../src/session/session.js';
import { hashPassword } from '../../src/util/scrypt-hash.js';
import { sampleOf } from '../metrics/support.js';
import { HOST, openGateway, type TestGateway } from '../support/gateway.js';
import { ManualClock } from '../support/manual-clock.js';
import { RawLine } from '../support/raw-line.js';

const HELLO = makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: 'nobody', GSW_CM_AttrClientPassword: 'x' });
const REGISTER_TIMEOUT_MS = 10_000;

/** A line without a socket, whose door decides when the test says so. */
function openLine() {
  const clock = new ManualClock();
  const closed: string[] = [];
  const connection = { number: 1, remoteAddress: HOST, open: true, reading: true, close: (reason: string) => void closed.push(reason) } as unknown as Connection;
  const nothing = new Proxy({}, { get: () => () => undefined });
  const line = new Line(connection, ocm1, 'GSW_CM', nothing as SessionParts['tracer'], nothing as SessionParts['traffic']);
  let registered = false;
  const decided = new AbortController();
  const dialect = {
    get registered() {
      return registered;
    },
    handle: () => once(decided.signal, 'abort'),
  } as unknown as DialectSession;
  const limits = { registerTimeoutMs: REGISTER_TIMEOUT_MS, heartbeatIntervalMs: 30_000, heartbeatTimeoutMs: 60_000, requestsInFlight: 1, frameBytes: 1000, listDepth: 16, entries: 100 };
  const session = openSession(connection, line, dialect, { clock, limits, tracer: nothing, traffic: nothing, log: nothing } as unknown as SessionParts);
  return { clock, closed, line, session, decide: () => ((registered = true), decided.abort()) };
}

describe('the time to register', () => {
  it('is over for who says nothing', () => {
    const { clock, closed } = openLine();
    clock.advance(REGISTER_TIMEOUT_MS);
    expect(closed).to.deep.equal(['registerTimeout']);
  });

  it('does not run while the door decides', async () => {
    const { clock, closed, session, decide } = openLine();
    const served = session.onFrame(ocm1.encode(HELLO));
    clock.advance(REGISTER_TIMEOUT_MS * 5);
    decide();
    await served;
    expect(closed).to.deep.equal([]);
  });

  it('ends the wait of a client that hangs up', () => {
    const { line, session } = openLine();
    const { gone } = line;
    expect(gone.aborted).to.equal(false);
    session.onPeerEnd?.();
    expect(gone.aborted).to.equal(true);
  });
});

describe('clients that hang up while their passwords wait', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await openGateway({ clients: [{ name: 'boss', password: await hashPassword('secret', { N: 65_536, r: 8, p: 1 }), roles: ['supervisor'] }] });
  });
  after(() => gateway.close());

  it('leave their turns to others', async () => {
    const count = async (outcome: string): Promise<number> => {
      const answer = await fetch(`http://${HOST}:${gateway.ports.http}/metrics`, { headers: { authorization: `Basic ${btoa('boss:secret')}` } });
      return sampleOf(await answer.text(), 'ocm_logins_total', { dialect: 'GSW_CM', outcome }) ?? Number.NaN;
    };
    await count('wrong');
    const lines = await Promise.all(Array.from({ length: 12 }, () => RawLine.open(gateway.ports.direct, 'GSW_CM')));
    lines.forEach((line, index) => {
      line.sendMessage(makeMessage('GSW_CM_ReqRegisterClient', { GSW_CM_AttrReferenceID: 1, GSW_CM_AttrClientName: `nobody ${index}` }));
      line.socket.end();
    });
    await (await connectDirect({ host: HOST, port: gateway.ports.direct, clientName: 'boss', password: 'secret' })).close();
    await Promise.all(lines.map((line) => line.rest()));
    for (const line of lines) line.destroy();
    expect(await count('busy')).to.be.at.least(1);
    expect((await count('busy')) + (await count('wrong'))).to.equal(12);
  });
});
