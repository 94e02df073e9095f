import { expect } from 'chai';
import { ErrorCode, EventErrorCode, messagesOf, type MessageEntry, UserEventError } from '../../protocol/index.js';
import { REGISTER_COMMUNICATION_DN, ROLE_TABLE } from '../../src/access/roles.js';
import { connectDesktop, connectDirect, type DesktopClient, RequestRefused } from '../../src/client/index.js';
import type { ClientRole } from '../../src/config/deployment.js';
import { CONTROL_REQUESTS } from '../../src/session/tevents/control.js';
import { AGENT_REQUESTS } from '../../src/session/tevents/user-event.js';
import { fakeHttp } from '../http/support.js';
import { HOST, openGateway, type TestGateway } from '../support/gateway.js';

const ROLES: readonly ClientRole[] = ['agent', 'supervisor', 'monitor'];
const CLIENTS = ROLES.map((role) => ({ name: role, password: `of-${role}`, roles: [role] }));
const REFUSED = /needs the role/;

const mayByTable = (request: string, role: ClientRole): boolean => {
  const row = ROLE_TABLE.find(({ requests }) => requests.includes(request));
  return row?.roles === 'anyone' || row?.roles.includes(role) === true;
};

const SAMPLES = { int: 1, string: '7001', kvlist: [], long: 1n, binary: Buffer.of(1) };

/** The least that a message must carry. */
function leastOf({ attributes, requiredIds }: MessageEntry, dn: string): Record<string, unknown> {
  const needed = attributes.filter(({ id, name }) => requiredIds.has(id) && !name.endsWith('ReferenceID'));
  return Object.fromEntries(needed.map(({ name, type }) => [name, name === 'AttributeThisDN' ? dn : SAMPLES[type]]));
}

type Request = (name: string, attributes: Record<string, unknown>) => Promise<unknown>;

/** Whether a request was refused for the lack of a role; refused for another reason, it was let in. */
async function letIn(request: Promise<unknown>, code: number): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (!(error instanceof RequestRefused)) throw error;
    const refused = REFUSED.test(error.reason);
    if (refused) expect(error.code).to.equal(code);
    return !refused;
  }
}

const requestsOf = (dialect: 'GSW_CM' | 'T') => messagesOf(dialect).filter(({ direction, name }) => direction === 'request' && !/RegisterClient|Unregister/.test(name));

async function userEvents(desktop: DesktopClient, role: ClientRole, dn: string): Promise<void> {
  if (!mayByTable('RequestDistributeUserEvent', role)) return;
  for (const type of [...AGENT_REQUESTS.keys(), ...CONTROL_REQUESTS.keys()]) {
    expect(await letIn(desktop.userRequest(type, {}, { dn }), UserEventError.NotAllowed), type).to.equal(mayByTable(type, role));
  }
}

describe('roles, as requests are served', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await openGateway({ clients: CLIENTS });
  });
  after(() => gateway.close());

  for (const role of ROLES) {
    it(`GSW_CM: ${role}`, async () => {
      const client = await connectDirect({ host: HOST, port: gateway.ports.direct, clientName: role, password: `of-${role}` });
      const request = client.request.bind(client) as unknown as Request;
      for (const entry of requestsOf('GSW_CM')) {
        expect(await letIn(request(entry.name, leastOf(entry, '')), ErrorCode.RegistrationError), entry.name).to.equal(mayByTable(entry.name, role));
      }
      await client.close();
    });

    it(`T-Events: ${role}`, async () => {
      const desktop = await connectDesktop({ host: HOST, port: gateway.ports.tevents, applicationName: role, password: `of-${role}` });
      const request = desktop.request.bind(desktop) as unknown as Request;
      const { NotAllowed } = EventErrorCode;
      for (const entry of requestsOf('T')) {
        expect(await letIn(request(entry.name, leastOf(entry, '7009')), NotAllowed), entry.name).to.equal(mayByTable(entry.name, role));
      }
      const registered = await letIn(desktop.registerAddress('CommDN1'), NotAllowed);
      expect(registered).to.equal(mayByTable(REGISTER_COMMUNICATION_DN, role));
      await userEvents(desktop, role, registered ? 'CommDN1' : '7009');
      await desktop.close();
    });
  }

  it('HTTP', async () => {
    const { app } = fakeHttp((config) => (config['clients'] = CLIENTS));
    const requests = ROLE_TABLE.filter(({ protocol }) => protocol === 'HTTP').flatMap((row) => row.requests).filter((request) => request.includes(' /'));
    for (const role of ROLES) {
      const headers = { authorization: `Basic ${btoa(`${role}:of-${role}`)}` };
      for (const request of requests) {
        const [method = '', url = ''] = request.split(' ');
        const { statusCode } = await app.inject({ method: method as 'GET', url, headers });
        expect(statusCode !== 403, `${role}: ${request}`).to.equal(mayByTable(request, role));
        if (method === 'GET') expect((await app.inject({ method: 'HEAD', url, headers })).statusCode !== 403, `${role}: HEAD ${url}`).to.equal(mayByTable(request, role));
      }
    }
  });
});
