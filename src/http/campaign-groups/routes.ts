import { z } from 'zod';
import type { HttpApp } from '../app.js';
import { errorSchema } from '../errors.js';
import { findGroup } from '../find-group.js';
import type { HttpParts } from '../parts.js';
import { describeGroup } from './describe.js';
import { type GroupBody, groupParams, groupQuery, groupSchema } from './schemas.js';

/** What there is to know of every campaign group, and of one. */
export function campaignGroupRoutes(app: HttpApp, { gateway }: HttpParts): void {
  const describe = async (dbid: number): Promise<GroupBody> => {
    const description = await gateway.describe(dbid);
    if (description === undefined) throw new Error(`campaign group ${dbid} is configured and has no description`);
    return describeGroup(description);
  };

  app.get(
    '/campaigngroups',
    {
      schema: { operationId: 'campaignGroups', summary: 'Every campaign group: state, records, and why it has or has not completed', querystring: groupQuery, response: { 200: z.array(groupSchema), '4xx': errorSchema, '5xx': errorSchema } },
    },
    async () => {
      const bodies: GroupBody[] = [];
      for (const { dbid } of gateway.groups()) bodies.push(await describe(dbid));
      return bodies;
    },
  );

  app.get(
    '/campaigngroups/:dbid',
    {
      schema: { operationId: 'campaignGroup', summary: 'One campaign group', params: groupParams, querystring: groupQuery, response: { 200: groupSchema, '4xx': errorSchema, '5xx': errorSchema } },
    },
    async ({ params }) => describe(findGroup(gateway, params.dbid).dbid),
  );
}
