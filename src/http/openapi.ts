import swagger from '@fastify/swagger';
import { z } from 'zod';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { Client } from '../config/deployment.js';
import type { HttpApp } from './app.js';
import { errorSchema } from './errors.js';
import type { HttpParts } from './parts.js';

const DESCRIPTION = `Campaigns, calling lists and their state, over HTTP. The first two families take the requests of the vendor's clients; the rest is this gateway's own.

Integers that need more than 53 bits keep their digits. A refusal has the code, name and message of an ErrorCode, in the form of its family.`;

/** Describes the routes that are added after it, from the very schemas that check their requests and write their answers. */
export function describeRoutes(app: HttpApp, { deployment: { clients }, version }: Pick<HttpParts, 'deployment' | 'version'>): void {
  const bodiesMayBeAbsent = new Set<string>();
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'ocm-gateway', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      // without clients everybody on this machine is let in, and asked nothing
      ...(clients !== undefined && { security: waysIn(clients) }),
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: (route) => {
      const { body, operationId } = route.schema as { readonly body?: unknown; readonly operationId?: string };
      if (body instanceof z.ZodOptional && operationId !== undefined) bodiesMayBeAbsent.add(operationId);
      return jsonSchemaTransform(route);
    },
    // the framework says of every body that it is required
    transformObject: (document) => {
      if (!('openapiObject' in document)) throw new Error('the description is no OpenAPI 3');
      for (const path of Object.values(document.openapiObject.paths ?? {})) {
        const operation = path?.post;
        if (operation?.requestBody === undefined || '$ref' in operation.requestBody) continue;
        if (bodiesMayBeAbsent.has(operation.operationId ?? '')) operation.requestBody.required = false;
      }
      return document.openapiObject;
    },
  });
}

const SECURITY_SCHEMES = {
  basic: { type: 'http', scheme: 'basic', description: 'name and password of one of the configured clients' },
  bearer: { type: 'http', scheme: 'bearer', description: 'token of one of the configured clients' },
} as const;

/** Any one of them will do. A client that has only a token gets in by nothing else. */
function waysIn(clients: readonly Client[]): Record<string, string[]>[] {
  const basic = clients.some(({ password, token }) => password !== undefined || token === undefined);
  const bearer = clients.some(({ token }) => token !== undefined);
  return [...(basic ? [{ basic: [] }] : []), ...(bearer ? [{ bearer: [] }] : [])];
}

/** The description of everything that is served. */
export function openApiRoute(app: HttpApp): void {
  app.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'openapi',
        summary: 'This description, as OpenAPI 3.1',
        querystring: z.strictObject({}),
        response: { 200: z.record(z.string(), z.unknown()), '4xx': errorSchema, '5xx': errorSchema },
      },
    },
    async () => app.swagger() as unknown as Record<string, unknown>,
  );
}
