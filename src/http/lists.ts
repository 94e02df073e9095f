import { Readable } from 'node:stream';
import { z } from 'zod';
import { type ListReport, ListRefused } from '../service/list-service.js';
import { isoTime } from '../util/clock.js';
import type { HttpApp } from './app.js';
import { NO_TIMEOUT_MS } from './limits.js';
import { CSV_TYPE, refuseBody } from './content-types.js';
import { errorSchema } from './errors.js';
import { HttpFault } from './fault.js';
import type { HttpParts } from './parts.js';
import { whileRead } from './while-read.js';

const time = () => z.iso.datetime();

const listSchema = z.object({
  dbid: z.number(),
  name: z.string(),
  table: z.string(),
  problems: z.array(z.string()).meta({ description: 'why the table cannot be used; the figures are 0 then' }),
  ready: z.number(),
  retrieved: z.number(),
  final: z.number(),
  total: z.number(),
  due: z.number(),
  notDue: z.record(z.string(), z.number()).meta({ description: 'Ready records that are not due, by reason' }),
  nextDueAt: time().nullable(),
  retrievedByOthers: z.array(z.object({ appId: z.number().nullable(), records: z.number() })),
  imports: z.array(z.object({ state: z.enum(['staged', 'comingIn']), records: z.number(), since: time() })),
});

/** A calling list as JSON: ISO 8601 for times. */
export type ListBody = z.output<typeof listSchema>;

export function listBody({ nextDueAt, imports, ...report }: ListReport): ListBody {
  const body = { ...report, nextDueAt: nextDueAt === null ? null : isoTime(nextDueAt), imports: imports.map((one) => ({ ...one, since: isoTime(one.since) })) };
  // in the order of the schema, whoever asks
  return listSchema.parse(body);
}

const STATUS: Readonly<Record<ListRefused['reason'], number>> = { unknownList: 404, wrongTable: 409, ownRecords: 409 };

async function answered<T>(job: () => Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof ListRefused) throw new HttpFault('WrongConfiguration', error.message, { status: STATUS[error.reason] });
    throw error;
  }
}

const one = z.strictObject({ name: z.string().optional() });
const reclaimQuery = z.strictObject({ name: z.string().optional(), appId: z.coerce.number().int().min(0).max(2_147_483_647) });

/** What is in the calling lists, as figures and as files, and what others have left Retrieved in them. */
export function listRoutes(app: HttpApp, { lists, clock, deployment: { limits } }: HttpParts): void {
  const csv = { description: 'X-Records says how many records there were when it began', content: { [CSV_TYPE]: { schema: z.unknown().meta({ type: 'string' }) } } };
  const failures = { '4xx': errorSchema, '5xx': errorSchema };
  app.get('/lists', { handlerTimeout: NO_TIMEOUT_MS, schema: { operationId: 'lists', summary: 'What is in every calling list, or in one', querystring: one, response: { 200: z.array(listSchema), ...failures } } }, ({ query }) =>
    answered(async () => (await lists.report(query.name)).map(listBody)),
  );
  app.post(
    '/lists/reclaim',
    { handlerTimeout: NO_TIMEOUT_MS, onRequest: refuseBody, schema: { operationId: 'reclaimRecords', summary: 'Makes Ready what another application has left Retrieved', querystring: reclaimQuery, response: { 200: z.object({ reclaimed: z.number() }), ...failures } } },
    ({ query }) => answered(async () => ({ reclaimed: await lists.reclaim(query.appId, query.name) })),
  );
  // customers' data: more than a monitor is let look at
  app.get(
    '/lists/:name/export',
    { handlerTimeout: NO_TIMEOUT_MS, schema: { operationId: 'exportRecords', summary: 'A calling list as a file of records', params: z.strictObject({ name: z.string() }), querystring: z.strictObject({}), response: { 200: csv, ...failures } } },
    async ({ params }, reply) => {
      const { records, chunks } = await answered(() => lists.export(params.name));
      const read = whileRead(chunks, { clock, drainTimeoutMs: limits.drainTimeoutMs, onStall: () => reply.raw.destroy() });
      return reply.header('content-type', 'text/csv; charset=utf-8').header('x-records', records).send(Readable.from(read, { objectMode: false }));
    },
  );
}
