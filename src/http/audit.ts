import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit, Audited, AuditedOutcome } from '../access/audit.js';
import { clientOf } from './access.js';
import type { HttpFault } from './fault.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route for campaign requests: which one it is, or the name that is none. */
    campaignRequest?: (request: FastifyRequest) => string;
  }
}

type Asked = Pick<Audited, 'target' | 'flag'>;

const ASKED = 'asked';

/** Has the server remember what a request asks for, so that its refusal can say it. */
export function rememberAsked(app: FastifyInstance): void {
  app.decorateRequest(ASKED, null);
}

/** What a campaign request asks for, as soon as that is known. */
export function noteAsked(request: FastifyRequest, asked: Asked): void {
  request.setDecorator<Asked>(ASKED, asked);
}

/** A line for a campaign request that was done or refused; nothing for any other. */
export function auditRequest(audit: Audit, request: FastifyRequest, outcome: AuditedOutcome): void {
  const name = request.routeOptions.config.campaignRequest?.(request);
  if (name === undefined) return;
  const asked = request.getDecorator<Asked | null>(ASKED) ?? {};
  audit.record({ protocol: 'HTTP', client: clientOf(request), from: request.ip, request: name, ...asked }, outcome);
}

/** The same for one that failed. */
export function auditFault(audit: Audit, request: FastifyRequest, { code }: HttpFault): void {
  auditRequest(audit, request, { kind: 'refused', refusal: { code } });
}
