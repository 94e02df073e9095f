import { z } from 'zod';
import { dialModeName, statusName } from '../schemas.js';

const time = () => z.iso.datetime();
const notDue = z.record(z.string(), z.number()).meta({ description: 'Ready records that are not due, by reason' });

/** Why a campaign group did or did not complete; null: not yet, or not now. */
const whySchema = z.object({
  autoCompletion: z.object({ on: z.boolean(), setBy: z.string(), setAt: time() }).nullable(),
  lastRetrieval: z.object({ at: time(), records: z.number(), error: z.string().optional() }).nullable(),
  checkError: z.string().nullable().meta({ description: 'why the last check could decide nothing' }),
  buffered: z.number(),
  recordsOut: z.array(z.object({ handle: z.number(), agentId: z.string().nullable(), ageMs: z.number() })),
  retriesWaiting: z.number(),
  notDue,
  lastCompletion: z.object({ at: time(), session: z.string(), notDue }).nullable(),
});

export const groupParams = z.strictObject({ dbid: z.string().meta({ description: 'DBID of the campaign group' }) });
export const groupQuery = z.strictObject({});

export const groupSchema = z.object({
  dbid: z.number(),
  name: z.string(),
  campaignId: z.number(),
  groupId: z.number(),
  state: statusName(),
  dialMode: dialModeName(),
  autoCompletion: z.boolean(),
  records: z.object({ ready: z.number(), retrieved: z.number(), final: z.number(), total: z.number() }),
  agents: z.number().meta({ description: 'agents logged in' }),
  why: whySchema,
});

export type GroupBody = z.output<typeof groupSchema>;
