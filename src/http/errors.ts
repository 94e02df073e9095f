import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ErrorCode } from '../../protocol/dictionary/enumerations.js';
import type { Limits } from '../config/deployment.js';
import { StoreAway } from '../service/ports.js';
import { auditFault } from './audit.js';
import { HttpFault } from './fault.js';
import type { HttpParts } from './parts.js';

/** What a refused request is answered, wherever no family has a form of its own. */
export const errorSchema = z.object({
  status: z.object({
    code: z.number().meta({ description: 'ErrorCode of the direct protocol' }),
    name: z.enum(Object.keys(ErrorCode)),
    message: z.string(),
  }),
}).meta({ description: 'refused, or failed' });

export type ErrorBody = z.output<typeof errorSchema>;

export function errorBody(fault: HttpFault): ErrorBody {
  return { status: { code: fault.number, name: fault.code, message: fault.message } };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How the route says that it refuses; absent: as errorBody. */
    describeFault?: (fault: HttpFault) => unknown;
  }
}

/** Answers a request that failed, in its family's form. */
export function sendFault(error: unknown, reply: FastifyReply, { log, metrics, audit, deployment }: Pick<HttpParts, 'log' | 'metrics' | 'audit' | 'deployment'>): FastifyReply {
  const fault = toFault(error, log, deployment.limits);
  metrics.refused(fault.code);
  auditFault(audit, reply.request, fault);
  const { describeFault = errorBody } = reply.request.routeOptions.config;
  return reply.code(fault.status).headers(fault.headers).send(describeFault(fault));
}

/** Of a message that is not ours, and may repeat an address as it came. */
const MESSAGE_CHARACTERS = 200;

/** What the web framework itself refuses, by its codes. */
const FRAMEWORK_FAULTS: Readonly<Record<string, (limits: Limits) => HttpFault>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ({ httpBody }) => new HttpFault('InvalidParameter', `body: expected at most ${httpBody} bytes`, { status: 413 }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new HttpFault('InvalidParameter', 'Content-Type: expected application/json, or text/csv for an import', {
    status: 415,
  }),
  FST_ERR_HANDLER_TIMEOUT: ({ httpRequestTimeoutMs }) => new HttpFault(
    'ServerConnectionError',
    `not answered within ${httpRequestTimeoutMs / 1000} s; what was asked for may still happen: ask for the status`,
    { headers: { connection: 'close' } },
  ),
};

function toFault(error: unknown, log: HttpParts['log'], limits: Limits): HttpFault {
  if (error instanceof HttpFault) return error;
  if (error instanceof StoreAway) return new HttpFault('ServerConnectionError', 'the store is away, try again');
  const { code, statusCode, message } = error as Partial<{ code: string; statusCode: number; message: string }>;
  const known = code === undefined ? undefined : FRAMEWORK_FAULTS[code];
  if (known !== undefined) return known(limits);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new HttpFault('InvalidParameter', message?.slice(0, MESSAGE_CHARACTERS) ?? 'the request is malformed', { status: statusCode });
  }
  log.error('an HTTP request failed', { error });
  return new HttpFault('ServerConnectionError', 'the gateway failed to serve this; its log says why', { status: 500 });
}
