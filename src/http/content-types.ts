import type { FastifyInstance } from 'fastify';
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
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, parseJson(String(text)));
    } catch (error) {
      done(error as Error);
    }
  });
  app.addContentTypeParser(CSV_TYPE, (_request, payload, done) => done(null, payload));
  app.addHook('preParsing', async ({ headers, routeOptions }, _reply, payload) => {
    const { contentType = JSON_TYPE } = routeOptions.config;
    const given = headers['content-type'];
    const found = given?.split(';', 1)[0]?.trim().toLowerCase();
    if (found !== undefined && found !== contentType) {
      throw new HttpFault('InvalidParameter', `Content-Type: found ${JSON.stringify(given)}, expected ${contentType}`, { status: 415 });
    }
    return payload;
  });
}
