import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { GWS_ROUTE, gwsRequest } from '../../access/roles.js';
import { REQUEST_NAMES, type RequestNames } from '../../campaign/request-names.js';
import type { GroupTarget } from '../../campaign/requests.js';
import { callerOf } from '../access.js';
import type { HttpApp } from '../app.js';
import { auditRequest, type CampaignRequestReader, noteAsked } from '../audit.js';
import { tuningOf } from '../enumeration-input.js';
import { errorSchema } from '../errors.js';
import { HttpFault } from '../fault.js';
import { toValue } from '../json-values.js';
import { accepted, statusOfAccepted } from '../outcome.js';
import type { HttpParts } from '../parts.js';
import { describeAccepted } from './answer.js';
import { gwsAnswer, gwsBody, type GwsData, gwsParams, gwsQuery, readableIds } from './schemas.js';

const named = (path: string) => REQUEST_NAMES.find((names) => names.path === path);

/** What the body calls the parameters of a request. */
const BODY_NAMES = { campaignId: 'campaignId', groupId: 'groupId', optimizeBy: 'optimizeBy', optimizeGoal: 'optimizeGoal' };

function requestName(request: FastifyRequest): string {
  const names = named((request.params as { request: string }).request);
  return names === undefined ? GWS_ROUTE : gwsRequest(names.path);
}

const campaignRequest: CampaignRequestReader = {
  name(request) {
    const { request: path } = request.params as { request: string };
    return named(path)?.kind ?? path;
  },
  target: ({ body }) => targetOf(readableIds.parse(body).data),
};

/**
 * The requests as GWS sends them to OCS (http.md, "As GWS addresses OCS"), served as messages of an
 * internal client of the direct protocol. Fields that a request does not have are taken and ignored.
 */
export function gwsRoute(app: HttpApp, { ocmClient, audit, userEvents, deployment: { server } }: HttpParts): void {
  app.post(
    '/ocs/v3/servers/:dbid/:request',
    {
      config: { requestName, campaignRequest },
      // what does not exist is 404 whatever its body says
      preValidation: async (request) => void namesOf(request.params, server.dbid),
      schema: {
        operationId: 'serverRequest',
        summary: 'A campaign request, as GWS addresses OCS',
        params: gwsParams,
        querystring: gwsQuery,
        body: gwsBody,
        response: { 200: gwsAnswer, 202: gwsAnswer, '4xx': errorSchema, '5xx': errorSchema },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const names = namesOf(params, server.dbid);
      const properties = (body.data.requestProperties ?? []).map(({ key, value }) => ({ key, value: toValue(key, value) }));
      const target = targetOf(body.data);
      noteAsked(request, { target, flag: userEvents.flagInput(properties) });
      const outcome = accepted(
        await ocmClient.request({
          kind: names.kind,
          names: BODY_NAMES,
          target,
          by: callerOf(request),
          properties,
          ...tuningOf(body.data),
        }),
      );
      auditRequest(audit, request, outcome);
      return reply.code(statusOfAccepted(outcome)).send(describeAccepted(outcome));
    },
  );
}

/** Which request a path stands for. Throws HttpFault, 404, where there is no such request or server. */
function namesOf({ dbid, request }: z.output<typeof gwsParams>, serverDbid: number): RequestNames {
  const names = named(request);
  if (names === undefined) {
    const expected = REQUEST_NAMES.map(({ path }) => path).join(', ');
    throw new HttpFault('InvalidParameter', `there is no request ${request.slice(0, 100)}; expected one of ${expected}`, { status: 404 });
  }
  if (dbid !== String(serverDbid)) throw new HttpFault('WrongConfiguration', `there is no server ${dbid.slice(0, 100)}; this is server ${serverDbid}`);
  return names;
}

function targetOf({ campaignId, groupId, sessionId }: Pick<GwsData, 'campaignId' | 'groupId' | 'sessionId'>): GroupTarget {
  return {
    ...(campaignId !== undefined && { campaignId }),
    ...(groupId !== undefined && { groupId }),
    ...(sessionId !== undefined && { sessionId }),
  };
}
