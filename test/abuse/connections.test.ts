import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { DirectClient } from '../../src/client/index.js';
import { sampleOf } from '../metrics/support.js';
import { openGateway, supervisorOf, type TestGateway } from '../support/gateway.js';
import { answersUntil, figuresUntil, scrape } from './figures.js';
import { flood } from './floods.js';

const CONNECTIONS = 60;
const PER_ADDRESS = 40;
/** The other client, and the connections that fetch keeps. */
const OTHERS = 12;
/** A second address of this machine. */
const NEIGHBOUR = '127.0.0.2';
const LISTENERS = ['direct', 'tevents', 'http'] as const;

describe('connections in numbers', function () {
  this.timeout(60_000);
  let gateway: TestGateway;
  let other: DirectClient;
  const opened: Socket[] = [];

  before(async () => {
    gateway = await openGateway({ env: { OCM_LIMITS_CONNECTIONS: String(CONNECTIONS), OCM_LIMITS_CONNECTIONS_PER_ADDRESS: String(PER_ADDRESS) } });
    other = await supervisorOf(gateway);
    // its connection stays, and is asked over when no other gets in
    await scrape(gateway);
  });
  after(async () => {
    await other.close();
    await gateway.close();
  });
  afterEach(() => leave());

  const leave = async (): Promise<void> => {
    for (const socket of opened.splice(0)) socket.destroy();
    await figuresUntil(gateway, 'ocm_connections', { dialect: 'T' }, (count) => count === 0);
  };
  const refused = async (dialect: string, reason: string): Promise<number> => sampleOf(await scrape(gateway), 'ocm_connections_refused_total', { dialect, reason }) ?? 0;

  it('are turned away at their limits, on every listener, and taken when others have gone', async () => {
    const { direct, tevents, http } = gateway.ports;
    const first = await flood('tevents', tevents, 200, { keep: opened });
    expect(first.kept).to.be.within(PER_ADDRESS - OTHERS, PER_ADDRESS - 1);
    expect(await refused('T', 'addressLimit')).to.equal(200 - first.kept);
    const second = await flood('tevents', tevents, 200, { keep: opened, from: NEIGHBOUR });
    expect(first.kept + second.kept).to.be.within(CONNECTIONS - OTHERS, CONNECTIONS - 1);
    expect(await refused('T', 'connectionLimit')).to.equal(200 - second.kept);
    expect((await flood('direct', direct, 10, { keep: opened, from: NEIGHBOUR })).kept).to.equal(0);
    expect((await flood('http', http, 10, { keep: opened, from: NEIGHBOUR })).kept).to.equal(0);
    expect(await refused('HTTP', 'connectionLimit')).to.equal(10);
    await other.request('GSW_CM_ReqHeartbeat', {});
    await leave();
    for (const listener of LISTENERS) expect((await flood(listener, gateway.ports[listener], 5, { keep: opened })).kept, listener).to.equal(5);
  });

  it('that come and go leave nothing behind, and slow nobody', async () => {
    const before = sampleOf(await scrape(gateway), 'ocm_connections', { dialect: 'HTTP' }) ?? 0;
    const rounds = Promise.all(LISTENERS.map((listener) => flood(listener, gateway.ports[listener], 500, {})));
    expect(await answersUntil(rounds, other)).to.be.at.least(10);
    await figuresUntil(gateway, 'ocm_connections', { dialect: 'T' }, (count) => count === 0);
    await figuresUntil(gateway, 'ocm_connections', { dialect: 'GSW_CM' }, (count) => count === 1);
    await figuresUntil(gateway, 'ocm_connections', { dialect: 'HTTP' }, (count) => count <= before + 1);
  });
});
