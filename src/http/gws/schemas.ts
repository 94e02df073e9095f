import { z } from 'zod';
import { REQUEST_NAMES } from '../../campaign/request-names.js';
import { dialModeInput, dialModeName, int32, optimizeByInput, optimizeByName, statusName } from '../schemas.js';

export const gwsParams = z.strictObject({
  dbid: z.string().meta({ description: 'server.dbid of the configuration' }),
  request: z.string().meta({ description: 'the request', examples: REQUEST_NAMES.map(({ path }) => path) }),
});
export const gwsQuery = z.strictObject({});

const VALUES = 'an integer of at most 64 bits, a decimal or a text';

const property = z.strictObject({
  key: z.string().min(1, { error: 'a key of at least one character' }),
  value: z.unknown().meta({ type: ['integer', 'number', 'string'], description: VALUES }),
});

export const gwsBody = z.strictObject({
  data: z.strictObject({
    campaignId: int32().optional().meta({ description: "the campaign's DBID" }),
    groupId: int32().optional().meta({ description: "the agent group's DBID" }),
    sessionId: int32().optional().meta({ description: "the campaign group's DBID; alone, or agreeing with the other two" }),
    dialMode: dialModeInput().optional(),
    optimizeBy: optimizeByInput().optional(),
    optimizeGoal: int32().optional(),
    requestProperties: z.array(property).optional().meta({ description: 'GSW_AUTO_COMPLETION travels here' }),
  }),
});

const readableId = () => int32().optional().catch(undefined);

/** The ids of any body, as far as they can be read. */
export const readableIds = z
  .object({ data: z.object({ campaignId: readableId(), groupId: readableId(), sessionId: readableId() }).catch({}) })
  .catch({ data: {} });

export type GwsData = z.output<typeof gwsBody>['data'];

export const gwsAnswer = z.object({
  status: z.object({ code: z.literal(0) }).meta({ description: 'done, or (202) waiting for records that are out' }),
  data: z.object({
    campaignId: z.number(),
    groupId: z.number(),
    sessionId: z.number(),
    groupCampaignStatus: statusName(),
    dialMode: dialModeName(),
    optimizeBy: optimizeByName(),
    optimizeGoal: z.number().optional().meta({ description: 'absent where none is set' }),
    autoCompletion: z.boolean(),
  }),
});

export type GwsAnswer = z.output<typeof gwsAnswer>;
