import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpFault } from './fault.js';
import { parseJson } from './json-body.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The one type of body that the route takes; absent: application/json. */
    contentType?: string;
  }
}

const JSON_TYPE = 'application/json';
export const CSV_TYPE = 'text/csv';

/** JSON bodies are read whole; a file of records is handed to its route as a stream. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (request, text, done) => {
    answered(done, () => {
      expectType(request, JSON_TYPE);
      return parseJson(String(text));
    });
  });
  app.addContentTypeParser(CSV_TYPE, (request, payload, done) => {
    answered(done, () => {
      expectType(request, CSV_TYPE);
      return payload;
    });
  });
  // a type without a body says nothing
  app.addContentTypeParser('*', (request, _payload, done) => {
    answered(done, () => {
      if (hasBody(request)) expectType(request, undefined);
    });
  });
}

/** Throws HttpFault where a request that has none brings a body: nobody would read it, however slowly it comes. */
export async function refuseBody(request: FastifyRequest): Promise<void> {
  if (hasBody(request)) throw new HttpFault('InvalidParameter', 'found a body, expected none', { status: 400 });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function answered(done: (error: Error | null, body?: unknown) => void, read: () => unknown): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
}

/** Throws HttpFault where a body of that type is not what the route takes. */
function expectType({ headers, routeOptions }: FastifyRequest, type: string | undefined): void {
  const { contentType = JSON_TYPE } = routeOptions.config;
  if (type === contentType) return;
  const given = JSON.stringify(headers['content-type'] ?? 'none');
  throw new HttpFault('InvalidParameter', `Content-Type: found ${given}, expected ${contentType}`, { status: 415 });
}
