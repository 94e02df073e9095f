import { expect } from 'chai';
import { ErrorCode, EventErrorCode } from '../../protocol/index.js';
import { connectDesktop, connectDirect, RequestRefused } from '../../src/client/index.js';
import { hashPassword } from '../../src/util/scrypt-hash.js';
import { sampleOf } from '../metrics/support.js';
import { HOST, openGateway, type TestGateway } from '../support/gateway.js';

const CHEAP = { N: 1024, r: 1, p: 1 };

/** The code with which a request is refused. */
async function codeOf(request: Promise<unknown>): Promise<number> {
  const error = await request.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof RequestRefused) return error.code;
  throw error instanceof Error ? error : new Error('it was served');
}

describe('passwords, as they are asked for', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await openGateway({
      clients: [{ name: 'boss', password: await hashPassword('secret', CHEAP), roles: ['supervisor', 'agent'] }],
      agents: [{ id: '1001', name: 'Ada', password: await hashPassword('of ada', CHEAP) }],
      env: { OCM_LIMITS_LOGIN_FAILURES: '2', OCM_LIMITS_LOGIN_DELAY: '0s' },
    });
  });
  after(() => gateway.close());

  const direct = (clientName: string, password: string) => connectDirect({ host: HOST, port: gateway.ports.direct, clientName, password });
  const desktop = (applicationName: string, password: string) => connectDesktop({ host: HOST, port: gateway.ports.tevents, applicationName, password });
  const http = (name: string, password: string, path = '/campaigngroups') => fetch(`http://${HOST}:${gateway.ports.http}${path}`, { headers: { authorization: `Basic ${btoa(`${name}:${password}`)}` } });

  it('lets in who has it, over every protocol', async () => {
    await (await direct('boss', 'secret')).close();
    const ada = await desktop('boss', 'secret');
    await ada.registerAddress('7001');
    expect(await codeOf(ada.login('1001', { password: 'secret' }))).to.equal(EventErrorCode.WrongCredentials);
    await ada.login('1001', { password: 'of ada' });
    await ada.close();
    expect((await http('boss', 'secret')).status).to.equal(200);
  });

  it('locks a name, over every protocol at once', async () => {
    expect(await codeOf(direct('nobody', 'x'))).to.equal(ErrorCode.RegistrationError);
    expect(await codeOf(desktop('nobody', 'y'))).to.equal(EventErrorCode.WrongCredentials);
    expect(await codeOf(desktop('nobody', 'z'))).to.equal(EventErrorCode.NotAllowed);
    expect(await codeOf(direct('nobody', 'z'))).to.equal(ErrorCode.RegistrationError);
    const locked = await http('nobody', 'z');
    expect(locked.status).to.equal(429);
    expect(Number(locked.headers.get('retry-after'))).to.be.within(50, 60);
    expect(gateway.log.filter((line) => line.includes('locked'))).to.deep.equal(['warn client nobody is locked for 127.0.0.1 after 2 wrong ones {"seconds":60}']);
    expect((await http('boss', 'secret')).status, 'another name').to.equal(200);
  });

  it('counts what was given, by protocol', async () => {
    const WATCHED = [['GSW_CM', 'wrong'], ['T', 'wrong'], ['HTTP', 'wrong'], ['HTTP', 'locked'], ['T', 'admitted']] as const;
    const all = async () => {
      const text = await (await http('boss', 'secret', '/metrics')).text();
      return WATCHED.map(([dialect, outcome]) => sampleOf(text, 'ocm_logins_total', { dialect, outcome }) ?? Number.NaN);
    };
    const before = await all();
    await codeOf(direct('somebody', 'x'));
    await codeOf(desktop('another', 'x'));
    for (let count = 0; count < 3; count += 1) await http('third', `x${count}`);
    expect((await all()).map((count, index) => count - (before[index] ?? 0))).to.deep.equal([1, 1, 2, 1, 0]);
  });

  it('locks an agent, and not its desktop', async () => {
    const line = await desktop('boss', 'secret');
    await line.registerAddress('7002');
    const codes = [];
    for (const password of ['a', 'b', 'of ada']) codes.push(await codeOf(line.login('1001', { dn: '7002', password })));
    expect(codes).to.deep.equal([EventErrorCode.WrongCredentials, EventErrorCode.WrongCredentials, EventErrorCode.NotAllowed]);
    await line.close();
  });
});
