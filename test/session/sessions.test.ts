import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { type Dialect, ocm1, type WireProfile } from '../../protocol/index.js';
import { parseScript, runSession, type SessionScript } from '../../src/scenario/index.js';
import { duplexPair } from '../support/duplex-pair.js';
import { groupReport, HOST, openGateway, resetGateway, SPRING, type TestGateway } from '../support/gateway.js';
import { toy } from '../support/toy-profile.js';

const SESSIONS = new URL('../../../fixtures/sessions/', import.meta.url);
const TIMEOUT_MS = 5000;

interface SessionFile {
  readonly name: string;
  readonly script: SessionScript;
  /** What its head asks for: records in list Spring, and values of the deployment that are others. */
  readonly records: number;
  readonly env: Readonly<Record<string, string>>;
}

function readSession(name: string): SessionFile {
  const text = readFileSync(new URL(name, SESSIONS), 'utf8');
  const head = text.slice(0, text.search(/^[^#]/m)).replaceAll(/\n# ?/g, ' ');
  const records = /deployment of fixtures\/configs\/demo\.yaml and (no|\d+) records? in list Spring/.exec(head)?.[1];
  if (records === undefined) throw new Error(`${name} does not say in its head how many records it needs`);
  const env = Object.fromEntries([...head.matchAll(/(OCM_\w+)=(\S+?)[.,;]?(?=\s|$)/g)].map(([, key = '', value = '']) => [key, value]));
  return { name, script: parseScript(text), records: records === 'no' ? 0 : Number(records), env };
}

const sessions = readdirSync(SESSIONS).filter((name) => name.endsWith('.session')).map(readSession);

/** A gateway is started once for every set of values, and brought back to its beginning before each session. */
class Gateways {
  readonly #open = new Map<string, TestGateway>();

  constructor(private readonly profile: WireProfile) {}

  /** Starts one for each set of values that a session asks for. */
  async open(): Promise<void> {
    for (const { env } of sessions) {
      const key = JSON.stringify(env);
      if (!this.#open.has(key)) this.#open.set(key, await openGateway({ env, ...(this.profile !== ocm1 && { profile: this.profile }) }));
    }
  }

  async ready({ env, records }: SessionFile): Promise<TestGateway> {
    const gateway = this.#open.get(JSON.stringify(env));
    if (gateway === undefined) throw new Error('there is no gateway with these values');
    await resetGateway(gateway, records);
    return gateway;
  }

  async close(): Promise<void> {
    for (const gateway of this.#open.values()) await gateway.close();
  }
}

async function dial({ ports }: TestGateway, dialect: Dialect): Promise<Duplex> {
  const socket = connect({ host: HOST, port: dialect === 'T' ? ports.tevents : ports.direct, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

for (const profile of [ocm1, toy]) {
  describe(`sessions over wire profile ${profile.name}`, () => {
    const gateways = new Gateways(profile);
    before(async function () {
      // a store takes seconds to be made, and more on a busy machine
      this.timeout(60_000);
      await gateways.open();
    });
    after(() => gateways.close());

    for (const session of sessions) {
      it(session.name, async () => {
        const gateway = await gateways.ready(session);
        expect((await groupReport(gateway, SPRING.dbid)).records.ready).to.equal(session.records);
        const { steps } = await runSession(session.script, { profile, timeoutMs: TIMEOUT_MS, connect: (_, dialect) => dial(gateway, dialect) });
        expect(steps).to.be.at.least(session.script.steps.length);
        expect(gateway.log.filter((line) => /^(?:error|fatal)/.test(line))).to.deep.equal([]);
      });
    }
  });
}

/** Lines in memory; the n-th that either side opens under a name is the other side's n-th. */
class Exchange {
  readonly #lines = new Map<string, [Duplex, Duplex]>();
  readonly #opened = { client: new Map<string, number>(), gateway: new Map<string, number>() };

  open(side: 'client' | 'gateway', name: string): Promise<Duplex> {
    const count = this.#opened[side].get(name) ?? 0;
    this.#opened[side].set(name, count + 1);
    const key = `${name} ${count}`;
    const line = this.#lines.get(key) ?? duplexPair();
    this.#lines.set(key, line);
    return Promise.resolve(line[side === 'client' ? 0 : 1]);
  }
}

describe('sessions, both sides of them', () => {
  for (const { name, script } of sessions) {
    it(name, async () => {
      const exchange = new Exchange();
      const play = (role: 'client' | 'gateway') =>
        runSession(script, { profile: ocm1, role, timeoutMs: TIMEOUT_MS, connect: (connection) => exchange.open(role, connection) });
      const [client, gateway] = await Promise.all([play('client'), play('gateway')]);
      expect(gateway).to.deep.equal(client);
    });
  }
});
