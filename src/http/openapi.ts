import swagger from '@fastify/swagger';
import { z } from 'zod';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { HttpApp } from './app.js';
import { errorSchema } from './errors.js';
import type { HttpParts } from './parts.js';

const DESCRIPTION = `Campaigns, calling lists and their state, over HTTP. The first two families take the requests of the vendor's clients; the rest is this gateway's own.

Integers that need more than 53 bits keep their digits. A refusal has the code, name and message of an ErrorCode, in the form of its family.`;

/** Describes the routes that are added after it, from the very schemas that check their requests and write their answers. */
export function describeRoutes(app: HttpApp, { deployment: { clients }, version }: Pick<HttpParts, 'deployment' | 'version'>): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'ocm-gateway', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      // without clients everybody on this machine is let in, and asked nothing
      ...(clients !== undefined && { security: [{ basic: [] }] }),
      components: { securitySchemes: { basic: { type: 'http', scheme: 'basic', description: 'name and password of one of the configured clients' } } },
    },
    transform: jsonSchemaTransform,
  });
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
