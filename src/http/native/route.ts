import type { FastifyRequest } from 'fastify';
import { type KvList, keys } from '../../../protocol/index.js';
import { NATIVE_ROUTE, nativeRequest } from '../../access/roles.js';
import { REQUEST_NAMES } from '../../campaign/request-names.js';
import type { CampaignRequest } from '../../campaign/requests.js';
import type { CampaignOutcome } from '../../service/ports.js';
import { callerOf } from '../access.js';
import type { HttpApp } from '../app.js';
import { auditFault, auditRequest, type CampaignRequestReader, noteAsked } from '../audit.js';
import { connectionNumbers } from '../connection-numbers.js';
import { HttpFault } from '../fault.js';
import { findGroup } from '../find-group.js';
import { toJson } from '../json-values.js';
import { accepted, statusOfAccepted } from '../outcome.js';
import type { HttpParts } from '../parts.js';
import { acceptedEvent, faultEvent } from './answer.js';
import { toCampaignRequest, toUserData } from './request.js';
import { nativeAnswer, nativeBody, nativeParams, nativeQuery } from './schemas.js';

const named = (req: unknown) => REQUEST_NAMES.find(({ control, direct }) => control === req || direct === req);

function requestName(request: FastifyRequest): string {
  const names = named((request.query as { req?: unknown }).req);
  return names === undefined ? NATIVE_ROUTE : nativeRequest(names.control);
}

const campaignRequest: CampaignRequestReader = {
  name(request) {
    const { req } = request.query as { req?: string | string[] };
    return named(req)?.kind ?? req?.toString();
  },
  target(request) {
    const { dbid } = request.params as { dbid: string };
    return /^\d{1,9}$/.test(dbid) ? { sessionId: Number(dbid) } : {};
  },
};

/** The requests as OCS itself takes them (http.md, "As OCS itself is addressed"): flat user data in, the event's user data out. */
export function nativeRoute(app: HttpApp, parts: HttpParts): void {
  const { gateway, deployment, userEvents, tracer, metrics, audit } = parts;
  const connectionOf = connectionNumbers(() => parts.nextConnection());
  const ask = (request: CampaignRequest): Promise<CampaignOutcome> => new Promise((resolve) => gateway.request(request, { answer: resolve }));

  app.post(
    '/campaigngroups/:dbid',
    {
      config: { requestName, campaignRequest, describeFault: (fault) => toJson(faultEvent(fault)) },
      schema: {
        operationId: 'campaignGroupRequest',
        summary: 'A campaign request, as OCS itself is addressed',
        params: nativeParams,
        querystring: nativeQuery,
        body: nativeBody,
        response: { 200: nativeAnswer, 202: nativeAnswer, '4xx': nativeAnswer, '5xx': nativeAnswer },
      },
    },
    async (request, reply) => {
      const { body = {} } = request;
      const names = named(request.query.req);
      if (names === undefined) throw new HttpFault('InvalidParameter', `there is no request ${request.query.req}`);
      const data = toUserData(names.control, body);
      const echo = data.filter(({ key }) => key === keys.GSW_REFERENCE_ID);
      const connection = connectionOf(request.raw.socket);
      tracer.http(connection, 'received', data);
      const answer = (status: number, event: KvList) => {
        const pairs = [...event, ...echo];
        tracer.http(connection, 'sent', pairs);
        return reply.code(status).send(toJson(pairs));
      };
      noteAsked(request, { target: campaignRequest.target(request), flag: userEvents.flagInput(data) });
      try {
        const group = findGroup(gateway, request.params.dbid);
        const context = { data, by: callerOf(request), deployment, userEvents };
        const outcome = accepted(await ask(toCampaignRequest(names.kind, group, body, context)));
        auditRequest(audit, request, outcome);
        return answer(statusOfAccepted(outcome), acceptedEvent(outcome, userEvents));
      } catch (error) {
        if (!(error instanceof HttpFault)) throw error;
        metrics.refused(error.code);
        auditFault(audit, request, error);
        return answer(error.status, faultEvent(error));
      }
    },
  );
}
