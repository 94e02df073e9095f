import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Admission, describeRefused, type Refused } from '../access/door.js';
import { ALL_ROLES, isForAnyone, roleRefusal, UNKNOWN_PATH } from '../access/roles.js';
import { isLoopbackHost } from '../util/loopback.js';
import { HttpFault } from './fault.js';
import { SHOWN_CHARACTERS } from './limits.js';
import type { HttpParts } from './parts.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of the table of roles, where method and path alone do not say it. */
    requestName?: (request: FastifyRequest) => string;
  }
}

const CLIENT = 'client';

const ANYONE = { name: 'HTTP', roles: ALL_ROLES };

/** The name of the client that sent a request; undefined where it has not said one, or need not. */
export function clientOf(request: FastifyRequest): string | undefined {
  return request.getDecorator<string | null>(CLIENT) ?? undefined;
}

/** Who sent a request, in words, for the journal. */
export function callerOf(request: FastifyRequest): string {
  const client = clientOf(request);
  return client === undefined ? 'HTTP' : `HTTP client ${client}`;
}

/** Lets in whom the configuration lets in (config.md, clients), before anything else is looked at. */
export function guardAccess(app: FastifyInstance, door: HttpParts['door']): void {
  app.decorateRequest(CLIENT, null);
  app.addHook('onRequest', async (request) => {
    refuseForeignPages(request);
    if (!door.required) refuseStrangers(request);
    const name = requestName(request);
    if (isForAnyone(name)) return;
    const client = door.required ? await authenticate(request, door) : ANYONE;
    if (door.required) request.setDecorator(CLIENT, client.name);
    const refusal = roleRefusal(name, client);
    if (refusal !== undefined) throw new HttpFault('RegistrationError', refusal);
  });
}

/** What a request is called in the table of roles. HEAD is GET without the body. */
function requestName(request: FastifyRequest): string {
  const { is404, method, routeOptions } = request;
  if (is404) return UNKNOWN_PATH;
  return routeOptions.config.requestName?.(request) ?? `${method === 'HEAD' ? 'GET' : method} ${routeOptions.url}`;
}

/** A browser says in Origin whose page sends; a page of another site must not steer campaigns with its reader's rights. */
function refuseForeignPages({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
  throw new HttpFault('RegistrationError', `found Origin ${JSON.stringify(origin.slice(0, SHOWN_CHARACTERS))}, expected none or this gateway's own`);
}

/** Without clients in the configuration: anyone on loopback. A host by another name is one that was made to point here. */
function refuseStrangers({ ip, hostname }: FastifyRequest): void {
  if (!isLoopbackHost(ip)) {
    throw new HttpFault('RegistrationError', `${ip} is not on this machine; configure clients to let others in`);
  }
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0 && !isLoopbackHost(host)) {
    throw new HttpFault('RegistrationError', `found Host ${JSON.stringify(hostname.slice(0, SHOWN_CHARACTERS))}, expected an address or localhost; configure clients to let others in`);
  }
}

async function authenticate(request: FastifyRequest, door: HttpParts['door']): Promise<Extract<Admission, { kind: 'admitted' }>> {
  const admission = await admissionOf(request, door);
  if (admission.kind === 'admitted') return admission;
  throw refusedBy(admission);
}

async function admissionOf({ headers: { authorization }, ip }: FastifyRequest, door: HttpParts['door']): Promise<Admission> {
  const [, token] = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization ?? '') ?? [];
  if (token !== undefined) return door.token('HTTP', token, ip);
  const given = basicCredentials(authorization);
  return given === undefined ? { kind: 'wrong' } : door.client('HTTP', given.name, given.password, ip);
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="ocm-gateway", charset="UTF-8", Bearer realm="ocm-gateway"' };

function refusedBy(refused: Refused): HttpFault {
  const words = describeRefused(refused, 'expected name and password of a configured client, as HTTP Basic, or its token, as Bearer');
  switch (refused.kind) {
    case 'wrong':
      return new HttpFault('RegistrationError', words, { status: 401, headers: CHALLENGE });
    case 'locked':
      return new HttpFault('RegistrationError', words, { status: 429, headers: { 'retry-after': String(Math.ceil(refused.forMs / 1000)) } });
    case 'busy':
      return new HttpFault('ServerConnectionError', words, { headers: { 'retry-after': '1' } });
  }
}

function basicCredentials(header: string | undefined): { name: string; password: string } | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
