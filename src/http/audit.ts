import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit, Audited, AuditedOutcome } from '../access/audit.js';
import type { GroupTarget } from '../campaign/requests.js';
import { clientOf } from './access.js';
import type { HttpFault } from './fault.js';

/** What a request to a route for campaign requests asks for, whether or not anybody has looked into it: it may have no body yet, or any. */
export interface CampaignRequestReader {
  /** Which one it is, or the name that is none; undefined where there is no name. */
  readonly name: (request: FastifyRequest) => string | undefined;
  /** The campaign group, as far as it can be read. */
  readonly target: (request: FastifyRequest) => GroupTarget;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route for campaign requests: what is asked. */
    campaignRequest?: CampaignRequestReader;
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
  const { campaignRequest } = request.routeOptions.config;
  if (campaignRequest === undefined) return;
  const asked = request.getDecorator<Asked | null>(ASKED) ?? { target: campaignRequest.target(request) };
  audit.record({ protocol: 'HTTP', client: clientOf(request), from: request.ip, request: campaignRequest.name(request), ...asked }, outcome);
}

/** The same for one that failed. */
export function auditFault(audit: Audit, request: FastifyRequest, { code }: HttpFault): void {
  auditRequest(audit, request, { kind: 'refused', refusal: { code } });
}
