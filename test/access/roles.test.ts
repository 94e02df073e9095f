import { expect } from 'chai';
import { messagesOf } from '../../protocol/index.js';
import { GWS_ROUTE, gwsRequest, isForAnyone, NATIVE_ROUTE, nativeRequest, REGISTER_COMMUNICATION_DN, ROLE_TABLE, roleRefusal, UNKNOWN_PATH } from '../../src/access/roles.js';
import { REQUEST_NAMES } from '../../src/campaign/request-names.js';
import type { ClientRole } from '../../src/config/deployment.js';
import { CONTROL_REQUESTS } from '../../src/session/tevents/control.js';
import { AGENT_REQUESTS } from '../../src/session/tevents/user-event.js';
import { fakeHttp } from '../http/support.js';
import { codeIn, Page } from '../support/markdown.js';

const ROLES: readonly ClientRole[] = ['agent', 'supervisor', 'monitor'];
const may = (request: string, ...roles: ClientRole[]): boolean => roleRefusal(request, { name: 'x', roles: new Set(roles) }) === undefined;
const rowsOf = (protocol: string): string[] => ROLE_TABLE.filter((row) => row.protocol === protocol).flatMap(({ requests }) => requests);

/** Heartbeats go both ways. */
const requestsOf = (dialect: 'GSW_CM' | 'T'): string[] =>
  messagesOf(dialect).filter(({ direction, name }) => direction === 'request' || /Req(?:uest)?Heartbeat$/.test(name)).map(({ name }) => name);

/** Every route of the HTTP listener, as it says itself of what it does not serve. HEAD is GET. */
async function httpRoutes(): Promise<string[]> {
  const { app } = fakeHttp();
  const unknown = await app.inject({ method: 'GET', url: '/nothing/of/the/kind' });
  const paths = /expected one of (.*)$/.exec(unknown.json().status.message)?.[1]?.split(', ') ?? [];
  const routes = paths.map(async (path) => {
    const { headers } = await app.inject({ method: 'DELETE', url: path });
    return String(headers.allow).split(', ').filter((method) => method !== 'HEAD').map((method) => `${method} ${path}`);
  });
  return (await Promise.all(routes)).flat();
}

describe('the table of roles', () => {
  it('has a row for every message that a client may send, and no other', () => {
    expect(rowsOf('GSW_CM')).to.have.members(requestsOf('GSW_CM'));
    expect(rowsOf('T-Events')).to.have.members([...requestsOf('T'), REGISTER_COMMUNICATION_DN, ...AGENT_REQUESTS.keys(), ...CONTROL_REQUESTS.keys()]);
  });

  it('has a row for every route and every request of it, and no other', async () => {
    const routes = await httpRoutes();
    expect(routes).to.include.members([GWS_ROUTE, NATIVE_ROUTE, 'GET /health']);
    const requests = REQUEST_NAMES.flatMap(({ path, control }) => [gwsRequest(path), nativeRequest(control)]);
    expect(rowsOf('HTTP')).to.have.members([...routes, ...requests, UNKNOWN_PATH]);
  });

  it('lets a monitor read, and change nothing', () => {
    const allowed = ROLE_TABLE.flatMap(({ requests }) => requests).filter((request) => !isForAnyone(request) && may(request, 'monitor'));
    expect(allowed).to.have.members([
      'GSW_CM_ReqCampaignRegistered',
      'GSW_CM_ReqCampaignUnregistered',
      'GSW_CM_ReqHeartbeat',
      'GSW_CM_ReqGetCampaignStatus',
      'RequestHeartbeat',
      UNKNOWN_PATH,
      'GET /campaigngroups',
      'GET /campaigngroups/:dbid',
      'GET /lists',
      'GET /metrics',
      'GET /openapi.json',
      gwsRequest('get-campaign-status'),
      nativeRequest('CampaignStatusRequest'),
    ]);
  });

  it('denies what it does not have, and a client without roles', () => {
    expect(may('GSW_CM_ReqNew', ...ROLES)).to.equal(false);
    expect(isForAnyone('GSW_CM_ReqNew')).to.equal(false);
    expect(may('constructor', ...ROLES)).to.equal(false);
    expect(may('GSW_CM_ReqHeartbeat')).to.equal(false);
    expect(may('GSW_CM_ReqHeartbeat', 'agent')).to.equal(true);
  });

  it('names every request once', () => {
    const requests = ROLE_TABLE.flatMap((row) => row.requests);
    expect(new Set(requests).size).to.equal(requests.length);
  });

  it('is that of README.md', () => {
    const rows = new Page('README.md').rowsUnder('protocol', 'requests', 'who may').map(([protocol = '', requests = '', roles = '']) => ({
      protocol,
      requests: codeIn(requests),
      roles: roles === 'anyone' ? roles : codeIn(roles),
    }));
    expect(rows).to.deep.equal(ROLE_TABLE.map((row) => ({ ...row, requests: [...row.requests], roles: row.roles === 'anyone' ? row.roles : [...row.roles] })));
  });
});
