import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { EventErrorCode, findValue, keys, type KvList, string } from '../../protocol/index.js';
import { ResumeTokens } from '../../src/access/resume-tokens.js';
import { connectDesktop, type DesktopClient, RequestRefused } from '../../src/client/index.js';
import { hashPassword } from '../../src/util/scrypt-hash.js';
import { makeStoreDirectory } from '../support/engine.js';
import { HOST, openGateway, type TestGateway } from '../support/gateway.js';
import { ManualClock } from '../support/manual-clock.js';

const HOUR_MS = 3_600_000;
const KEY = Buffer.alloc(32, 1);

describe('resume tokens', () => {
  const clock = new ManualClock();
  const tokens = new ResumeTokens(KEY, clock, HOUR_MS);

  it('are valid in a later life for whom and what they were issued for, and nobody else', () => {
    const token = tokens.issue('agent 1001', 'hash');
    const later = new ResumeTokens(Buffer.from(KEY), clock, HOUR_MS);
    expect(later.isValid(token, 'agent 1001', 'hash')).to.equal(true);
    expect(later.isValid(token, 'agent 1002', 'hash')).to.equal(false);
    expect(later.isValid(token, 'agent 1001', 'another hash')).to.equal(false);
    expect(new ResumeTokens(Buffer.alloc(32, 2), clock, HOUR_MS).isValid(token, 'agent 1001', 'hash')).to.equal(false);
  });

  it('expire', () => {
    const token = tokens.issue('agent 1001', 'hash');
    clock.advance(HOUR_MS - 1000);
    expect(tokens.isValid(token, 'agent 1001', 'hash')).to.equal(true);
    clock.advance(1000);
    expect(tokens.isValid(token, 'agent 1001', 'hash')).to.equal(false);
  });

  it('are not valid with any character changed, added or taken away', () => {
    const token = tokens.issue('agent 1001', 'hash');
    for (let index = 0; index < token.length - 1; index += 1) {
      const other = token[index] === '1' ? '2' : '1';
      expect(tokens.isValid(token.slice(0, index) + other + token.slice(index + 1), 'agent 1001', 'hash'), `character ${index}`).to.equal(false);
      expect(tokens.isValid(token.slice(0, index), 'agent 1001', 'hash'), `${index} characters`).to.equal(false);
    }
    for (const text of ['', '.', `${token}A`, ` ${token}`, `1${token}`]) expect(tokens.isValid(text, 'agent 1001', 'hash'), text).to.equal(false);
  });
});

/** The code with which a request is refused. */
async function codeOf(request: Promise<unknown>): Promise<number> {
  const error = await request.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof RequestRefused) return error.code;
  throw error instanceof Error ? error : new Error('it was served');
}

const extensions = (token: string): KvList => [{ key: keys.GSW_RESUME_TOKEN, value: string(token) }];

function tokenIn(list: KvList | undefined): string | undefined {
  const value = findValue(list ?? [], keys.GSW_RESUME_TOKEN);
  return value?.type === 'string' ? value.value : undefined;
}

const desktopAt = (port: number): Promise<DesktopClient> => connectDesktop({ host: HOST, port, applicationName: 'boss', password: 'of boss' });
const login = (desktop: DesktopClient, agentId: string, more: object) =>
  desktop.request('RequestAgentLogin', { AttributeThisDN: '7001', AttributeAgentID: agentId, ...more });

describe('resume tokens, as they are given and taken', () => {
  let directory: string;
  let gateway: TestGateway | undefined;
  before(async () => void (directory = await makeStoreDirectory()));
  afterEach(async () => {
    await gateway?.close();
    gateway = undefined;
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const hashes = { boss: '', ada: '', grace: '' };
  before(async () => {
    for (const name of ['boss', 'ada', 'grace'] as const) hashes[name] = await hashPassword(`of ${name}`, { N: 1024, r: 1, p: 1 });
  });

  async function start(): Promise<number> {
    gateway = await openGateway({
      storeUrl: `pglite:${directory}`,
      clients: [{ name: 'boss', password: hashes.boss, roles: ['agent'] }],
      agents: [{ id: '1001', name: 'Ada', password: hashes.ada }, { id: '1002', name: 'Grace', password: hashes.grace }],
      env: { OCM_LOG_SHOW_VALUES: 'true', OCM_LIMITS_LOGIN_DELAY: '0s' },
    });
    return gateway.ports.tevents;
  }

  it('let an agent in after a restart, until its password is changed', async () => {
    const first = await desktopAt(await start());
    await first.registerAddress('7001');
    expect((await login(first, '1001', { AttributeAgentPassword: 'of ada' })).attributes.AttributeExtensions, 'nobody asked').to.equal(undefined);
    await first.request('RequestAgentLogout', { AttributeThisDN: '7001' });
    const { attributes } = await login(first, '1001', { AttributeAgentPassword: 'of ada', AttributeExtensions: extensions('') });
    const token = tokenIn(attributes.AttributeExtensions) ?? '';
    expect(token).to.match(/^\d+\./);
    expect(gateway?.trace.join('\n')).to.include("'GSW_RESUME_TOKEN' '****'").and.not.include(token);
    await first.request('RequestAgentLogout', { AttributeThisDN: '7001' });
    await first.close();
    await gateway?.close();

    const second = await desktopAt(await start());
    await second.registerAddress('7001');
    expect(await codeOf(login(second, '1002', { AttributeExtensions: extensions(token) })), 'not hers').to.equal(EventErrorCode.WrongCredentials);
    const again = tokenIn((await login(second, '1001', { AttributeExtensions: extensions(token) })).attributes.AttributeExtensions);
    expect(again, 'it ends when it would have').to.equal(token);
    await second.request('RequestAgentLogout', { AttributeThisDN: '7001' });
    await second.close();
    await gateway?.close();

    hashes.ada = hashes.grace;
    const third = await desktopAt(await start());
    await third.registerAddress('7001');
    expect(await codeOf(login(third, '1001', { AttributeExtensions: extensions(token) })), 'changed').to.equal(EventErrorCode.WrongCredentials);
    await login(third, '1001', { AttributeAgentPassword: 'of grace', AttributeExtensions: extensions(token) });
    await third.close();
  });
});
