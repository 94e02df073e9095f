import { expect } from 'chai';
import { EventErrorCode } from '../../protocol/index.js';
import { connectDesktop, RequestRefused } from '../../src/client/index.js';
import { hashPassword } from '../../src/util/scrypt-hash.js';
import { HOST, openGateway, type TestGateway } from '../support/gateway.js';

const CHEAP = { N: 1024, r: 1, p: 1 };

describe("an agent's password, as README.md limits it", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await openGateway({
      clients: [{ name: 'desk', password: 'd', roles: ['agent'] }, { name: 'other', password: 'o', roles: ['agent'] }],
      agents: [{ id: '1001', name: 'Ada', password: await hashPassword('of ada', CHEAP) }],
    });
  });
  after(() => gateway.close());

  const desktop = (applicationName: string, password: string) => connectDesktop({ host: HOST, port: gateway.ports.tevents, applicationName, password });

  it('guards its login, not its DN', async () => {
    const desk = await desktop('desk', 'd');
    await desk.registerAddress('7001');
    await desk.login('1001', { password: 'of ada' });
    const other = await desktop('other', 'o');
    await other.registerAddress('7001');
    const answer = await other.request('RequestAgentLogout', { AttributeThisDN: '7001' });
    expect(answer.name).to.equal('EventAgentLogout');
    await other.close();
    await desk.close();
  });

  it('is not looked at for an id that there is not', async () => {
    const desk = await desktop('desk', 'd');
    await desk.registerAddress('7002');
    const error = await desk.login('9999', { dn: '7002', password: 'x' }).then(() => undefined, (reason: unknown) => reason);
    expect(error).to.be.instanceOf(RequestRefused).and.have.property('code', EventErrorCode.UnknownAgent);
    await desk.close();
  });
});
